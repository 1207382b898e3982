// How the API shows the definition of a metric.
import { z } from "@hono/zod-openapi";
import { AGGREGATIONS, FILTER_OPERATORS, type Measure, type Metric } from "../../domain/metrics/metric.ts";
import { metricWarnings } from "../../domain/warnings.ts";
import { isoTime, time, warnings } from "../responses.ts";
import { orNull } from "../schemas.ts";

const filterResponse = z.object({
  property: z.string().describe("The property that is compared."),
  operator: z.enum(FILTER_OPERATORS).describe("How it is compared."),
  value: z.union([z.string(), z.number(), z.boolean()]).optional().describe("What it is compared with."),
});
const measureResponse = z
  .object({
    event: z.string().describe("The event that is measured."),
    aggregation: z.enum(AGGREGATIONS).describe("How a user's events become one number."),
    property: z.string().optional().describe("The property that is added up or averaged."),
    filters: z.array(filterResponse).describe("Only events for which all filters hold count."),
  })
  .openapi("Measure", { description: "One user's number, from its events in the window." });

export const metricExample = {
  id: "met_81d2",
  name: "Purchases",
  description: null,
  integrationId: "int_2f6b",
  measure: { event: "purchase", aggregation: "conversion", filters: [] },
  denominator: null,
  direction: "up",
  windowHours: 72,
  winsorizePercentile: null,
  format: { style: "percent" },
  warnings: [],
  createdAt: "2026-01-31T08:00:00.000Z",
  updatedAt: "2026-01-31T08:00:00.000Z",
};

export const metricResponse = z
  .object({
    id: z.string().describe("The id of the metric."),
    name: z.string().describe("The name of the metric."),
    description: z.string().nullable().describe("Free text for people."),
    integrationId: z.string().describe("The integration that imports the events."),
    measure: measureResponse,
    denominator: orNull(measureResponse).describe("The measure that `measure` is divided by; null: none."),
    direction: z.enum(["up", "down"]).describe("Which direction is good."),
    windowHours: z.number().int().describe("How many hours after a user's first exposure its events count."),
    winsorizePercentile: z.number().nullable().describe("The percentile at which users are capped; null: none."),
    format: z
      .object({
        style: z.enum(["number", "currency", "percent"]).describe("What the values are."),
        currency: z.string().optional().describe("The currency, as an ISO 4217 code."),
      })
      .describe("How values are shown."),
    warnings,
    createdAt: time.describe("When the metric was created."),
    updatedAt: time.describe("When the metric was last changed."),
  })
  .openapi("Metric", { description: "The definition of a metric.", example: metricExample });

export function toMetricResponse({
  createdAtMs,
  updatedAtMs,
  unknownProperties,
  ...metric
}: Metric): z.input<typeof metricResponse> {
  const { style, currency } = metric.format;
  return {
    ...metric,
    measure: toMeasureResponse(metric.measure),
    denominator: metric.denominator && toMeasureResponse(metric.denominator),
    format: { style, currency: currency ?? undefined },
    warnings: metricWarnings(unknownProperties),
    createdAt: isoTime(createdAtMs),
    updatedAt: isoTime(updatedAtMs),
  };
}

function toMeasureResponse({ property, filters, ...measure }: Measure): z.input<typeof measureResponse> {
  return {
    ...measure,
    property: property ?? undefined,
    filters: filters.map(({ value, ...filter }) => ({ ...filter, value: value ?? undefined })),
  };
}
