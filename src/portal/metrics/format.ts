// A metric's figures and its definition, as people read them.
import type { Metric, MetricGroup } from "./types.ts";

type Format = Metric["format"];
type Measure = Metric["measure"];

export const AGGREGATIONS: Record<Measure["aggregation"], string> = {
  count: "Count of events per user",
  conversion: "Share of users with the event",
  sum: "Sum of a property per user",
  mean: "Mean of a property per user",
};

export const OPERATORS: Record<Measure["filters"][number]["operator"], string> = {
  equals: "equals",
  not_equals: "does not equal",
  greater: "is greater than",
  at_least: "is at least",
  less: "is less than",
  at_most: "is at most",
  exists: "exists",
};

export const REFUSALS: Record<NonNullable<MetricGroup["refusal"]>, string> = {
  no_users: "no users",
  one_user: "one user only",
  no_variance: "all users have the same value",
  zero_denominator: "the denominator is zero",
  baseline_not_positive: "the baseline is not above zero",
  not_finite: "the numbers are too large",
};

/** @example formatValue({ style: "currency", currency: "USD" }, 1.5) // "US$1.50" */
export function formatValue(format: Format, value: number): string {
  return written(format, value, {});
}

/** With its sign; of percentages in percentage points, since "+2%" would be taken for a part of the baseline. */
export function formatDifference(format: Format, value: number): string {
  if (format.style === "percent") return `${written({ style: "number" }, value * 100, SIGNED)} pp`;
  return written(format, value, SIGNED);
}

/** @example formatRelative(0.0123) // "+1.23%" */
export function formatRelative(value: number): string {
  return written({ style: "percent" }, value, SIGNED);
}

export function formatPValue(value: number): string {
  return value < 0.0001 ? "< 0.0001" : value.toFixed(4);
}

const SIGNED = { signDisplay: "exceptZero" } as const;

function written({ style, currency }: Format, value: number, options: Intl.NumberFormatOptions): string {
  const size = Math.abs(style === "percent" ? value * 100 : value);
  return new Intl.NumberFormat(undefined, {
    ...options,
    ...(style === "currency"
      ? { style, currency: currency ?? "USD" }
      : { style: style === "percent" ? style : "decimal" }),
    ...digits(size, style === "currency"),
  }).format(value);
}

/** Enough to tell groups apart, no more than are read. */
function digits(size: number, isMoney: boolean): Intl.NumberFormatOptions {
  if (size > 0 && size < 0.01) return { maximumSignificantDigits: 3 };
  if (isMoney && size < 1_000) return { minimumFractionDigits: 2, maximumFractionDigits: size < 0.1 ? 4 : 2 };
  return { minimumFractionDigits: 0, maximumFractionDigits: size < 1 ? 4 : size < 1_000 ? 2 : 0 };
}

/** @example describeMetric(metric) // "Sum of amount of purchase per user, within 72 hours of the first exposure. Up is good." */
export function describeMetric({ measure, denominator, direction, windowHours, winsorizePercentile }: Metric): string {
  const what =
    denominator === null
      ? describeMeasure(measure)
      : `${describeMeasure(measure)}, over: ${describeMeasure(denominator)}`;
  const capped =
    winsorizePercentile === null ? "" : ` Capped at percentile ${Number((winsorizePercentile * 100).toPrecision(12))}.`;
  return `${what}, within ${windowHours} hours of the first exposure. ${direction === "up" ? "Up" : "Down"} is good.${capped}`;
}

function describeMeasure({ event, aggregation, property, filters }: Measure): string {
  const what = {
    count: `Number of ${event} per user`,
    conversion: `Share of users with ${event}`,
    sum: `Sum of ${property} of ${event} per user`,
    mean: `Mean ${property} of ${event} per user`,
  }[aggregation];
  const conditions = filters.map((filter) =>
    [filter.property, OPERATORS[filter.operator], ...(filter.value === undefined ? [] : [String(filter.value)])].join(
      " ",
    ),
  );
  return conditions.length === 0 ? what : `${what} where ${conditions.join(" and ")}`;
}
