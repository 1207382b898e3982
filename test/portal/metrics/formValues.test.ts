// What the form of a metric sends, and how figures are written. In no browser: neither needs one.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDifference, formatPValue, formatRelative, formatValue } from "../../../src/portal/metrics/format.ts";
import type { components } from "../../../generated/api.ts";
import { toNewMetric, toFormValues } from "../../../src/portal/metrics/formValues.ts";

type Metric = components["schemas"]["Metric"];

const TYPES: Record<string, string[]> = {
  amount: ["number"],
  code: ["string", "number"],
  vip: ["boolean"],
  city: ["string"],
};
const typesOf = (_event: string, property: string) => TYPES[property];

const filter = fc.oneof(
  fc.record({
    property: fc.constant("amount"),
    operator: fc.constantFrom("equals", "greater", "at_most"),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  }),
  fc.record({ property: fc.constant("vip"), operator: fc.constant("not_equals"), value: fc.boolean() }),
  fc.record({
    property: fc.constant("city"),
    operator: fc.constantFrom("equals", "not_equals"),
    value: fc.constantFrom("Łódź", "5", "true", " "),
  }),
  fc.record({ property: fc.constant("city"), operator: fc.constant("exists") }),
) as fc.Arbitrary<Metric["measure"]["filters"][number]>;
const measure = fc.oneof(
  fc.record({
    event: fc.constant("purchase"),
    aggregation: fc.constantFrom("count", "conversion"),
    filters: fc.array(filter),
  }),
  fc.record({
    event: fc.constant("purchase"),
    aggregation: fc.constantFrom("sum", "mean"),
    property: fc.constant("amount"),
    filters: fc.array(filter),
  }),
) as fc.Arbitrary<Metric["measure"]>;
const metric = fc.record({
  id: fc.constant("m"),
  createdAt: fc.constant(""),
  updatedAt: fc.constant(""),
  name: fc.constant("Revenue"),
  description: fc.constantFrom(null, "Dollars"),
  integrationId: fc.constant("i"),
  measure,
  denominator: fc.option(measure),
  direction: fc.constantFrom("up", "down"),
  windowHours: fc.integer({ min: 1, max: 2_160 }),
  winsorizePercentile: fc.option(fc.constantFrom(0.9, 0.95, 0.99, 0.995, 0.999, 0.57)),
  format: fc.constantFrom({ style: "number" }, { style: "percent" }, { style: "currency", currency: "JPY" }),
}) as fc.Arbitrary<Metric>;

describe("a metric's form", () => {
  test("sends what it was filled with, where nothing is changed", () => {
    fc.assert(
      fc.property(metric, (one) => {
        const { id: _id, createdAt: _created, updatedAt: _updated, ...definition } = one;
        expect(
          toNewMetric(
            toFormValues(one, () => "key"),
            typesOf,
          ),
        ).toEqual(definition);
      }),
    );
  });

  test.each([
    ["amount", "5", 5],
    ["city", "5", "5"],
    ["code", "5", 5],
    ["never seen", "5", 5],
    ["never seen", "Paris", "Paris"],
    ["vip", "true", true],
    ["city", "true", "true"],
  ])("takes a filter on %s by %j for %j", (property, typed, value) => {
    const of = (): Metric["measure"] => ({
      event: "purchase",
      aggregation: "count",
      filters: [{ property, operator: "equals", value: typed }],
    });
    const one: Metric = { ...fc.sample(metric, 1)[0]!, measure: of(), denominator: null };
    expect(
      toNewMetric(
        toFormValues(one, () => "key"),
        typesOf,
      ).measure.filters[0]?.value,
    ).toBe(value);
  });
});

describe("figures", () => {
  test.each([
    [formatValue({ style: "number" }, 1234.567), "1,235"],
    [formatValue({ style: "number" }, 0.12345), "0.1235"],
    [formatValue({ style: "number" }, 0.000012345), "0.0000123"],
    [formatValue({ style: "number" }, 0), "0"],
    [formatValue({ style: "currency", currency: "USD" }, 5.1), "$5.10"],
    [formatValue({ style: "currency", currency: "USD" }, 12345.6), "$12,346"],
    [formatValue({ style: "percent" }, 0.1234), "12.34%"],
    [formatDifference({ style: "percent" }, 0.0123), "+1.23 pp"],
    [formatDifference({ style: "number" }, -2), "-2"],
    [formatRelative(-0.5), "-50%"],
    [formatPValue(0.00001), "< 0.0001"],
    [formatPValue(0.04999), "0.0500"],
  ])("%s is %s", (written, expected) => {
    expect(written).toBe(expected);
  });
});
