// What the calls on routers accept.
import { z } from "@hono/zod-openapi";
import { MAX_ROUTES_PER_ROUTER, MAX_VARIANT_WEIGHT, MAX_VARIANTS_PER_ROUTER } from "../../domain/limits.ts";
import type { NewRoute, NewRouter } from "../../domain/router.ts";
import type { UpstreamPolicy } from "../deps.ts";
import { description, isStorable, optionalDescription, storableText } from "../schemas.ts";
import { newUpstream, price, upstreamPatch } from "./upstreamSchemas.ts";

/** Not a dot first, so that no path is read as another. No colon: it separates a router from a model hint. */
const ID = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$/;
const id = z.string().regex(ID, "must be 1 to 64 letters, numbers, underscores, hyphens and dots, not a dot first");

export const routerParams = z.object({ router: z.string().regex(ID).describe("The id of the router.") });
export const routeParams = routerParams.extend({ route: z.string().regex(ID).describe("The id of the route.") });
export const variantParams = routeParams.extend({ variant: z.string().regex(ID).describe("The id of the variant.") });
/** Includes aliases that are not routers here: all that POST /v1/exposures accepts. */
export const aliasParams = z.object({
  router: z
    .string()
    .min(1)
    .max(255)
    .refine(isStorable)
    .describe("The id of the router, or the `alias_id` of exposures."),
});

/** OpenAI's limits of a call's metadata. */
const MAX_METADATA_KEYS = 16;
const MAX_METADATA_KEY_CHARS = 64;
const MAX_METADATA_VALUE_CHARS = 512;
const MAX_ALTERNATIVES = 20;
const MAX_CONDITIONS_CHARS = 8_192;
const MAX_MODEL_CHARS = 255;
const MAX_FALLBACKS = 20;

const text = (maxChars: number) => storableText(maxChars).min(1, "must not be empty");
const alternatives = (maxChars: number) =>
  z.array(text(maxChars)).min(1, "must not be empty").max(MAX_ALTERNATIVES, `must be at most ${MAX_ALTERNATIVES}`);

const conditions = z
  .strictObject({
    metadata: z
      .record(
        text(MAX_METADATA_KEY_CHARS),
        z.union([text(MAX_METADATA_VALUE_CHARS), alternatives(MAX_METADATA_VALUE_CHARS)]),
      )
      .refine((map) => Object.keys(map).length <= MAX_METADATA_KEYS, `must have at most ${MAX_METADATA_KEYS} keys`)
      .optional()
      .describe("Each key of the call's metadata must have this value, or one of these values."),
    models: alternatives(MAX_MODEL_CHARS)
      .optional()
      .describe("The call's model hint must be one of these. It follows the router's id in `model`, after a colon."),
  })
  .refine(
    (all) => JSON.stringify(all).length <= MAX_CONDITIONS_CHARS,
    `must be under ${MAX_CONDITIONS_CHARS} characters`,
  )
  .openapi("RouteConditions", {
    description: "All given conditions must hold. Without conditions every call matches.",
  });

const weight = z
  .number("must be a number")
  .min(0, "must not be negative")
  .max(MAX_VARIANT_WEIGHT, `must be at most ${MAX_VARIANT_WEIGHT}`)
  .describe("The share of the route's users, relative to the other weights. 0: no users.");

const upstream = { baseUrl: "https://api.openai.com/v1", model: "gpt-4o", apiKey: "sk-example" };
const variantExample = { id: "gpt", weight: 1, upstream };
const routeExample = { id: "default", conditions: {}, variants: [variantExample] };
const fallbacks = {
  fallbackVariantIds: z
    .array(id)
    .max(MAX_FALLBACKS, `must be at most ${MAX_FALLBACKS}`)
    .optional()
    .describe("The variants that are asked, in this order, when the one that was picked fails. Default: none."),
  fallbackVariantId: id.nullable().optional().openapi({
    description: "The only fallback, as before there could be several. Use `fallbackVariantIds`.",
    deprecated: true,
  }),
};

export function newVariant(policy: UpstreamPolicy) {
  return z
    .strictObject({
      id: id.describe("The id of the variant, unique in its route."),
      weight: weight.default(1),
      upstream: newUpstream(policy),
      price: price.optional(),
    })
    .openapi("NewVariant", { example: variantExample });
}

