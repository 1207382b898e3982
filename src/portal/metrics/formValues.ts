// Converts a metric's definition into the values of its form, and back.
import type { Metric, Schemas } from "../api.ts";

type Measure = Metric["measure"];
type Filter = Measure["filters"][number];

export type FilterValues = Omit<Filter, "value"> & {
  /** Identifies the filter's fields while other filters are added and removed. */
  key: string;
  value: string;
};
export type MeasureValues = Omit<Measure, "property" | "filters"> & { property: string; filters: FilterValues[] };

export interface MetricValues {
  integrationId: string;
  name: string;
  description: string;
  measure: MeasureValues;
  isRatio: boolean;
  denominator: MeasureValues;
  direction: Metric["direction"];
  windowHours: number | string;
  /** In percent. Empty: off. */
  winsorizePercentile: number | string;
  format: { style: Metric["format"]["style"]; currency: string };
}

export type TypesOf = (event: string, property: string) => readonly string[] | undefined;

const DEFAULT_CURRENCY = "USD";
const countOf = (event: string): MeasureValues => ({ event, aggregation: "count", property: "", filters: [] });

export function newMetricValues(integrationId = "", event = ""): MetricValues {
  return {
    integrationId,
    name: "",
    description: "",
    measure: countOf(event),
    isRatio: false,
    denominator: countOf(event),
    direction: "up",
    windowHours: 72,
    winsorizePercentile: "",
    format: { style: "number", currency: DEFAULT_CURRENCY },
  };
}

export function toFormValues(metric: Metric, newKey: () => string): MetricValues {
  const { id: _id, createdAt: _created, updatedAt: _updated, warnings: _warnings, ...definition } = metric;
  const { denominator, winsorizePercentile } = definition;
  return {
    ...definition,
    description: metric.description ?? "",
    measure: toMeasureValues(metric.measure, newKey),
    isRatio: denominator !== null,
    denominator: denominator === null ? countOf(metric.measure.event) : toMeasureValues(denominator, newKey),
    winsorizePercentile: winsorizePercentile === null ? "" : roundOff(winsorizePercentile * 100),
    format: { currency: DEFAULT_CURRENCY, ...metric.format },
  };
}

function toMeasureValues({ property = "", filters, ...measure }: Measure, newKey: () => string): MeasureValues {
  return {
    ...measure,
    property,
    filters: filters.map(({ value = "", ...filter }) => ({ ...filter, key: newKey(), value: String(value) })),
  };
}

export function needsProperty({ aggregation }: Pick<MeasureValues, "aggregation">): boolean {
  return aggregation === "sum" || aggregation === "mean";
}

export function toNewMetric(values: MetricValues, typesOf: TypesOf): Schemas["NewMetric"] {
  const { isRatio, winsorizePercentile, format, ...definition } = values;
  return {
    ...definition,
    name: values.name.trim(),
    description: values.description.trim() || null,
    measure: toMeasure(values.measure, typesOf),
    denominator: isRatio ? toMeasure(values.denominator, typesOf) : null,
    windowHours: Number(values.windowHours),
    winsorizePercentile: winsorizePercentile === "" ? null : roundOff(Number(winsorizePercentile) / 100),
    format:
      format.style === "currency"
        ? { style: format.style, currency: format.currency.trim().toUpperCase() }
        : { style: format.style },
  };
}

function toMeasure(values: MeasureValues, typesOf: TypesOf): Measure {
  const { event, aggregation } = values;
  const filters = values.filters.map(({ key: _key, ...filter }): Filter => {
    const property = filter.property.trim();
    if (filter.operator === "exists") return { property, operator: filter.operator };
    return { ...filter, property, value: toTypedValue(filter, typesOf(event, property)) };
  });
  return { event, aggregation, filters, ...(needsProperty(values) && { property: values.property.trim() }) };
}

/** Converts the text to the type of the property: "5" is a number for a property of numbers, else a text. */
function toTypedValue(
  { operator, value }: Omit<FilterValues, "key">,
  types: readonly string[] | undefined,
): string | number | boolean {
  const isComparison = operator !== "equals" && operator !== "not_equals";
  const isNumber = value.trim() !== "" && Number.isFinite(Number(value));
  if (isNumber && (isComparison || types === undefined || types.includes("number"))) return Number(value);
  if ((value === "true" || value === "false") && types?.includes("string") !== true) return value === "true";
  return value;
}

/** Removes the rounding errors of binary fractions. */
const roundOff = (value: number) => Number(value.toPrecision(12));
