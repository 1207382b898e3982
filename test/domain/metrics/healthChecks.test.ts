// Each health check: when it warns and when not, the figures it says so by, and that a warning says what to do.
import { describe, expect, test } from "vitest";
import { compareGroups } from "../../../src/domain/metrics/compareGroups.ts";
import type { MetricDefinition } from "../../../src/domain/metrics/metric.ts";
import type { HealthCheck, ResultOptions } from "../../../src/domain/metrics/results.ts";
import type { MetricCell, MetricSample } from "../../../src/domain/metrics/sample.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FROM_MS = Date.UTC(2026, 0, 10);
const NOW_MS = FROM_MS + 20 * DAY_MS;

const METRIC: MetricDefinition = {
  name: "Buyers",
  description: null,
  denominator: null,
  direction: "up",
  windowHours: 72,
  measure: {
    event: "purchase",
    aggregation: "conversion",
    property: null,
    filters: [],
  },
  winsorizePercentile: null,
  format: {
    style: "percent",
    currency: null,
  },
};
const OPTIONS: ResultOptions = {
  by: "variant",
  routeId: null,
  fromMs: FROM_MS,
  toMs: FROM_MS + 7 * DAY_MS,
  baseline: null,
  multipleExposures: "first",
  incompleteWindow: "include",
  cuped: false,
  confidence: 0.95,
};

/** Users of a variant, each of whom did it with this share. */
function cell(variantId: string, n: number, share: number, routeId = "r"): MetricCell {
  return { routeId, variantId, dayMs: FROM_MS, users: { n, means: [share], products: [[n * share * (1 - share)]] } };
}

/** One in which nothing is wrong. */
function sampleOf(change: Partial<MetricSample> = {}): MetricSample {
  const variants = [
    { id: "a", weight: 1 },
    { id: "b", weight: 1 },
  ];
  return {
    nowMs: NOW_MS,
    cells: [cell("a", 1_000, 0.2), cell("b", 1_010, 0.25)],
    exposures: ["a", "b"].map((variantId) => ({
      routeId: "r",
      variantId,
      exposures: 3_000,
    })),
    allUsers: 2_010,
    multipleExposureUsers: 3,
    incompleteWindowUsers: 0,
    caps: {
      value: null,
      denominator: null,
    },
    events: [
      {
        name: "purchase",
        completeThroughMs: NOW_MS - HOUR_MS,
        gapFrom: null,
        rejected: 0,
        deduplicated: 0,
      },
    ],
    importFrom: "2026-01-01",
    joined: {
      sampled: 1_000,
      found: 900,
      byId: { user_id: 900 },
    },
    exposedBefore: false,
    router: {
      updatedAtMs: FROM_MS - DAY_MS,
      routes: [
        {
          id: "r",
          variants,
        },
      ],
    },
    ...change,
  };
}

function checked(
  check: HealthCheck["check"],
  change: Partial<MetricSample> = {},
  options: Partial<ResultOptions> = {},
): HealthCheck {
  const { health } = compareGroups(METRIC, { ...OPTIONS, ...options }, sampleOf(change));
  const [found, ...others] = health.filter((one) => one.check === check);
  expect(others).toEqual([]);
  return found!;
}

test("where nothing is wrong, nothing warns, and each check is there once", () => {
  const { health } = compareGroups(METRIC, OPTIONS, sampleOf());
  expect(health.map(({ check, status }) => [check, status])).toEqual(
    [
      "sample_ratio",
      "minimum_sample",
      "join_rate",
      "mixed_variants",
      "complete_through",
      "rejected",
      "deduplicated",
    ].map((check) => [check, "ok"]),
  );
});

describe("sample_ratio", () => {
  test("warns of a ratio that weights do not explain, naming the route, at 0.001", () => {
    // By Python: math.erfc(math.sqrt(210 ** 2 / 2210 / 2)), and of 140 in 2140.
    const lost = checked("sample_ratio", { cells: [cell("a", 1_000, 0.2), cell("b", 1_210, 0.2)] });
    expect(lost).toMatchObject({ status: "warning", figures: { route: "r", alpha: 0.001 } });
    expect(lost.figures["pValue"]).toBeCloseTo(7.929666e-6, 11);
    expect(lost.message).toMatch(/Likely causes: fallbacks.*Find the cause/);
    const chance = checked("sample_ratio", { cells: [cell("a", 1_000, 0.2), cell("b", 1_140, 0.2)] });
    expect(chance.status).toBe("ok");
    expect(chance.figures["pValue"]).toBeCloseTo(0.002475142, 8);
  });

  test("holds users against the weights, and says when these were changed within the range", () => {
    const cells = [cell("a", 3_000, 0.2), cell("b", 1_000, 0.2)];
    const routes = (weight: number) => [
      {
        id: "r",
        variants: [
          { id: "a", weight },
          { id: "b", weight: 1 },
        ],
      },
    ];
    const router = (weight: number, updatedAtMs: number) => ({
      router: { updatedAtMs, routes: routes(weight) },
      cells,
    });
    expect(checked("sample_ratio", router(3, FROM_MS - 1)).status).toBe("ok");
    const changed = checked("sample_ratio", router(1, FROM_MS + DAY_MS));
    expect(changed).toMatchObject({
      status: "warning",
      message: expect.stringContaining("2026-01-11, within this range"),
    });
  });

  test("is unknown where there are no weights", () => {
    expect(checked("sample_ratio", { router: null })).toMatchObject({ status: "unknown", figures: { pValue: null } });
  });
});

