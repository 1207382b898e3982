// How the API shows routers, routes and variants.
import { z } from "@hono/zod-openapi";
import type { Route, Router, Variant } from "../../domain/router.ts";
import { isoTime, time } from "../responses.ts";
import { price, upstreamResponse } from "./upstreamSchemas.ts";

const variant = {
  id: "gpt",
  weight: 1,
  upstream: { baseUrl: "https://api.openai.com/v1", model: "gpt-4o", hasApiKey: true, headerNames: [] },
  price: null,
};
const routeExample = {
  id: "default",
  conditions: {},
  fallbackVariantIds: [],
  fallbackVariantId: null,
  variants: [variant],
};

export const variantResponse = z
  .object({
    id: z.string().describe("The id of the variant, unique in its route."),
    weight: z.number().describe("The share of the route's users, relative to the other weights."),
    upstream: upstreamResponse,
    price,
  })
  .openapi("Variant", { example: variant }) satisfies z.ZodType<Variant>;

const oneOrMore = z.union([z.string(), z.array(z.string())]);
const conditionsResponse = z.object({
  metadata: z
    .record(z.string(), oneOrMore)
    .optional()
    .describe("The value, or one of the values, that each key of a call's metadata must have."),
  models: z.array(z.string()).optional().describe("The model hints of which a call must have one."),
});

export const routeResponse = z
  .object({
    id: z.string().describe("The id of the route, unique in its router."),
    conditions: conditionsResponse.describe("Which calls the route serves. Without conditions it serves all."),
    fallbackVariantIds: z
      .array(z.string())
      .describe("The variants that are asked, in this order, when the one that was picked fails."),
    fallbackVariantId: z
      .string()
      .nullable()
      .openapi({ description: "The first of `fallbackVariantIds`.", deprecated: true }),
    variants: z.array(variantResponse).describe("The variants of the route."),
  })
  .openapi("Route", { example: routeExample });

const version = z.number().int().openapi({
  description: "The version of the router: each change of it, its routes and its variants adds 1. See `If-Match`.",
  example: 3,
});
/** A route or variant by itself. */
export const versionedRoute = routeResponse
  .extend({ version })
  .openapi("VersionedRoute", { example: { ...routeExample, version: 3 } });
export const versionedVariant = variantResponse
  .extend({ version })
  .openapi("VersionedVariant", { example: { ...variant, version: 3 } });

export const routerResponse = z
  .object({
    version,
    id: z.string().openapi({ description: "The id of the router.", example: "my-router" }),
    description: z.string().nullable().openapi({ description: "Free text for people.", example: null }),
    routes: z.array(routeResponse).describe("The routes, in the order in which they are tried."),
    createdAt: time.describe("When the router was created."),
    updatedAt: time.describe("When the router, a route or a variant was last changed."),
  })
  .openapi("Router");

export function toRouteResponse<R extends Route>(
  route: R,
): R & Pick<z.input<typeof routeResponse>, "fallbackVariantId"> {
  return { ...route, fallbackVariantId: route.fallbackVariantIds[0] ?? null };
}

export function toRouterResponse({ createdAtMs, updatedAtMs, ...router }: Router): z.input<typeof routerResponse> {
  return {
    ...router,
    routes: router.routes.map(toRouteResponse),
    createdAt: isoTime(createdAtMs),
    updatedAt: isoTime(updatedAtMs),
  };
}
