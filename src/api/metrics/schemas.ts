// What the calls on metrics accept, and how they answer a definition. Results: metricResultSchemas.ts.
import type { Metric, MetricPatch, NewMetric } from "../../domain/metrics/metric.ts";
import { z } from "@hono/zod-openapi";
import { MAX_METRIC_FILTERS, MAX_METRIC_WINDOW_HOURS } from "../../domain/limits.ts";
import {
  AGGREGATIONS,
  canBeCapped,
  FILTER_OPERATORS,
  measuresOf,
  type Filter,
  type Measure,
} from "../../domain/metrics/metric.ts";
import { isoTime } from "../integrations/responses.ts";
import {
  description,
  eventName,
  flatText,
  integrationParams,
  optionalDescription,
  orNull,
} from "../../http/schemas.ts";

const RESOURCE_ID = /^[A-Za-z0-9_-]{1,100}$/;
export const metricParams = z.object({ metric: z.string().regex(RESOURCE_ID) });

const DEFAULT_WINDOW_HOURS = 72;
const MAX_VALUE_CHARS = 1_000;
const storable = (text: string) => !/[\0\p{Cs}]/u.test(text);
const property = z
  .string()
  .min(1, "must not be empty")
  .max(255, "must be at most 255 characters")
  .refine(storable, "must not contain NUL or a lone surrogate");
const filterValue = z.union(
  [
    z
      .string()
      .max(MAX_VALUE_CHARS, `must be at most ${MAX_VALUE_CHARS} characters`)
      .refine(storable, "must not contain NUL or a lone surrogate"),
    z.number(),
    z.boolean(),
  ],
  `must be a number, true or false, or a text of at most ${MAX_VALUE_CHARS} characters`,
);

const filter = z
  .strictObject({ property, operator: z.enum(FILTER_OPERATORS), value: filterValue.optional() })
  .superRefine(({ operator, value }, ctx) => {
    const message = valueProblem(operator, value);
    if (message !== null) ctx.addIssue({ code: "custom", path: ["value"], message });
  })
  .transform(({ value = null, ...rest }): Filter => ({ ...rest, value }))
  .openapi("MetricFilter", {
    description:
      "Holds for one event. `not_equals` holds too where the property is absent; comparisons hold for numbers alone; `exists` takes no " +
      "value and holds where the property is there and not null.",
  });

function valueProblem(operator: Filter["operator"], value: unknown): string | null {
  if (operator === "exists") return value === undefined ? null : "is not for `exists`";
  if (value === undefined) return "is required";
  const isEquality = operator === "equals" || operator === "not_equals";
  return isEquality || typeof value === "number" ? null : "must be a number";
}

const measure = z
  .strictObject({
    event: eventName,
    aggregation: z.enum(AGGREGATIONS),
    property: property.optional(),
    filters: z
      .array(filter)
      .max(MAX_METRIC_FILTERS, `must be at most ${MAX_METRIC_FILTERS}`)
      .default([])
      .openapi({ description: "All must hold." }),
  })
  .superRefine(({ aggregation, property: given }, ctx) => {
    const needsOne = aggregation === "sum" || aggregation === "mean";
    if (needsOne === (given !== undefined)) return;
    const message = needsOne ? `is required for \`${aggregation}\`` : `is not for \`${aggregation}\``;
    ctx.addIssue({ code: "custom", path: ["property"], message });
  })
  .transform(({ property: given = null, ...rest }): Measure => ({ ...rest, property: given }))
  .openapi("MetricMeasure", {
    description:
      "One user's number out of its events within the window: how many (`count`), 1 if any and else 0 (`conversion`), the total of " +
      "`property` (`sum`), or its mean over the user's events that have it (`mean`). A user without such events has 0.",
  });

const CURRENCY = /^[A-Z]{3}$/;
const format = z
  .strictObject({
    style: z.enum(["number", "currency", "percent"]),
    currency: z.string().regex(CURRENCY, "must be an ISO 4217 code such as USD").optional(),
  })
  .superRefine(({ style, currency }, ctx) => {
    if ((style === "currency") === (currency !== undefined)) return;
    const message = style === "currency" ? "is required for this style" : "is for the style `currency`";
    ctx.addIssue({ code: "custom", path: ["currency"], message });
  })
  .transform(({ style, currency = null }) => ({ style, currency }))
  .openapi("MetricFormat");