test.each([
  [99, 0.5, "warning", /fewer than 100 users/],
  [100, 0.5, "ok", /at least 100 users/],
  [1_000, 0.009, "warning", /fewer than 10 users did/],
  [1_000, 0.991, "warning", /fewer than 10 did not/],
  [1_000, 0.01, "ok", /at least 100 users/],
])("minimum_sample of %i users, %f of whom did: %s", (users, share, status, message) => {
  const found = checked("minimum_sample", { cells: [cell("a", 1_000, 0.2), cell("b", users, share)] });
  expect(found).toMatchObject({ status, message: expect.stringMatching(message) });
});

test.each([
  [{ sampled: 1_000, found: 500, byId: {} }, "ok", /50\.0 %.* any imported event\.$/],
  [{ sampled: 1_000, found: 500, byId: { user_id: 300, old_id: 200 } }, "ok", /: 300 by user_id, 200 by old_id\.$/],
  [{ sampled: 1_000, found: 499, byId: { user_id: 499 } }, "warning", /49\.9 % .*Send the same id in both/],
  [{ sampled: 0, found: 0, byId: {} }, "unknown", /no exposed users/],
])("join_rate of %j: %s", (joined, status, message) => {
  expect(checked("join_rate", { joined })).toMatchObject({ status, message: expect.stringMatching(message) });
});

test.each([
  [20, "first", "ok", /20 of 2,010 users saw several variants; they are counted with the first variant/],
  [21, "exclude", "warning", /21 of 2,010 users .* are left out\. .*Likely causes/],
] as const)("mixed_variants of %i, %s: %s", (mixedUsers, mixed, status, message) => {
  const found = checked("mixed_variants", { multipleExposureUsers: mixedUsers }, { multipleExposures: mixed });
  expect(found).toMatchObject({ status, message: expect.stringMatching(message), figures: { users: mixedUsers } });
});

describe("complete_through", () => {
  const events = (completeThroughMs: number | null, gapFrom: string | null = null) => ({
    events: [{ name: "purchase", completeThroughMs, gapFrom, rejected: 0, deduplicated: 0 }],
  });

  test.each([
    ["never imported", events(null), {}, /never fully imported\. Enable the import/],
    ["two days old", events(NOW_MS - 2 * DAY_MS - HOUR_MS), {}, /imported up to 2 days ago.*see the integration/],
    ["without some days", events(NOW_MS, "2026-01-12"), {}, /Days of event purchase from 2026-01-12.*are missing/],
    ["begun too late", { importFrom: "2026-01-11" }, {}, /begins on 2026-01-11.*Choose later days/],
    ["begun within the period before exposure", { importFrom: "2026-01-08" }, { cuped: true }, /the period before/],
  ] as const)("warns of an import that is %s", (_what, change, options, message) => {
    const found = checked("complete_through", change, options);
    expect(found).toMatchObject({ status: "warning", message: expect.stringMatching(message) });
  });

  test("says how many users' windows are open, and what becomes of them", () => {
    const open = { incompleteWindowUsers: 7 };
    expect(checked("complete_through", open)).toMatchObject({ status: "ok", figures: { unfinishedUsers: 7 } });
    expect(checked("complete_through", open, { incompleteWindow: "exclude" }).message).toMatch(
      /of 7 users .* left out/,
    );
    expect(checked("complete_through", { importFrom: "2026-01-08" }).status).toBe("ok");
  });
});

test("exposed_before is checked where CUPED takes the time before exposure for untouched, and there alone", () => {
  const cuped = { cuped: true };
  expect(checked("exposed_before", {}, cuped)).toMatchObject({
    status: "ok",
    figures: { from: "2026-01-07T00:00:00.000Z" },
  });
  const found = checked("exposed_before", { exposedBefore: true }, cuped);
  expect(found).toMatchObject({
    status: "warning",
    message: expect.stringMatching(/72 hours before 2026-01-10.*switch CUPED off/),
  });
  const { health } = compareGroups(METRIC, OPTIONS, sampleOf({ exposedBefore: true }));
  expect(health.map(({ check }) => check)).not.toContain("exposed_before");
});

test("rejected and deduplicated records are counted over the metric's events; only rejected ones warn", () => {
  const events = [1, 2].map((n) => ({
    name: `e${n}`,
    completeThroughMs: NOW_MS,
    gapFrom: null,
    rejected: n,
    deduplicated: 10 * n,
  }));
  expect(checked("rejected", { events })).toMatchObject({ status: "warning", figures: { records: 3 } });
  expect(checked("deduplicated", { events })).toMatchObject({ status: "ok", figures: { records: 30 } });
});
