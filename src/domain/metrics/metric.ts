// A metric: how the imported events of an exposed user become a value, and how values are shown.

export const AGGREGATIONS = ["count", "conversion", "sum", "mean"] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

export const FILTER_OPERATORS = ["equals", "not_equals", "greater", "at_least", "less", "at_most", "exists"] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/** A condition on one event. If the property is absent, only `not_equals` holds. */
export interface Filter {
  property: string;
  operator: FilterOperator;
  /** Null for `exists` alone. */
  value: string | number | boolean | null;
}

/**
 * One user's number, out of its events within the window: how many (`count`), whether any (`conversion`), the total
 * of a property (`sum`), or its mean over the user's events that have it (`mean`). A user without such events has
 * zero: leaving it out would select by something that exposure may have changed.
 */
export interface Measure {
  event: string;
  aggregation: Aggregation;
  /** Of numbers; null for `count` and `conversion`. */
  property: string | null;
  /** All must hold. */
  filters: Filter[];
}

export interface MetricFormat {
  style: "number" | "currency" | "percent";
  /** ISO 4217; null unless the style is `currency`. */
  currency: string | null;
}

export interface MetricDefinition {
  name: string;
  description: string | null;
  measure: Measure;
  /** If given, the metric is the users' sum of `measure` divided by their sum of this. */
  denominator: Measure | null;
  /** Which way is good. */
  direction: "up" | "down";
  /** Events in [first exposure, first exposure + window) count. */
  windowHours: number;
  /** Values above this percentile of all users' values count as the percentile; null caps none. */
  winsorizePercentile: number | null;
  format: MetricFormat;
}

/** The measures of a metric, the denominator last. */
export function measuresOf({ measure, denominator }: Pick<MetricDefinition, "measure" | "denominator">): Measure[] {
  return denominator === null ? [measure] : [measure, denominator];
}

/** Zeros and ones have no extremes to cap. */
export function canBeCapped(measure: Measure): boolean {
  return measure.aggregation !== "conversion";
}

export interface NewMetric extends MetricDefinition {
  integrationId: string;
}

export interface Metric extends NewMetric {
  id: string;
  createdAtMs: number;
  updatedAtMs: number;
}

/** Absent means unchanged. */
export type MetricPatch = { [K in keyof MetricDefinition]?: MetricDefinition[K] | undefined };
