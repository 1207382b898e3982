// Metrics from scratch: the raw exposures and rows, user by user in plain loops. Shares nothing with the store but
// types.
import type { Filter, Measure, MetricDefinition } from "../../../src/domain/metrics/metric.ts";
import type { SampleOptions } from "../../../src/domain/metrics/sample.ts";
import type { Moments } from "../../../src/domain/statistics/moments.ts";
import { momentsOf } from "../domain/statistics.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface RawExposure {
  routeId: string;
  variantId: string;
  userId: string;
  atMs: number;
}

export interface RawRow {
  event: string;
  /** The first of these that is exposed has the row. */
  userIds: readonly string[];
  atMs: number;
  properties: Record<string, unknown>;
}

export interface NaiveCell {
  cell: string;
  users: Moments;
}

interface User {
  anchorMs: number;
  cell: string;
  isMultiple: boolean;
  /** By the metric's measures; with CUPED those of the time before follow. */
  values: number[];
}

export function naiveSample(
  metric: MetricDefinition,
  options: SampleOptions,
  raw: { exposures: RawExposure[]; rows: RawRow[]; throughMs: number },
) {
  const windowMs = metric.windowHours * HOUR_MS;
  const exposed = usersOf(options, raw.exposures);
  const ids = new Set(exposed.map(({ userId }) => userId));
  const all = exposed.map(({ userId, ...user }): User => {
    const own = raw.rows.filter((row) => row.userIds.find((id) => ids.has(id)) === userId);
    const valueOf = (measure: Measure, fromMs: number) =>
      userValue(
        measure,
        own.filter((row) => row.atMs >= fromMs && row.atMs < fromMs + windowMs),
      );
    const measures = metric.denominator === null ? [metric.measure] : [metric.measure, metric.denominator];
    const starts = options.cuped ? [user.anchorMs, user.anchorMs - windowMs] : [user.anchorMs];
    return { ...user, values: starts.flatMap((fromMs) => measures.map((measure) => valueOf(measure, fromMs))) };
  });
  const isIncomplete = (user: User) => user.anchorMs + windowMs > raw.throughMs;
  const counted = all.filter(
    (user) =>
      !(options.multipleExposures === "exclude" && user.isMultiple) &&
      !(options.incompleteWindow === "exclude" && isIncomplete(user)),
  );
  const caps = cap(metric, counted);
  return {
    allUsers: all.length,
    multipleExposureUsers: all.filter(({ isMultiple }) => isMultiple).length,
    incompleteWindowUsers: all.filter(isIncomplete).length,
    caps,
    cells: cellsOf(counted),
  };
}

function usersOf({ by, routeId, fromMs, toMs }: SampleOptions, exposures: RawExposure[]) {
  const within = exposures.filter(
    ({ atMs, routeId: route }) => atMs >= fromMs && atMs < toMs && (routeId === null || route === routeId),
  );
  return [...new Set(within.map(({ userId }) => userId))].map((userId) => {
    const own = within.filter((one) => one.userId === userId);
    // Of two at the same moment, the one that comes first by its names.
    own.sort((a, b) => a.atMs - b.atMs || compareNames(a, b));
    const first = own[0] as RawExposure;
    const groups = new Set(own.map((one) => (by === "route" ? one.routeId : one.variantId)));
    const cell = `${first.routeId}/${first.variantId}/${Math.floor(first.atMs / DAY_MS) * DAY_MS}`;
    return { userId, anchorMs: first.atMs, cell, isMultiple: groups.size > 1 };
  });
}

function compareNames(a: RawExposure, b: RawExposure): number {
  const [one, other] = [`${a.routeId}/${a.variantId}`, `${b.routeId}/${b.variantId}`];
  return one < other ? -1 : one > other ? 1 : 0;
}

function userValue({ event, aggregation, property, filters }: Measure, rows: RawRow[]): number {
  const passing = rows.filter((row) => row.event === event && filters.every((one) => passes(one, row.properties)));
  if (aggregation === "count") return passing.length;
  if (aggregation === "conversion") return passing.length > 0 ? 1 : 0;
  const values = passing.map(({ properties }) => properties[property ?? ""]).filter((one) => typeof one === "number");
  const sum = values.reduce((total, one) => total + one, 0);
  return aggregation === "sum" || values.length === 0 ? sum : sum / values.length;
}

function passes({ property, operator, value }: Filter, properties: Record<string, unknown>): boolean {
  const found = properties[property];
  if (operator === "exists") return found !== undefined && found !== null;
  if (operator === "equals") return found === value;
  if (operator === "not_equals") return found !== value;
  if (typeof found !== "number" || typeof value !== "number") return false;
  if (operator === "greater") return found > value;
  if (operator === "at_least") return found >= value;
  return operator === "less" ? found < value : found <= value;
}

/** numpy's `inverted_cdf`: the smallest value that at least this share of all does not exceed. */
function cap({ measure, denominator, winsorizePercentile: share }: MetricDefinition, users: User[]) {
  const capOf = (of: Measure | null, at: number) => {
    if (share === null || of === null || of.aggregation === "conversion" || users.length === 0) return null;
    const sorted = users.map(({ values }) => values[at] ?? 0).toSorted((a, b) => a - b);
    return sorted.find((_, i) => (i + 1) / sorted.length >= share) ?? null;
  };
  const caps = { value: capOf(measure, 0), denominator: capOf(denominator, 1) };
  const inOrder = denominator === null ? [caps.value] : [caps.value, caps.denominator];
  // What was before the exposure is capped where the value is.
  for (const user of users) {
    user.values = user.values.map((value, i) => Math.min(value, inOrder[i % inOrder.length] ?? Infinity));
  }
  return caps;
}

function cellsOf(users: User[]): NaiveCell[] {
  const cells = [...new Set(users.map(({ cell }) => cell))].toSorted();
  return cells.map((cell) => {
    const own = users.filter((user) => user.cell === cell);
    const variables = own[0]?.values.map((_, i) => own.map(({ values }) => values[i] ?? 0)) ?? [];
    return { cell, users: momentsOf(variables) };
  });
}
