// The API's metrics as types.
import type { components } from "../../../generated/api.ts";

type Schemas = components["schemas"];
export type Metric = Schemas["Metric"];
export type NewMetric = Schemas["NewMetric"];
export type MetricGroup = Schemas["MetricGroup"];
export type MetricHealth = Schemas["MetricHealth"];
export type MetricResults = Schemas["MetricResults"];
