// The API's metrics as types.
import type { components } from "./api.generated.ts";

type Schemas = components["schemas"];
type Measure = Schemas["Measure"];
/** The generated types of what may be null are right for nothing. */
export type Metric = Omit<Schemas["Metric"], "denominator"> & { denominator: Measure | null };
export type NewMetric = Omit<Schemas["NewMetric"], "format"> & { format: Metric["format"] };
export type MetricComparison = NonNullable<Schemas["MetricComparison"]>;
export type MetricGroup = Omit<Schemas["MetricGroup"], "relative"> & { relative: MetricComparison | null };
export type MetricHealth = Schemas["MetricHealth"];
export type MetricResults = Omit<Schemas["MetricResults"], "metric" | "groups"> & {
  metric: Metric;
  groups: MetricGroup[];
};
