// A sample as results: its cells summed up to groups, and each group compared with the baseline.
import type { MetricDefinition } from "./metric.ts";
import type { Comparison, DayResult, GroupResult, MetricResults, ResultOptions } from "./results.ts";
import type { MetricCell, MetricSample } from "./sample.ts";
import { checkHealth } from "./healthChecks.ts";
import { absoluteDifference, relativeDifference, valueInterval, type Compared } from "../statistics/compare.ts";
import { adjustPair, estimateOf, type MetricKind } from "../statistics/estimates.ts";
import { merge, NO_USERS, type Moments } from "../statistics/moments.ts";

/** About how many users of two groups the always-valid intervals are narrowest at: GrowthBook's default. */
const TUNING_USERS = 5_000;

export function kindOf({ measure, denominator }: Pick<MetricDefinition, "measure" | "denominator">): MetricKind {
  if (denominator !== null) return "ratio";
  return measure.aggregation === "conversion" ? "proportion" : "mean";
}

/** The ids that a result has, in order: all that were exposed, and those that are configured though they were not. */
export function groupIds(sample: MetricSample, { by, routeId }: Pick<ResultOptions, "by" | "routeId">): string[] {
  const routes = sample.router?.routes.filter(({ id }) => routeId === null || id === routeId) ?? [];
  const configured = routes.flatMap(({ id, variants }) =>
    by === "route" ? [id] : variants.filter(({ weight }) => weight > 0).map((variant) => variant.id),
  );
  const exposed = sample.exposures.map((one) => (by === "route" ? one.routeId : one.variantId));
  return [...new Set([...configured, ...exposed])].toSorted((a, b) => (a < b ? -1 : 1));
}

/** `baseline`, where one is asked for, must be one of `groupIds`. */
export function compareGroups(metric: MetricDefinition, options: ResultOptions, sample: MetricSample): MetricResults {
  const kind = kindOf(metric);
  const alpha = 1 - options.confidence;
  const ids = groupIds(sample, options);
  const users = sumUp(sample.cells, options.by);
  const usersOf = (id: string) => users.get(id) ?? NO_USERS;
  const most = ids.toSorted((a, b) => usersOf(b).n - usersOf(a).n)[0] ?? null;
  const baseline = options.baseline ?? most;
  const groups = ids.map((id): GroupResult => {
    const estimated = estimateOf(kind, usersOf(id));
    const compared =
      id === baseline || baseline === null
        ? { absolute: null, relative: null }
        : compare(kind, usersOf(baseline), usersOf(id), options);
    return {
      id,
      users: usersOf(id).n,
      exposures: sample.exposures
        .filter((one) => (options.by === "route" ? one.routeId : one.variantId) === id)
        .reduce((sum, one) => sum + one.exposures, 0),
      value: estimated.estimate?.mean ?? null,
      interval: estimated.estimate && valueInterval(estimated.estimate, alpha),
      refusal: estimated.refusal,
      ...compared,
    };
  });
  const health = checkHealth(metric, options, sample, groups);
  return { baseline, groups, health, overTime: overTime(kind, sample.cells, options), caps: sample.caps };
}

function compare(kind: MetricKind, baseline: Moments, other: Moments, options: ResultOptions) {
  const pair = options.cuped
    ? adjustPair(kind, baseline, other)
    : { baseline: estimateOf(kind, baseline), other: estimateOf(kind, other) };
  const against = { alpha: 1 - options.confidence, tuningUsers: TUNING_USERS };
  const [from, to] = [pair.baseline, pair.other];
  if (from.estimate === null || to.estimate === null) {
    const refused = refuse(from.refusal ?? to.refusal ?? "not_finite");
    return { absolute: refused, relative: refused };
  }
  return {
    absolute: toComparison(absoluteDifference(from.estimate, to.estimate, against)),
    relative: toComparison(relativeDifference(from.estimate, to.estimate, against)),
  };
}

function toComparison({ difference, refusal }: Compared): Comparison {
  return difference === null ? refuse(refusal) : { ...difference, refusal: null };
}

function refuse(refusal: NonNullable<Comparison["refusal"]>): Comparison {
  return { estimate: null, low: null, high: null, pValue: null, alwaysValid: null, refusal };
}

function sumUp(cells: MetricCell[], by: ResultOptions["by"]): Map<string, Moments> {
  const groups = new Map<string, Moments>();
  for (const cell of cells) {
    const id = by === "route" ? cell.routeId : cell.variantId;
    groups.set(id, merge(groups.get(id) ?? NO_USERS, cell.users));
  }
  return groups;
}

function overTime(kind: MetricKind, cells: MetricCell[], { by, confidence }: ResultOptions): DayResult[] {
  const days = new Map<number, MetricCell[]>();
  for (const cell of cells) days.set(cell.dayMs, [...(days.get(cell.dayMs) ?? []), cell]);
  return [...days]
    .toSorted(([a], [b]) => a - b)
    .map(([dayMs, ofDay]) => ({
      dayMs,
      groups: [...sumUp(ofDay, by)]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([id, users]) => {
          const { estimate: found } = estimateOf(kind, users);
          const interval = found && valueInterval(found, 1 - confidence);
          return { id, users: users.n, value: found?.mean ?? null, interval };
        }),
    }));
}
