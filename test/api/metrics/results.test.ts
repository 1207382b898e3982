// Results of metrics over HTTP: a calculation by hand agrees with them.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomUUID } from "node:crypto";
import { errorsOf, pathsOf, type Answer } from "../../support/api/harness.ts";
import {
  createMetricsHarness,
  DAY_MS,
  HOUR_MS,
  REVENUE,
  type MetricsHarness,
} from "../../support/api/metricsHarness.ts";

let api: MetricsHarness;
beforeAll(async () => {
  api = await createMetricsHarness();
});
afterAll(() => api.close());

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

describe("results", () => {
  const startMs = () => api.todayMs - 10 * DAY_MS;
  let metric: string;
  const results = (query: string, of = metric): Promise<Answer> => api.call(`/v1/metrics/${of}/results?${query}`);
  const range = () => `from=${day(startMs())}&to=${day(startMs() + 2 * DAY_MS)}`;
  const groupsOf = ({ body }: Answer) => body.groups as Record<string, unknown>[];

  beforeAll(async () => {
    const expose = (userId: string, variantId: string, atMs: number, routeId = "main") => ({
      aliasId: "shop",
      routeId,
      variantId,
      userId,
      exposedAtMs: startMs() + atMs,
    });
    const { workspaceId } = api.workspace;
    await api.store.exposures.ingest(workspaceId, [
      ...["a1", "a2", "a3"].map((user) => expose(user, "a", 5 * HOUR_MS)),
      ...["b1", "b2", "b3"].map((user) => expose(user, "b", 6 * HOUR_MS)),
    ]);
    await api.store.exposures.seal(workspaceId);
    // Not folded: an earlier first exposure of a1, a second one of a1 in the other variant, and one that is beyond the range.
    await api.store.exposures.ingest(workspaceId, [
      expose("a1", "a", 4 * HOUR_MS),
      expose("a1", "b", 30 * HOUR_MS),
      expose("late", "b", 2 * DAY_MS),
    ]);
    const buy = (userId: string, atMs: number, amount: number) => ({
      userId,
      atMs: startMs() + atMs,
      properties: { amount },
    });
    await api.importRows([
      buy("a1", 4 * HOUR_MS, 1), // At the very moment of the exposure.
      buy("a1", 4 * HOUR_MS - 1, 100), // Before it.
      buy("a1", 76 * HOUR_MS - 1, 2), // The window's last moment.
      buy("a1", 76 * HOUR_MS, 1000), // Over.
      buy("a2", 6 * HOUR_MS, 6),
      buy("b1", 7 * HOUR_MS, 9),
      buy("b2", 7 * HOUR_MS, 12),
      buy("b3", 80 * HOUR_MS, 5000),
    ]);
    const created = await api.define({ name: "Revenue", measure: REVENUE });
    metric = created.body.id as string;
  });

  test("users count from their first exposure on, for the window; Welch's interval and p-value", async () => {
    const answer = await results(`router=shop&${range()}&baseline=a`);
    expect(answer).toMatchObject({
      status: 200,
      body: { baseline: "a", router: "shop", by: "variant", confidence: 0.95 },
    });
    const [a, b] = groupsOf(answer);
    // By hand: a = 3, 6, 0; b = 9, 12, 0. By scipy.stats.ttest_ind(b, a, equal_var=False).
    expect(a).toMatchObject({ id: "a", users: 3, exposures: 4, value: 3, absolute: null, relative: null });
    expect(b).toMatchObject({ id: "b", users: 3, exposures: 4, value: 7, refusal: null });
    const absolute = b?.absolute as { estimate: number; pValue: number; low: number; high: number };
    expect(absolute.estimate).toBe(4);
    expect(absolute.pValue).toBeCloseTo(0.39385390667215586, 12);
    expect([absolute.low, absolute.high]).toEqual([
      expect.closeTo(-9.044889704246975, 11) as number,
      expect.closeTo(17.044889704246977, 11) as number,
    ]);
    expect(answer.body.overTime).toMatchObject([
      {
        day: day(startMs()),
        groups: [
          { id: "a", users: 3 },
          { id: "b", users: 3 },
        ],
      },
    ]);
  });

  test("a user of two variants counts for the first, or for none", async () => {
    const left = await results(`router=shop&${range()}&mixed=exclude`);
    expect(groupsOf(left)).toMatchObject([
      { id: "a", users: 2, value: 3 },
      { id: "b", users: 3, value: 7 },
    ]);
    const health = left.body.health as { check: string; figures: unknown }[];
    expect(health.find(({ check }) => check === "mixed_variants")?.figures).toMatchObject({
      users: 1,
      share: 1 / 6,
    });
    const byRoute = await results(`router=shop&${range()}&by=route`);
    expect(groupsOf(byRoute)).toMatchObject([{ id: "main", users: 6, value: 5 }]);
  });

  test("numbers within JSON, and the values of keys, count like any other", async () => {
    const none = { string_value: null, int_value: null, float_value: null, double_value: null };
    const visit = (userId: string, price: number) => ({
      event: "visit",
      userId,
      atMs: startMs() + 7 * HOUR_MS,
      properties: {
        payload: { price: price / 2 },
        event_params: [
          { key: "page", value: { ...none, string_value: "/" } },
          { key: "price", value: { ...none, int_value: price } },
        ],
        plain: [{ key: "a.b", value: price * 2 }],
      },
      fields: { "payload.price": 0, "event_params.price": 0, "event_params.page": "", "plain.a.b": 0 },
    });
    await api.importRows([visit("a2", 3), visit("b1", 6)]);
    const valuesOf = async (property: string, filters: object[] = []) => {
      const measure = { event: "visit", aggregation: "sum", property, filters };
      const { body } = await api.define({ name: randomUUID(), measure });
      return groupsOf(await results(`router=shop&${range()}`, body.id as string)).map(({ value }) => value);
    };
    expect(await valuesOf("payload.price")).toEqual([0.5, 1]);
    expect(await valuesOf("event_params.price")).toEqual([1, 2]);
    expect(await valuesOf("plain.a.b")).toEqual([2, 4]);
    const more = [{ property: "event_params.price", operator: "at_least", value: 6 }];
    expect(await valuesOf("event_params.price", more)).toEqual([0, 2]);
    const page = [{ property: "event_params.page", operator: "equals", value: "/" }];
    expect(await valuesOf("event_params.price", page)).toEqual([1, 2]);
    const { body } = await api.call(`/v1/integrations/${api.integrationId}/events/visit/properties`);
    const examples = (body.properties as { name: string; example: unknown }[]).map(({ name, example }) => [
      name,
      example,
    ]);
    expect(Object.fromEntries(examples)).toMatchObject({ "event_params.page": "/" });
    expect([3, 6]).toContain(Object.fromEntries(examples)["event_params.price"]);
  });

  test("conversion, count, mean, ratio, filters, capping and CUPED, by hand", async () => {
    const valuesOf = async (definition: object, query = "") => {
      const { body } = await api.define({ name: randomUUID(), ...definition });
      return groupsOf(await results(`router=shop&${range()}${query}`, body.id as string)).map(({ value }) => value);
    };
    const measure = (aggregation: string, rest: object = {}) => ({ event: "purchase", aggregation, ...rest });
    expect(await valuesOf({ measure: measure("count") })).toEqual([1, 2 / 3]);
    expect(await valuesOf({ measure: measure("conversion") })).toEqual([2 / 3, 2 / 3]);
    expect(await valuesOf({ measure: measure("mean", { property: "amount" }) })).toEqual([2.5, 7]);
    expect(await valuesOf({ measure: REVENUE, denominator: measure("count") })).toEqual([3, 10.5]);
    expect(await valuesOf({ measure: REVENUE, windowHours: 1 })).toEqual([1 / 3, 0]);
    const filters = [
      { property: "amount", operator: "at_least", value: 2 },
      { property: "plan", operator: "not_equals", value: "x" },
    ];
    expect(await valuesOf({ measure: { ...REVENUE, filters } })).toEqual([8 / 3, 7]);
    // Of 0, 0, 3, 6, 9, 12 the 80th percentile is 9.
    expect(await valuesOf({ measure: REVENUE, winsorizePercentile: 0.8 })).toEqual([3, 6]);
    expect(await valuesOf({ measure: REVENUE }, "&cuped=true")).toEqual([3, 7]);
    // Before exposure a1 alone bought, for 100: theta is -200 / (25,000 / 3), and a's value 3 becomes 3 + 0.024 * 100 / 3.
    const differenceOf = async (definition: object, cuped: boolean) => {
      const { body } = await api.define({ name: randomUUID(), ...definition });
      const found = await results(`router=shop&${range()}&baseline=a&cuped=${cuped}`, body.id as string);
      return groupsOf(found)[1]?.["absolute"];
    };
    const estimate = expect.closeTo(3.2, 11) as number;
    expect(await differenceOf({ measure: REVENUE }, true)).toMatchObject({ estimate });
    // Of a ratio b has no past at all, so that nothing is taken off.
    const ratio = { measure: REVENUE, denominator: measure("count") };
    expect(await differenceOf(ratio, true)).toEqual(await differenceOf(ratio, false));
    expect(await differenceOf(ratio, true)).toMatchObject({ estimate: 7.5, refusal: null });
  });

  test("CUPED is warned of where the router served users within the window before", async () => {
    const checkOf = async (from: number) => {
      const days = `from=${day(startMs() + from * DAY_MS)}&to=${day(startMs() + 3 * DAY_MS)}`;
      const { body } = await results(`router=shop&${days}&cuped=true`);
      return (body.health as { check: string; status: string }[]).find(({ check }) => check === "exposed_before");
    };
    expect(await checkOf(0)).toMatchObject({ status: "ok" });
    expect(await checkOf(1)).toMatchObject({ status: "warning" });
  });

  test("users whose window is not over are left out on request", async () => {
    // Nothing is complete: no window is over.
    expect(groupsOf(await results(`router=shop&${range()}&unfinished=exclude`))).toMatchObject([
      { id: "a", users: 0, value: null, refusal: "no_users" },
      { id: "b", users: 0, value: null, refusal: "no_users" },
    ]);
  });

  test("as CSV, a row for each group", async () => {
    const answer = await api.call(`/v1/metrics/${metric}/results.csv?router=shop&${range()}&baseline=a`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const [head, a, b, end] = answer.text.split("\r\n");
    expect(head).toMatch(/^group,baseline,users,exposures,value,low,high,refusal,absolute_estimate/);
    expect(a).toMatch(/^"a","yes",3,4,3,/);
    expect(b).toMatch(/^"b","no",3,4,7,.*,,4,/);
    expect(end).toBe("");
  });

  test("as CSV, every text in quotes, and none that is a formula", async () => {
    const names = ["a;=HYPERLINK(1)", "=1+1", " =1", "\t@x", "＝1", 'say "x"', "a\tb", "plain"];
    await api.store.exposures.ingest(
      api.workspace.workspaceId,
      names.map((variantId) => ({
        aliasId: "cells",
        routeId: "main",
        variantId,
        userId: "u",
        exposedAtMs: startMs() + HOUR_MS,
      })),
    );
    const { text } = await api.call(`/v1/metrics/${metric}/results.csv?router=cells&${range()}&mixed=first`);
    const cells = text
      .split("\r\n")
      .slice(1, -1)
      .map((line) => line.slice(0, line.search(/,"(yes|no)"/)));
    const expected = [
      `"a;=HYPERLINK(1)"`,
      `"'=1+1"`,
      `"' =1"`,
      `"'\t@x"`,
      `"'＝1"`,
      `"say ""x"""`,
      `"a\tb"`,
      `"plain"`,
    ];
    expect(cells.toSorted()).toEqual(expected.toSorted());
  });

  test("what is asked must be possible", async () => {
    const wrong: [string, string][] = [
      ["from=2026-02-30", "from"],
      ["from=2026-02-02&to=2026-02-02", "from"],
      ["from=2025-01-01&to=2026-02-02", "from"],
      ["by=user", "by"],
      ["mixed=last", "mixed"],
      ["confidence=1", "confidence"],
      ["baseline=c", "baseline"],
    ];
    for (const [query, path] of wrong) {
      const answer = await results(`router=shop&${query}`);
      expect([query, answer.status, errorsOf(answer)?.map((one) => one.path)]).toEqual([query, 400, [path]]);
    }
    expect(pathsOf(await results(""))).toEqual(["router"]);
    expect((await results("router=unknown")).status).toBe(404);
    expect((await results("router=shop", "met_unknown")).status).toBe(404);
    expect((await api.callOther(`/v1/metrics/${metric}/results?router=shop`)).status).toBe(404);
  });
});
