// Thousands of simulated experiments: false alarms come as rarely as promised, and intervals cover the truth as often.
import binomialQuantile from "@stdlib/stats-base-dists-binomial-quantile";
import { describe, expect, test } from "vitest";
import { pickVariant } from "../../../src/domain/assignment.ts";
import {
  absoluteDifference,
  relativeDifference,
  type Compared,
  type Difference,
} from "../../../src/domain/statistics/compare.ts";
import { merge, type Moments } from "../../../src/domain/statistics/moments.ts";
import { sampleRatio } from "../../../src/domain/statistics/sampleRatio.ts";
import { assignmentHash } from "../../../src/gateway/assignmentHash.ts";
import { CORRELATION, draw, estimatesOf, METRICS, type Metric } from "../../support/domain/populations.ts";
import { momentsOf, randomOf } from "../../support/domain/statistics.ts";

const RUNS = 2_000;
const ALPHA = 0.05;
const USERS = 500;
const LOOKS = 20;
const OPTIONS = { alpha: ALPHA, tuningUsers: 1_000 };
const FORMS = { absolute: absoluteDifference, relative: relativeDifference };
const VARIANTS = [
  { id: "a", weight: 1 },
  { id: "b", weight: 1 },
];
/** Each run is a router of its own, which deals the same users anew. */
const ASSIGNED = Array.from({ length: RUNS }, (_, run) => usersByVariant(run));

describe.each(METRICS)("$name", (metric) => {
  test("an A/A router gives false positives at the nominal rate", () => {
    const falsePositives = { absolute: 0, relative: 0 };
    for (const [run, [a, b]] of experiments(metric, 0, 11)) {
      for (const form of ["absolute", "relative"] as const) {
        const { low, high, pValue } = compare(metric, a, b, form);
        expect(pValue < ALPHA, `run ${run}: p-value and interval agree`).toBe(low > 0 || high < 0);
        if (pValue < ALPHA) falsePositives[form]++;
      }
    }
    expectAtRate(falsePositives.absolute, ALPHA);
    expectAtRate(falsePositives.relative, ALPHA);
  });

  test("the intervals cover a simulated lift at the nominal rate, and it is found", () => {
    const { lift } = metric;
    const truth = { absolute: lift * metric.mean, relative: lift };
    const covered = { absolute: 0, relative: 0 };
    let found = 0;
    for (const [, [a, b]] of experiments(metric, lift, 12)) {
      for (const form of ["absolute", "relative"] as const) {
        const { low, high, pValue } = compare(metric, a, b, form);
        if (low <= truth[form] && truth[form] <= high) covered[form]++;
        if (form === "absolute" && pValue < ALPHA) found++;
      }
    }
    expectAtRate(covered.absolute, 1 - ALPHA);
    expectAtRate(covered.relative, 1 - ALPHA);
    expect(found / RUNS).toBeGreaterThan(0.5);
  });

  test(`${LOOKS} looks: always-valid intervals keep the rate, and fixed ones do not`, () => {
    const random = randomOf(13);
    const falsePositives = { fixed: 0, alwaysValid: 0 };
    let missed = 0;
    for (let run = 0; run < RUNS; run++) {
      const none = looks(metric, 0, random);
      if (none.some(({ low, high }) => low > 0 || high < 0)) falsePositives.fixed++;
      if (none.some(({ alwaysValid: { low, high } }) => low > 0 || high < 0)) falsePositives.alwaysValid++;
      const truth = metric.lift * metric.mean;
      const some = looks(metric, metric.lift, random);
      if (some.some(({ alwaysValid: { low, high } }) => truth < low || truth > high)) missed++;
    }
    expect(falsePositives.alwaysValid / RUNS).toBeLessThanOrEqual(ALPHA);
    expect(missed / RUNS).toBeLessThanOrEqual(ALPHA);
    // Else the above would hold of anything.
    expect(falsePositives.fixed / RUNS).toBeGreaterThan(3 * ALPHA);
  });
});

