// GET /v1/routers/{router}/exposures: how often each variant was exposed, hour by hour.
import { z } from "@hono/zod-openapi";
import { MAX_EXPOSURE_RANGE_DAYS } from "../../domain/limits.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { invalid, orNotFound } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { count, isoTime, time } from "../responses.ts";
import { hourRange, rangeQuery } from "./hourRange.ts";
import { aliasParams } from "./schemas.ts";

const MAX_ROWS = 20_000;

const exposureHour = z
  .object({
    hour: time.describe("When the UTC hour starts."),
    routeId: z.string().describe("The route."),
    variantId: z.string().describe("The variant."),
    exposures: count.describe("How many exposures the variant had in the hour."),
    users: count.describe("How many users they belong to."),
  })
  .openapi("ExposureHour", {
    example: { hour: "2026-01-31T08:00:00.000Z", routeId: "default", variantId: "gpt", exposures: 120, users: 31 },
  });

export function registerRouterExposures(app: App, { store }: AppDeps): void {
  const endpoint = endpointsOf(app, "routers");
  endpoint({
    method: "get",
    path: "/v1/routers/{router}/exposures",
    turns: "reports",
    operationId: "listRouterExposures",
    summary: "Count exposures per hour",
    description:
      "Returns the exposures and users of each variant per UTC hour. The router does not have to be configured here: " +
      `any \`alias_id\` of recorded exposures will do. The range is at most ${MAX_EXPOSURE_RANGE_DAYS} days. ` +
      "While over a million exposures wait to be summed up, which takes minutes, the newest are not counted yet.",
    params: aliasParams,
    query: rangeQuery,
    response: z.object({ hours: z.array(exposureHour).describe("One item for each hour and variant with exposures.") }),
    handler: async ({ workspaceId, params, query: { from, to } }) => {
      const range = { ...(await hourRange({ from, to }, () => store.nowMs())), limit: MAX_ROWS + 1 };
      const rows = orNotFound("router", await store.routers.exposures(workspaceId, params.router, range));
      if (rows.length > MAX_ROWS) {
        throw invalid([{ path: "from", message: `over ${MAX_ROWS} lines: ask for fewer hours at once` }]);
      }
      return { hours: rows.map(({ hourMs, ...rest }) => ({ hour: isoTime(hourMs), ...rest })) };
    },
  });
}
