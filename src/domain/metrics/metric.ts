// A metric: how the imported events of an exposed user become a value, and how values are shown.

/** How many events, whether any, the total of a property, or its mean over the events that have it. */
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

/** One user's number, from its events in the window. It is 0 without events: leaving users out would be biased. */
export interface Measure {
  event: string;
  aggregation: Aggregation;
  /** Of numbers; null for `count` and `conversion`. */
  property: string | null;
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
  direction: "up" | "down";
  /** Events in [first exposure, first exposure + window) count. */
  windowHours: number;
  /** Values above this percentile of all users' values count as the percentile; null caps none. */
  winsorizePercentile: number | null;
  format: MetricFormat;
}

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
  /** Properties that it names and no record of its events has: they count as absent. */
  unknownProperties: string[];
  createdAtMs: number;
  updatedAtMs: number;
}

export type MetricPatch = { [K in keyof MetricDefinition]?: MetricDefinition[K] | undefined };
