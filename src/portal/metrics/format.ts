// Formats a metric's values and describes its definition.
import type { Metric, Schemas } from "../api.ts";

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

export const REFUSALS: Record<NonNullable<Schemas["MetricGroup"]["refusal"]>, string> = {
  no_users: "no users",
  one_user: "one user only",
  no_variance: "all users have the same value",
  zero_denominator: "the denominator is zero",
  baseline_not_positive: "the baseline is not above zero",
  not_finite: "the numbers are too large",
};

const SIGNED = { signDisplay: "exceptZero" } as const;

/** @example formatValue({ style: "currency", currency: "USD" }, 1.5) // "US$1.50" */
export function formatValue(format: Format, value: number, options?: Intl.NumberFormatOptions): string {
  const { style, currency = "USD" } = format;
  const shown = Math.abs(style === "percent" ? value * 100 : value);
  return new Intl.NumberFormat(undefined, {
    ...options,
    ...(style === "currency" ? { style, currency } : { style: style === "percent" ? style : "decimal" }),
    ...digitsOf(shown, style === "currency"),
  }).format(value);
}

/** Differences of percentages are in percentage points: "+2%" would be read as a part of the baseline. */
export function formatDifference(format: Format, value: number): string {
  if (format.style === "percent") return `${formatValue({ style: "number" }, value * 100, SIGNED)} pp`;
  return formatValue(format, value, SIGNED);
}

export function formatRelative(value: number): string {
  return formatValue({ style: "percent" }, value, SIGNED);
}

export function formatPValue(value: number): string {
  return value < 0.0001 ? "< 0.0001" : value.toFixed(4);
}

/** Enough digits to distinguish groups, but no more. */
function digitsOf(shown: number, isMoney: boolean): Intl.NumberFormatOptions {
  if (shown > 0 && shown < 0.01) return { maximumSignificantDigits: 3 };
  if (isMoney && shown < 1_000) return { minimumFractionDigits: 2, maximumFractionDigits: shown < 0.1 ? 4 : 2 };
  return { minimumFractionDigits: 0, maximumFractionDigits: shown < 1 ? 4 : shown < 1_000 ? 2 : 0 };
}

/** As in "Sum of amount of purchase per user, within 72 hours of the first exposure. Up is good." */
export function describeMetric({ measure, denominator, direction, windowHours, winsorizePercentile }: Metric): string {
  const measures = [measure, ...(denominator === null ? [] : [denominator])].map(describeMeasure);
  const goodDirection = direction === "up" ? "Up is good." : "Down is good.";
  const definition = `${measures.join(", divided by: ")}, within ${windowHours} hours of the first exposure.`;
  if (winsorizePercentile === null) return `${definition} ${goodDirection}`;
  return `${definition} ${goodDirection} Capped at percentile ${Number((winsorizePercentile * 100).toPrecision(12))}.`;
}

function describeMeasure({ event, aggregation, property, filters }: Measure): string {
  const description = {
    count: `Number of ${event} per user`,
    conversion: `Share of users with ${event}`,
    sum: `Sum of ${property} of ${event} per user`,
    mean: `Mean ${property} of ${event} per user`,
  }[aggregation];
  if (filters.length === 0) return description;
  const conditions = filters.map(({ property: name, operator, value }) =>
    value === undefined ? `${name} ${OPERATORS[operator]}` : `${name} ${OPERATORS[operator]} ${value}`,
  );
  return `${description} where ${conditions.join(" and ")}`;
}
