// What each variant was asked, answered, cost and took, and which aliases have exposures.
import { z } from "@hono/zod-openapi";
import { MAX_EXPOSURE_RANGE_DAYS } from "../../domain/limits.ts";
import type { Alias } from "../../domain/usage.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { orNotFound } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { count, isoTimeOrNull, listOf, time, toList } from "../responses.ts";
import { isStorable, pageQuery } from "../schemas.ts";
import { hourRange, rangeQuery } from "./hourRange.ts";
import { aliasParams } from "./schemas.ts";

const query = rangeQuery.extend({
  route: z
    .string()
    .max(255)
    .refine(isStorable)
    .optional()
    .transform((route) => route ?? null)
    .describe("Only this route. Default: all routes."),
});
const percentile = z.number().nullable();
const percentiles = z
  .object({
    p50: percentile.describe("Half of the calls took at most this, in milliseconds; null if none told its time."),
    p95: percentile.describe("95 of 100 calls took at most this."),
    p99: percentile.describe("99 of 100 calls took at most this."),
  })
  .openapi("Percentiles", { example: { p50: 812, p95: 2140, p99: 3968 } });
const variantExample = {
  routeId: "default",
  variantId: "gpt",
  assigned: 120,
  served: 118,
  failed: 1,
  fallbacks: 1,
  users: 31,
  withoutUser: 4,
  inputTokens: 48_210,
  outputTokens: 20_114,
  tokenCalls: 122,
  costUsd: 0.32,
  costCalls: 122,
  latencyMs: { p50: 812, p95: 2140, p99: 3968 },
  ttftMs: { p50: 301, p95: 640, p99: 900 },
};
const variantUsage = z
  .object({
    routeId: z.string().describe("The route."),
    variantId: z.string().describe("The variant."),
    assigned: count.describe("Calls whose user was dealt this variant."),
    served: count.describe("Calls with a user that this variant answered, whatever was assigned."),
    failed: count.describe("Calls that were dealt it and got no answer, not from a fallback either."),
    fallbacks: count.describe("Calls that were dealt it and answered by another variant."),
    users: count.describe("How many users were assigned to it."),
    withoutUser: count.describe("Calls without a user that were dealt it. `failed` and `fallbacks` count them too."),
    inputTokens: z.number().describe("Tokens that it read, of all calls that it answered."),
    outputTokens: z.number().describe("Tokens that it wrote."),
    tokenCalls: count.describe("How many calls told their tokens: divide by it, not by `served`."),
    costUsd: z.number().describe("What the tokens cost, by the variant's price or as posted."),
    costCalls: count.describe("How many calls told their cost."),
    latencyMs: percentiles.describe("From the call to the end of the answer."),
    ttftMs: percentiles.describe("From the call to the first token, or to the answer where it is no stream."),
  })
  .openapi("VariantUsage", { example: variantExample });
const aliasResponse = z
  .object({
    id: z.string().describe("The `alias_id` of exposures, or the id of the router."),
    configured: z.boolean().describe("Whether it is a router here."),
    exposures: count.describe("How many exposures it has."),
    lastExposureAt: time.nullable().describe("When the latest one was; null without any."),
  })
  .openapi("Alias", {
    example: { id: "my-router", configured: true, exposures: 120, lastExposureAt: "2026-01-31T08:00:00.000Z" },
  });

function toAliasResponse({ id, isConfigured, exposures, lastExposureAtMs }: Alias): z.input<typeof aliasResponse> {
  return { id, configured: isConfigured, exposures, lastExposureAt: isoTimeOrNull(lastExposureAtMs) };
}

export function registerUsage(app: App, { store }: AppDeps): void {
  const endpoint = endpointsOf(app, "routers");
  endpoint({
    method: "get",
    path: "/v1/routers/{router}/usage",
    turns: "reports",
    operationId: "getRouterUsage",
    summary: "Get the usage of a router",
    description:
      "Returns what each variant was assigned, answered, cost and took. Counts are of calls with a user; tokens, " +
      "cost and times are of all calls, those without a user a second late. Percentiles are at most 1% off. The " +
      "router does not have to be configured here: any `alias_id` of recorded exposures will do. The range is at " +
      `most ${MAX_EXPOSURE_RANGE_DAYS} days.`,
    params: aliasParams,
    query,
    response: z
      .object({
        variants: z.array(variantUsage).describe("One item for each variant that has calls."),
        withoutUser: count.describe("Calls without a user, or with one that cannot be recorded."),
      })
      .openapi({ example: { variants: [variantExample], withoutUser: 4 } }),
    handler: async ({ workspaceId, params, query: { from, to, route } }) => {
      const range = await hourRange({ from, to }, () => store.nowMs());
      const variants = orNotFound(
        "router",
        await store.usage.variants(workspaceId, params.router, { ...range, routeId: route }),
      );
      return { variants, withoutUser: variants.reduce((sum, { withoutUser }) => sum + withoutUser, 0) };
    },
  });
  endpoint({
    method: "get",
    path: "/v1/aliases",
    turns: "reports",
    operationId: "listAliases",
    summary: "List aliases",
    description: "Returns every alias that has exposures or is a router, by id.",
    query: pageQuery,
    response: listOf("aliases", aliasResponse),
    handler: async ({ workspaceId, query: page }) =>
      toList("aliases", await store.usage.aliases(workspaceId, page), toAliasResponse),
  });
}
