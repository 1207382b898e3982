// A metric's definition as its form holds it, and back: form fields are texts, and what is not asked for is kept while typing.
import type { Metric, NewMetric } from "./types.ts";

type Measure = Metric["measure"];
export type Filter = Measure["filters"][number];

export interface FilterValues {
  /** Stays with its fields while others come and go. */
  key: string;
  property: string;
  operator: Filter["operator"];
  value: string;
}

export interface MeasureValues {
  event: string;
  aggregation: Measure["aggregation"];
  property: string;
  filters: FilterValues[];
}

export interface MetricValues {
  integrationId: string;
  name: string;
  description: string;
  measure: MeasureValues;
  isRatio: boolean;
  denominator: MeasureValues;
  direction: Metric["direction"];
  windowHours: number | string;
  /** In percent; empty: off. */
  winsorizePercentile: number | string;
  format: { style: Metric["format"]["style"]; currency: string };
}

/** Which types a property was found to have; undefined where it was not found. */
export type TypesOf = (event: string, property: string) => readonly string[] | undefined;

const COUNT: MeasureValues = { event: "", aggregation: "count", property: "", filters: [] };

export function emptyValues(integrationId = "", event = ""): MetricValues {
  return {
    ...{ integrationId, name: "", description: "", isRatio: false, direction: "up" },
    measure: { ...COUNT, event },
    denominator: { ...COUNT, event },
    ...{ windowHours: 72, winsorizePercentile: "" },
    format: { style: "number", currency: "USD" },
  };
}

export function valuesOf(metric: Metric, newKey: () => string): MetricValues {
  const { integrationId, name, description, measure, denominator, direction, windowHours, winsorizePercentile } =
    metric;
  return {
    ...{ integrationId, name, description: description ?? "", direction, windowHours },
    measure: measureValues(measure, newKey),
    isRatio: denominator !== null,
    denominator: denominator === null ? { ...COUNT, event: measure.event } : measureValues(denominator, newKey),
    winsorizePercentile: winsorizePercentile === null ? "" : toPercent(winsorizePercentile),
    format: { style: metric.format.style, currency: metric.format.currency ?? "USD" },
  };
}

function measureValues({ event, aggregation, property = "", filters }: Measure, newKey: () => string): MeasureValues {
  return {
    ...{ event, aggregation, property },
    filters: filters.map(({ value, ...filter }) => ({
      ...{ ...filter, key: newKey() },
      value: value === undefined ? "" : String(value),
    })),
  };
}

export function needsProperty({ aggregation }: Pick<MeasureValues, "aggregation">): boolean {
  return aggregation === "sum" || aggregation === "mean";
}

export function toNewMetric(values: MetricValues, typesOf: TypesOf): NewMetric {
  const { integrationId, name, description, isRatio, direction, windowHours, winsorizePercentile, format } = values;
  return {
    ...{ integrationId, name: name.trim(), direction, windowHours: Number(windowHours) },
    description: description.trim() === "" ? null : description.trim(),
    measure: toMeasure(values.measure, typesOf),
    denominator: isRatio ? toMeasure(values.denominator, typesOf) : null,
    winsorizePercentile: winsorizePercentile === "" ? null : fromPercent(Number(winsorizePercentile)),
    format:
      format.style === "currency"
        ? { style: "currency", currency: format.currency.trim().toUpperCase() }
        : { style: format.style },
  };
}

function toMeasure(values: MeasureValues, typesOf: TypesOf): Measure {
  const { event, aggregation, property, filters } = values;
  return {
    ...{ event, aggregation },
    ...(needsProperty(values) && { property: property.trim() }),
    filters: filters.map((filter) => ({
      ...{ property: filter.property.trim(), operator: filter.operator },
      ...(filter.operator !== "exists" && { value: typed(filter, typesOf(event, filter.property.trim())) }),
    })),
  };
}

/** A text as what the property holds: "5" is a number to a property of numbers, and a text to one of texts. */
function typed({ operator, value }: FilterValues, types: readonly string[] | undefined): string | number | boolean {
  const isComparison = operator !== "equals" && operator !== "not_equals";
  const isNumber = value.trim() !== "" && Number.isFinite(Number(value));
  if (isNumber && (isComparison || types === undefined || types.includes("number"))) return Number(value);
  if ((value === "true" || value === "false") && types?.includes("string") !== true) return value === "true";
  return value;
}

/** Without the noise of binary fractions. */
const toPercent = (part: number) => Number((part * 100).toPrecision(12));
const fromPercent = (percent: number) => Number((percent / 100).toPrecision(12));
