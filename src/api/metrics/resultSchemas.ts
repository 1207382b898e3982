// What the calls on a metric's results accept and answer.
import type { Metric } from "../../domain/metrics/metric.ts";
import { z } from "@hono/zod-openapi";
import { MAX_RESULT_RANGE_DAYS } from "../../domain/limits.ts";
import { HEALTH_CHECKS, type MetricResults, type ResultOptions } from "../../domain/metrics/results.ts";
import { REFUSALS } from "../../domain/statistics/estimates.ts";
import { metricAnswer, viewMetric } from "./schemas.ts";
import { aliasParams } from "../routers/schemas.ts";
import { orNull } from "../../http/schemas.ts";

const DAY_MS = 86_400_000;
const DEFAULT_RANGE_DAYS = 28;
const DEFAULT_CONFIDENCE = 0.95;

const groupId = aliasParams.shape.router;

function choice<const T extends [string, ...string[]]>(options: T, description: string) {
  const message = `must be ${options.map((one) => `\`${one}\``).join(" or ")}`;
  return z.enum(options, message).default(options[0]).openapi({ description });
}

const day = z
  .string()
  .transform((text, ctx) => {
    const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
    // Date.parse takes the 31st of a shorter month for a day of the next.
    if (ms >= 0 && isoDay(ms) === text) return ms;
    ctx.addIssue("must be a calendar day as yyyy-mm-dd, not before 1970");
    return z.NEVER;
  })
  .optional();
// Patterns take an empty text, which counts as absent.
const dayFormat = { type: "string", pattern: "^(\\d{4}-\\d{2}-\\d{2})?$", example: "2026-01-31" } as const;

export const resultQuery = z.object({
  router: groupId.openapi({ description: "The router, configured here or not, by its id." }),
  by: choice(["variant", "route"], "What groups are."),
  route: groupId.optional().openapi({ description: "Only exposures of this route; default: of all routes." }),
  from: day.openapi({ ...dayFormat, description: `First UTC day; default: ${DEFAULT_RANGE_DAYS} days before \`to\`.` }),
  to: day.openapi({
    ...dayFormat,
    description: "The UTC day after the last; default: tomorrow, so that today counts.",
  }),
  baseline: groupId.optional().openapi({ description: "The group compared with; default: that of most users." }),
  multipleExposures: choice(["first", "exclude"], "Users of several groups: to the first that they saw, or left out."),
  incompleteWindow: choice(["include", "exclude"], "Users whose window is not over, or not imported to its end."),
  cuped: choice(["false", "true"], "Adjust by the same in the equal window before."),
  confidence: z
    .string()
    .regex(/^(0\.\d{1,6})?$/, "must be a number such as 0.95")
    .transform(Number)
    .refine((value) => value >= 0.5 && value < 1, "must be at least 0.5 and under 1")
    .optional()
    .openapi({ type: "string", description: `Of the intervals; default: ${DEFAULT_CONFIDENCE}.`, example: "0.95" }),
});

/** The days that are meant, or what is wrong with them. */
export function toOptions(
  query: z.output<typeof resultQuery>,
  nowMs: number,
): ResultOptions | { path: string; message: string } {
  const tomorrowMs = nowMs - (nowMs % DAY_MS) + DAY_MS;
  const toMs = query.to ?? tomorrowMs;
  const fromMs = query.from ?? Math.max(0, toMs - DEFAULT_RANGE_DAYS * DAY_MS);
  if (fromMs >= toMs) return { path: "from", message: "must be a day before `to`" };
  if (toMs - fromMs > MAX_RESULT_RANGE_DAYS * DAY_MS) {
    return { path: "from", message: `must be at most ${MAX_RESULT_RANGE_DAYS} days before \`to\`` };
  }
  return {
    by: query.by,
    routeId: query.route ?? null,
    fromMs,
    toMs,
    baseline: query.baseline ?? null,
    multipleExposures: query.multipleExposures,
    incompleteWindow: query.incompleteWindow,
    cuped: query.cuped === "true",
    confidence: query.confidence ?? DEFAULT_CONFIDENCE,
  };
}

const count = z.number().int();
const interval = z.object({ low: z.number(), high: z.number() });
const refusal = z.enum(REFUSALS).nullable().openapi({ description: "Why there is no figure." });
const figure = z.number().nullable();

const comparison = z
  .object({
    estimate: figure,
    low: figure,
    high: figure,
    pValue: figure,
    alwaysValid: interval.extend({ pValue: z.number() }).nullable().openapi({
      description:
        "Holds however often one looks: the asymptotic confidence sequence of Waudby-Smith et al. (arXiv 2103.06476).",
    }),
    refusal,
  })
  .openapi("MetricComparison");

const group = z
  .object({
    id: z.string(),
    users: count,
    exposures: count.openapi({ description: "All that the group served in the range, whoever its users count for." }),
    value: figure,
    interval: interval.nullable(),
    refusal,
    absolute: orNull(comparison).openapi({ description: "Less the baseline's value; null for the baseline." }),
    relative: orNull(comparison).openapi({ description: "In parts of the baseline's value; null for the baseline." }),
  })
  .openapi("MetricGroup");

const health = z
  .object({
    check: z.enum(HEALTH_CHECKS),
    status: z.enum(["ok", "warning", "unknown"]),
    message: z.string(),
    figures: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  })
  .openapi("MetricHealth");

const calendarDay = z.string().openapi({ format: "date" });

export const resultAnswer = z
  .object({
    metric: metricAnswer,
    router: z.string(),
    by: z.enum(["route", "variant"]),
    route: z.string().nullable(),
    from: calendarDay,
    to: calendarDay,
    baseline: z.string().nullable(),
    multipleExposures: z.enum(["first", "exclude"]),
    incompleteWindow: z.enum(["include", "exclude"]),
    cuped: z.boolean(),
    confidence: z.number(),
    caps: z.object({ value: figure, denominator: figure }).openapi({
      description: "The values at which users were capped; null where none is.",
    }),
    groups: z.array(group),
    health: z.array(health),
    overTime: z
      .array(
        z.object({
          day: calendarDay,
          groups: z.array(z.object({ id: z.string(), users: count, value: figure, interval: interval.nullable() })),
        }),
      )
      .openapi({ description: "By the day of the users' first exposure; each to the end of its users' windows." }),
  })
  .openapi("MetricResults");

export function viewResults(
  metric: Metric,
  router: string,
  { fromMs, toMs, routeId, ...options }: ResultOptions,
  results: MetricResults,
): z.input<typeof resultAnswer> {
  const { overTime, ...rest } = results;
  return {
    metric: viewMetric(metric),
    router,
    ...options,
    route: routeId,
    from: isoDay(fromMs),
    to: isoDay(toMs),
    ...rest,
    overTime: overTime.map(({ dayMs, groups }) => ({ day: isoDay(dayMs), groups })),
  };
}

function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
