// What the calls on metrics accept.
import { z } from "@hono/zod-openapi";
import { MAX_METRIC_FILTERS, MAX_METRIC_WINDOW_HOURS } from "../../domain/limits.ts";
import {
  AGGREGATIONS,
  canBeCapped,
  FILTER_OPERATORS,
  measuresOf,
  type Filter,
  type Measure,
  type MetricPatch,
  type NewMetric,
} from "../../domain/metrics/metric.ts";
import {
  description,
  eventName,
  flatText,
  optionalDescription,
  orNull,
  RESOURCE_ID,
  storableText,
} from "../schemas.ts";

export const metricParams = z.object({ metric: z.string().regex(RESOURCE_ID).describe("The id of the metric.") });

const DEFAULT_WINDOW_HOURS = 72;
const MAX_VALUE_CHARS = 1_000;
const property = storableText(255).min(1, "must not be empty").describe("The name of a property of the event.");
const filterValue = z.union(
  [storableText(MAX_VALUE_CHARS), z.number(), z.boolean()],
  `must be a number, true or false, or a text of at most ${MAX_VALUE_CHARS} characters`,
);

const filter = z
  .strictObject({
    property,
    operator: z.enum(FILTER_OPERATORS).describe("How the property is compared with `value`."),
    value: filterValue.optional().describe("What the property is compared with. Not for `exists`."),
  })
  .superRefine(({ operator, value }, ctx) => {
    const message = valueProblem(operator, value);
    if (message !== null) ctx.addIssue({ code: "custom", path: ["value"], message });
  })
  .transform(({ value = null, ...rest }): Filter => ({ ...rest, value }))
  .openapi("MetricFilter", {
    description:
      "Holds for one event. `not_equals` also holds if the property is absent; comparisons hold only for numbers; " +
      "`exists` takes no value and holds if the property is there and not null.",
  });

function valueProblem(operator: Filter["operator"], value: unknown): string | null {
  if (operator === "exists") return value === undefined ? null : "is not for `exists`";
  if (value === undefined) return "is required";
  const isEquality = operator === "equals" || operator === "not_equals";
  return isEquality || typeof value === "number" ? null : "must be a number";
}

const measure = z
  .strictObject({
    event: eventName().describe("The id or name of an event of the integration."),
    aggregation: z.enum(AGGREGATIONS).describe("How a user's events become one number."),
    property: property.optional().describe("The property for `sum` and `mean`."),
    filters: z
      .array(filter)
      .max(MAX_METRIC_FILTERS, `must be at most ${MAX_METRIC_FILTERS}`)
      .default([])
      .describe("Only events for which all filters hold count."),
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
      "One user's number, from its events in the window: how many (`count`), 1 if there is one and else 0 " +
      "(`conversion`), the total of `property` (`sum`), or its mean over the events that have it (`mean`). A user " +
      "without such events has 0.",
  });

const CURRENCY = /^[A-Z]{3}$/;
const format = z
  .strictObject({
    style: z.enum(["number", "currency", "percent"]).describe("What the values are."),
    currency: z
      .string()
      .regex(CURRENCY, "must be an ISO 4217 code such as USD")
      .optional()
      .describe("The currency, as an ISO 4217 code. Only for the style `currency`."),
  })
  .superRefine(({ style, currency }, ctx) => {
    if ((style === "currency") === (currency !== undefined)) return;
    const message = style === "currency" ? "is required for this style" : "is for the style `currency`";
    ctx.addIssue({ code: "custom", path: ["currency"], message });
  })
  .transform(({ style, currency = null }) => ({ style, currency }))
  .openapi("MetricFormat", { description: "How values are shown." });

const WINDOW = `must be a whole number from 1 to ${MAX_METRIC_WINDOW_HOURS}`;
const PERCENTILE = "must be over 0.5 and under 1, such as 0.99";
const fields = {
  name: flatText.describe("The name of the metric."),
  measure,
  denominator: orNull(measure).describe("If given, the metric is the users' sum of `measure` over their sum of this."),
  direction: z.enum(["up", "down"]).describe("Which direction is good."),
  windowHours: z
    .number(WINDOW)
    .int(WINDOW)
    .min(1, WINDOW)
    .max(MAX_METRIC_WINDOW_HOURS, WINDOW)
    .describe("How many hours after a user's first exposure its events count."),
  winsorizePercentile: z
    .number(PERCENTILE)
    .gt(0.5, PERCENTILE)
    .lt(1, PERCENTILE)
    .nullable()
    .describe("Users above this percentile of all users' values count as if they were at it; null: none is capped."),
  format,
};

export const newMetric = z
  .strictObject({
    ...fields,
    integrationId: z.string().regex(RESOURCE_ID).describe("The integration that imports the events."),
    description: optionalDescription,
    denominator: fields.denominator.default(null),
    direction: fields.direction.default("up"),
    windowHours: fields.windowHours.default(DEFAULT_WINDOW_HOURS),
    winsorizePercentile: fields.winsorizePercentile.default(null),
    format: fields.format.default({ style: "number", currency: null }),
  })
  .superRefine((metric, ctx) => {
    const message = cappingProblem(metric);
    if (message !== null) ctx.addIssue({ code: "custom", path: ["winsorizePercentile"], message });
  })
  .openapi("NewMetric", {
    example: {
      integrationId: "int_2f6b",
      name: "Purchases",
      measure: { event: "purchase", aggregation: "conversion" },
      format: { style: "percent" },
    },
  }) satisfies z.ZodType<NewMetric>;

/** What is wrong with the capping of a whole definition, or null. */
export function cappingProblem(
  metric: Pick<NewMetric, "measure" | "denominator" | "winsorizePercentile">,
): string | null {
  if (metric.winsorizePercentile === null || measuresOf(metric).some(canBeCapped)) return null;
  return "must be null if every measure is a `conversion`, because zeros and ones have no extremes to cap";
}

export const metricPatch = z
  .strictObject({ ...fields, description: description.nullable() })
  .partial()
  .openapi("MetricPatch", { example: { windowHours: 168 } }) satisfies z.ZodType<MetricPatch>;