const PERCENTILE = "must be over 0.5 and under 1, such as 0.99";
const fields = {
  name: flatText,
  measure,
  denominator: orNull(measure),
  direction: z.enum(["up", "down"]).openapi({ description: "Which way is good." }),
  windowHours: z
    .number(`must be a whole number from 1 to ${MAX_METRIC_WINDOW_HOURS}`)
    .int(`must be a whole number from 1 to ${MAX_METRIC_WINDOW_HOURS}`)
    .min(1, `must be a whole number from 1 to ${MAX_METRIC_WINDOW_HOURS}`)
    .max(MAX_METRIC_WINDOW_HOURS, `must be a whole number from 1 to ${MAX_METRIC_WINDOW_HOURS}`)
    .openapi({ description: "Events in [first exposure, first exposure + window) count." }),
  winsorizePercentile: z.number(PERCENTILE).gt(0.5, PERCENTILE).lt(1, PERCENTILE).nullable().openapi({
    description: "Users beyond this percentile of all users' values count as if they were at it.",
  }),
  format,
};

export const newMetric = z
  .strictObject({
    ...fields,
    integrationId: integrationParams.shape.id,
    description: optionalDescription,
    denominator: fields.denominator.default(null).openapi({ description: "Given: the metric is a ratio." }),
    direction: fields.direction.default("up"),
    windowHours: fields.windowHours.default(DEFAULT_WINDOW_HOURS),
    winsorizePercentile: fields.winsorizePercentile.default(null),
    format: fields.format.default({ style: "number", currency: null }),
  })
  .superRefine((metric, ctx) => {
    const message = cappingProblem(metric);
    if (message !== null) ctx.addIssue({ code: "custom", path: ["winsorizePercentile"], message });
  })
  .openapi("NewMetric") satisfies z.ZodType<NewMetric>;

/** Of a whole definition: what is capped must have extremes. */
export function cappingProblem(
  metric: Pick<NewMetric, "measure" | "denominator" | "winsorizePercentile">,
): string | null {
  if (metric.winsorizePercentile === null || measuresOf(metric).some(canBeCapped)) return null;
  return "must be null where all is `conversion`: zeros and ones have no extremes to cap";
}

export const metricPatch = z
  .strictObject({ ...fields, description: description.nullable() })
  .partial()
  .openapi("MetricPatch") satisfies z.ZodType<MetricPatch>;

const time = z.string().openapi({ format: "date-time" });
const measureAnswer = z
  .object({
    event: z.string(),
    aggregation: z.enum(AGGREGATIONS),
    property: z.string().optional(),
    filters: z.array(
      z.object({
        property: z.string(),
        operator: z.enum(FILTER_OPERATORS),
        value: z.union([z.string(), z.number(), z.boolean()]).optional(),
      }),
    ),
  })
  .openapi("Measure");
export const metricAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    integrationId: z.string(),
    measure: measureAnswer,
    denominator: orNull(measureAnswer),
    direction: z.enum(["up", "down"]),
    windowHours: z.number().int(),
    winsorizePercentile: z.number().nullable(),
    format: z.object({ style: z.enum(["number", "currency", "percent"]), currency: z.string().optional() }),
    createdAt: time,
    updatedAt: time,
  })
  .openapi("Metric");

export function viewMetric({ createdAtMs, updatedAtMs, ...metric }: Metric): z.input<typeof metricAnswer> {
  const { style, currency } = metric.format;
  return {
    ...metric,
    measure: viewMeasure(metric.measure),
    denominator: metric.denominator && viewMeasure(metric.denominator),
    format: { style, ...(currency !== null && { currency }) },
    createdAt: isoTime(createdAtMs),
    updatedAt: isoTime(updatedAtMs),
  };
}

function viewMeasure({ event, aggregation, property: name, filters }: Measure): z.input<typeof measureAnswer> {
  return {
    event,
    aggregation,
    ...(name !== null && { property: name }),
    filters: filters.map(({ value, ...rest }) => ({ ...rest, ...(value !== null && { value }) })),
  };
}
