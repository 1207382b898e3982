// What the calls on routers accept.
import { z } from "@hono/zod-openapi";
import { MAX_ROUTES_PER_ROUTER, MAX_VARIANT_WEIGHT, MAX_VARIANTS_PER_ROUTER } from "../../domain/limits.ts";
import type { NewRoute, NewRouter } from "../../domain/router.ts";
import type { UpstreamPolicy } from "../deps.ts";
import { description, isStorable, optionalDescription, storableText } from "../schemas.ts";

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
const MAX_API_KEY_CHARS = 1_000;

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

function upstreamFields(policy: UpstreamPolicy) {
  const baseUrl = z.string().superRefine((url, ctx) => {
    const problem = policy.problemWith(url);
    if (problem !== null) ctx.addIssue(problem);
  });
  return {
    baseUrl: baseUrl.openapi({
      description: "The address that serves the calls, as OpenAI's clients take it.",
      example: "https://api.openai.com/v1",
      pattern: "^https?://[^?#@]+$",
    }),
    model: text(MAX_MODEL_CHARS).describe("The model that the upstream is asked for."),
    apiKey: z
      .string()
      .regex(/^[\x21-\x7e]+$/, "must be printable characters without spaces")
      .max(MAX_API_KEY_CHARS, `must be at most ${MAX_API_KEY_CHARS} characters`)
      .nullable()
      .describe("The API key for the upstream. Stored encrypted, never returned."),
  };
}

const upstream = { baseUrl: "https://api.openai.com/v1", model: "gpt-4o", apiKey: "sk-example" };
const variantExample = { id: "gpt", weight: 1, upstream };
const routeExample = { id: "default", conditions: {}, variants: [variantExample] };
const fallbackVariantId = id.nullable().describe("The variant that serves a call when another one fails.");

export function newVariant(policy: UpstreamPolicy) {
  const fields = upstreamFields(policy);
  return z
    .strictObject({
      id: id.describe("The id of the variant, unique in its route."),
      weight: weight.default(1),
      upstream: z
        .strictObject({ ...fields, apiKey: fields.apiKey.default(null) })
        .describe("Where calls of this variant go."),
    })
    .openapi("NewVariant", { example: variantExample });
}

export function newRoute(policy: UpstreamPolicy) {
  return z
    .strictObject({
      id: id.describe("The id of the route, unique in its router."),
      conditions: conditions.default({}),
      fallbackVariantId: fallbackVariantId.default(null),
      variants: z
        .array(newVariant(policy))
        .max(MAX_VARIANTS_PER_ROUTER)
        .default([])
        .describe("The variants of the route."),
    })
    .superRefine(refuseContradictions)
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

function refuseContradictions(route: NewRoute, ctx: z.RefinementCtx): void {
  refuseDuplicates(route.variants, ["variants"], ctx);
  const { fallbackVariantId: fallback } = route;
  if (fallback === null || route.variants.some((variant) => variant.id === fallback)) return;
  const message = "must be the id of a variant of this route";
  ctx.addIssue({ code: "custom", path: ["fallbackVariantId"], message });
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
  .strictObject({ conditions: conditions.optional(), fallbackVariantId: fallbackVariantId.optional() })
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
  const changes = z.strictObject(upstreamFields(policy)).partial();
  return z
    .strictObject({
      weight: weight.optional(),
      upstream: changes.optional().describe("The fields of the upstream that change."),
    })
    .openapi("VariantPatch", { example: { weight: 3 } });
}
