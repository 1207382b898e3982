// How the API shows what a router's routes or variants do to a metric.
import { z } from "@hono/zod-openapi";
import type { Metric } from "../../domain/metrics/metric.ts";
import { HEALTH_CHECKS, type MetricResults, type ResultOptions } from "../../domain/metrics/results.ts";
import { REFUSALS } from "../../domain/statistics/estimates.ts";
import { count, isoTime } from "../responses.ts";
import { orNull } from "../schemas.ts";
import { metricExample, metricResponse, toMetricResponse } from "./responses.ts";

const figure = z.number().nullable();
const interval = z.object({ low: z.number().describe("The lower end."), high: z.number().describe("The upper end.") });
const refusal = z.enum(REFUSALS).nullable().describe("Why there is no figure; null if there is one.");

const comparison = z
  .object({
    estimate: figure.describe("The difference."),
    low: figure.describe("The lower end of its interval."),
    high: figure.describe("The upper end of its interval."),
    pValue: figure.describe("The p-value of the difference, for one look at a time fixed in advance."),
    alwaysValid: interval
      .extend({ pValue: z.number().describe("The p-value, however often one looks.") })
      .nullable()
      .describe("Holds however often one looks: the asymptotic confidence sequence of arXiv 2103.06476."),
    refusal,
  })
  .openapi("MetricComparison");

const dayGroup = z.object({
  id: z.string().describe("The id of the route or variant."),
  users: count.describe("How many users the group has."),
  value: figure.describe("The metric's value for these users."),
  interval: interval.nullable().describe("The interval of the value."),
});
const group = dayGroup
  .extend({
    exposures: count.describe("How many exposures the group had in the range, of all users."),
    refusal,
    absolute: orNull(comparison).describe("The group's value less the baseline's; null for the baseline."),
    relative: orNull(comparison).describe("The same as a part of the baseline's value; null for the baseline."),
  })
  .openapi("MetricGroup");

const health = z
  .object({
    check: z.enum(HEALTH_CHECKS).describe("What was checked."),
    status: z.enum(["ok", "warning", "unknown"]).describe("Whether the results can be trusted in this respect."),
    message: z.string().describe("What was found; for a warning, the likely cause and what to do about it."),
    figures: z
      .record(z.string(), z.union([z.number(), z.string(), z.null(), z.record(z.string(), z.number())]))
      .describe("The figures of the check. `byId` of the join rate: how many users were found by which property."),
  })
  .openapi("MetricHealth");

const calendarDay = z.string().openapi({ format: "date" });

const exampleInterval = { low: 0.1, high: 0.14 };
const exampleGroup = { users: 1000, exposures: 5200, value: 0.12, interval: exampleInterval, refusal: null };
export const resultResponse = z
  .object({
    metric: metricResponse,
    router: z.string().describe("The id of the router."),
    by: z.enum(["route", "variant"]).describe("What the groups are."),
    route: z.string().nullable().describe("Only exposures of this route count; null: of all routes."),
    from: calendarDay.describe("The first UTC day."),
    to: calendarDay.describe("The UTC day after the last one."),
    baseline: z.string().nullable().describe("The group that others are compared with; null without groups."),
    mixed: z.enum(["first", "exclude"]).describe("What happened to users of several groups."),
    unfinished: z.enum(["include", "exclude"]).describe("What happened to users whose window is not over."),
    cuped: z.boolean().describe("Whether values are adjusted by the window before the exposure."),
    confidence: z.number().describe("The confidence of the intervals."),
    caps: z
      .object({
        value: figure.describe("The cap of the measure."),
        denominator: figure.describe("The cap of the denominator."),
      })
      .describe("The values at which users were capped; null without a cap."),
    groups: z.array(group).describe("The groups of users."),
    health: z.array(health).describe("Whether the results can be trusted."),
    overTime: z
      .array(
        z.object({
          day: calendarDay.describe("The UTC day of the users' first exposure."),
          groups: z.array(dayGroup).describe("The users who were first exposed on this day."),
        }),
      )
      .describe("Values by the day of the users' first exposure, to the end of their windows."),
  })
  .openapi("MetricResults", {
    example: {
      metric: metricExample,
      router: "my-router",
      by: "variant",
      route: null,
      from: "2026-01-03",
      to: "2026-01-31",
      baseline: "gpt",
      mixed: "first",
      unfinished: "include",
      cuped: false,
      confidence: 0.95,
      caps: { value: null, denominator: null },
      groups: [{ id: "gpt", ...exampleGroup, absolute: null, relative: null }],
      health: [{ check: "minimum_sample", status: "ok", message: "Every group has enough users.", figures: {} }],
      overTime: [{ day: "2026-01-03", groups: [{ id: "gpt", users: 40, value: 0.11, interval: exampleInterval }] }],
    },
  });

const isoDay = (ms: number): string => isoTime(ms).slice(0, 10);

export function toResultResponse(
  metric: Metric,
  router: string,
  { fromMs, toMs, routeId, multipleExposures, incompleteWindow, ...options }: ResultOptions,
  { overTime, ...results }: MetricResults,
): z.input<typeof resultResponse> {
  return {
    metric: toMetricResponse(metric),
    router,
    ...options,
    mixed: multipleExposures,
    unfinished: incompleteWindow,
    route: routeId,
    from: isoDay(fromMs),
    to: isoDay(toMs),
    ...results,
    overTime: overTime.map(({ dayMs, groups }) => ({ day: isoDay(dayMs), groups })),
  };
}