export function newRoute(policy: UpstreamPolicy) {
  return z
    .strictObject({
      id: id.describe("The id of the route, unique in its router."),
      conditions: conditions.default({}),
      ...fallbacks,
      variants: z
        .array(newVariant(policy))
        .max(MAX_VARIANTS_PER_ROUTER)
        .default([])
        .describe("The variants of the route."),
    })
    .transform(({ fallbackVariantId, fallbackVariantIds, ...route }, ctx) => {
      const ids = fallbacksOf({ fallbackVariantId, fallbackVariantIds }, ctx) ?? [];
      refuseContradictions({ ...route, fallbackVariantIds: ids }, fallbackVariantIds === undefined, ctx);
      return { ...route, fallbackVariantIds: ids };
    })
    .openapi("NewRoute", { example: routeExample });
}

export function newRouter(policy: UpstreamPolicy) {
  return z
    .strictObject({
      id: id.describe("The id of the router, unique in the workspace."),
      description: optionalDescription,
      routes: z
        .array(newRoute(policy))
        .max(MAX_ROUTES_PER_ROUTER)
        .default([])
        .describe("The routes, in the order in which they are tried."),
    })
    .superRefine(({ routes }, ctx) => {
      refuseDuplicates(routes, ["routes"], ctx);
      const count = routes.reduce((sum, { variants }) => sum + variants.length, 0);
      if (count > MAX_VARIANTS_PER_ROUTER) {
        ctx.addIssue({ code: "custom", path: ["routes"], message: `have over ${MAX_VARIANTS_PER_ROUTER} variants` });
      }
    })
    .openapi("NewRouter", { example: { id: "my-router", routes: [routeExample] } }) satisfies z.ZodType<NewRouter>;
}

/** The fallbacks by either name; undefined if neither is given. */
function fallbacksOf(
  given: { fallbackVariantId?: string | null | undefined; fallbackVariantIds?: string[] | undefined },
  ctx: z.RefinementCtx,
): string[] | undefined {
  const { fallbackVariantId: one, fallbackVariantIds: many } = given;
  if (one !== undefined && many !== undefined) {
    ctx.addIssue({ code: "custom", path: ["fallbackVariantId"], message: "must not stand beside fallbackVariantIds" });
  }
  const repeated = (many ?? []).findIndex((fallback, index, all) => all.indexOf(fallback) !== index);
  if (repeated !== -1) {
    ctx.addIssue({ code: "custom", path: ["fallbackVariantIds", repeated], message: "is there twice" });
  }
  if (many !== undefined || one === undefined) return many;
  return one === null ? [] : [one];
}

function refuseContradictions(route: NewRoute, hasOne: boolean, ctx: z.RefinementCtx): void {
  refuseDuplicates(route.variants, ["variants"], ctx);
  for (const [index, fallback] of route.fallbackVariantIds.entries()) {
    if (route.variants.some((variant) => variant.id === fallback)) continue;
    const path = hasOne ? ["fallbackVariantId"] : ["fallbackVariantIds", index];
    ctx.addIssue({ code: "custom", path, message: "must be the id of a variant of this route" });
  }
}

function refuseDuplicates(items: { id: string }[], path: string[], ctx: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (seen.has(item.id)) ctx.addIssue({ code: "custom", path: [...path, index, "id"], message: "is there twice" });
    seen.add(item.id);
  }
}

export const routerPatch = z
  .strictObject({
    description: description.nullable().optional(),
    routeOrder: z
      .array(id)
      .max(MAX_ROUTES_PER_ROUTER)
      .optional()
      .describe("The ids of all routes of the router, in the order in which they are to be tried."),
  })
  .openapi("RouterPatch", { example: { routeOrder: ["premium", "default"] } });

export const routePatch = z
  .strictObject({ conditions: conditions.optional(), ...fallbacks })
  .transform(({ conditions: changed, ...given }, ctx) => ({
    conditions: changed,
    fallbackVariantIds: fallbacksOf(given, ctx),
  }))
  .openapi("RoutePatch", { example: { conditions: { metadata: { plan: "pro" } } } });

export const weightsBody = z
  .strictObject({
    weights: z
      .record(id, weight)
      .refine((map) => Object.keys(map).length > 0, "must name a variant")
      .describe("Weights by the ids of variants."),
  })
  .openapi("Weights", { example: { weights: { gpt: 3, claude: 1 } } });

export function variantPatch(policy: UpstreamPolicy) {
  return z
    .strictObject({ weight: weight.optional(), upstream: upstreamPatch(policy).optional(), price: price.optional() })
    .openapi("VariantPatch", { example: { weight: 3 } });
}