test("CUPED narrows the interval as much as the past explains", () => {
  const widths = METRICS.filter(({ population }) => population === "spending").map((metric) => {
    let width = 0;
    for (const [, [a, b]] of experiments(metric, 0, 14, 200)) {
      const { low, high } = compare(metric, a, b, "absolute");
      width += high - low;
    }
    return { isAdjusted: metric.isAdjusted, width };
  });
  const widthOf = (is: boolean) => widths.find(({ isAdjusted }) => isAdjusted === is)?.width ?? Number.NaN;
  const left = Math.sqrt(1 - CORRELATION ** 2);
  expect(Math.abs(widthOf(true) / widthOf(false) - left)).toBeLessThan(0.02);
});

test("sample ratio: the gateway's own assignment is suspected as rarely as promised, lost users are found", () => {
  const counts = { at5Percent: 0, mismatches: 0, lossesFound: 0 };
  for (const [a = 0, b = 0] of ASSIGNED) {
    const tested = sampleRatio([a, b], [1, 1]);
    if (tested === null) throw new Error("There is nothing to test.");
    if (tested.pValue < ALPHA) counts.at5Percent++;
    if (tested.isMismatch) counts.mismatches++;
    if (sampleRatio([a, Math.round(b * 0.6)], [1, 1])?.isMismatch === true) counts.lossesFound++;
  }
  expectAtRate(counts.at5Percent, ALPHA);
  expect(counts.mismatches).toBeLessThanOrEqual(binomialQuantile(0.995, RUNS, 0.001));
  expect(counts.lossesFound / RUNS).toBeGreaterThan(0.9);
});

/** The count lies in the middle 99 % of what the rate gives. */
function expectAtRate(count: number, rate: number): void {
  expect(count).toBeGreaterThanOrEqual(binomialQuantile(0.005, RUNS, rate));
  expect(count).toBeLessThanOrEqual(binomialQuantile(0.995, RUNS, rate));
}

function usersByVariant(run: number): number[] {
  const place = { routerId: `router-${run}`, routeId: "default" };
  const assigned = Array.from(
    { length: USERS },
    (_, i) => pickVariant(VARIANTS, assignmentHash(`user-${i}`, place))?.id,
  );
  return VARIANTS.map(({ id }) => assigned.filter((one) => one === id).length);
}

function* experiments(
  metric: Metric,
  lift: number,
  seed: number,
  runs = RUNS,
): Generator<[number, [Moments, Moments]]> {
  const random = randomOf(seed);
  for (let run = 0; run < runs; run++) {
    const groups = (ASSIGNED[run] ?? []).map((users, i) => sample(metric, users, i === 0 ? 0 : lift, random));
    yield [run, groups as [Moments, Moments]];
  }
}

function sample(metric: Metric, users: number, lift: number, random: () => number): Moments {
  const drawn = Array.from({ length: users }, () => draw(metric, lift, random));
  return momentsOf(drawn[0]?.map((_, i) => drawn.map((user) => user[i] ?? 0)) ?? []);
}

function compare(metric: Metric, a: Moments, b: Moments, form: keyof typeof FORMS): Difference {
  const { baseline, other } = estimatesOf(metric, a, b);
  if (baseline.estimate === null || other.estimate === null) throw new Error("There is no estimate.");
  return known(FORMS[form](baseline.estimate, other.estimate, OPTIONS));
}

function known({ difference, refusal }: Compared): Difference {
  if (difference === null) throw new Error(`There is no difference: ${refusal}.`);
  return difference;
}

/** Two growing groups, compared again and again. */
function looks(metric: Metric, lift: number, random: () => number): Difference[] {
  const each = USERS / 2 / LOOKS;
  let [a, b] = [sample(metric, 2 * each, 0, random), sample(metric, 2 * each, lift, random)];
  return Array.from({ length: LOOKS }, () => {
    const difference = compare(metric, a, b, "absolute");
    a = merge(a, sample(metric, each, 0, random));
    b = merge(b, sample(metric, each, lift, random));
    return difference;
  });
}
