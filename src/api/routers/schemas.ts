// What the calls on routers accept and answer.
import type { NewRoute, NewRouter, Route, Router, Variant } from "../../domain/router.ts";
import { z } from "@hono/zod-openapi";
import { MAX_ROUTES_PER_ROUTER, MAX_VARIANT_WEIGHT, MAX_VARIANTS_PER_ROUTER } from "../../domain/limits.ts";
import type { AddressPolicy } from "../../gateway/addresses.ts";
import { isoTime } from "../integrations/responses.ts";
import { description, optionalDescription, pageQuery } from "../../http/schemas.ts";

const storable = (text: string) => !/[\0\p{Cs}]/u.test(text);

/** Never a dot first, so that no path is understood as another. No colon: it separates a router from a model hint. */
const ID = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$/;
const id = z.string().regex(ID, "must be 1 to 64 letters, numbers, underscores, hyphens and dots, not a dot first");

export const routerParams = z.object({ router: z.string().regex(ID) });
export const routeParams = routerParams.extend({ route: z.string().regex(ID) });
export const variantParams = routeParams.extend({ variant: z.string().regex(ID) });
/** Also of an alias that never was a router here: any that POST /v1/exposures takes. */
export const aliasParams = z.object({
  router: z.string().min(1).max(255).refine(storable),
});
export { pageQuery };

/** OpenAI's own limits of a call's metadata. */
const MAX_METADATA_KEYS = 16;
const MAX_METADATA_KEY_CHARS = 64;
const MAX_METADATA_VALUE_CHARS = 512;
const MAX_ALTERNATIVES = 20;
const MAX_CONDITIONS_CHARS = 8_192;
const MAX_MODEL_CHARS = 255;
const MAX_API_KEY_CHARS = 1_000;

const bounded = (maxChars: number) =>
  z
    .string()
    .min(1, "must not be empty")
    .max(maxChars, `must be at most ${maxChars} characters`)
    .refine(storable, "must not contain NUL or a lone surrogate");
const alternatives = (maxChars: number) =>
  z.array(bounded(maxChars)).min(1, "must not be empty").max(MAX_ALTERNATIVES, `must be at most ${MAX_ALTERNATIVES}`);

const conditions = z
  .strictObject({
    metadata: z
      .record(
        bounded(MAX_METADATA_KEY_CHARS),
        z.union([bounded(MAX_METADATA_VALUE_CHARS), alternatives(MAX_METADATA_VALUE_CHARS)]),
      )
      .refine((map) => Object.keys(map).length <= MAX_METADATA_KEYS, `must have at most ${MAX_METADATA_KEYS} keys`)
      .optional(),
    models: alternatives(MAX_MODEL_CHARS).optional(),
  })
  .refine(
    (all) => JSON.stringify(all).length <= MAX_CONDITIONS_CHARS,
    `must be under ${MAX_CONDITIONS_CHARS} characters`,
  )
  .openapi("RouteConditions", {
    description:
      "All that are given must hold. `metadata`: each key of the call's metadata has this value, or one of these. `models`: the " +
      "call's model hint, which is what follows the router's id after a colon, is one of these. None: every call matches.",
  });

const weight = z
  .number("must be a number")
  .min(0, "must not be negative")
  .max(MAX_VARIANT_WEIGHT, `must be at most ${MAX_VARIANT_WEIGHT}`);
const apiKey = z
  .string()
  .regex(/^[\x21-\x7e]+$/, "must be printable characters without spaces")
  .max(MAX_API_KEY_CHARS, `must be at most ${MAX_API_KEY_CHARS} characters`)
  .nullable();

function upstreamFields(policy: AddressPolicy) {
  const baseUrl = z.string().superRefine((text, ctx) => {
    const problem = policy.problemWith(text);
    if (problem !== null) ctx.addIssue(problem);
  });
  const example = "https://api.openai.com/v1";
  const documented = baseUrl.openapi({
    description: "As OpenAI's clients take it.",
    example,
    pattern: "^https?://[^?#@]+$",
  });
  return { baseUrl: documented, model: bounded(MAX_MODEL_CHARS) };
}

function variantFields(policy: AddressPolicy) {
  const upstream = z.strictObject({ ...upstreamFields(policy), apiKey: apiKey.default(null) });
  return { id, weight: weight.default(1), upstream };
}

export const newVariant = (policy: AddressPolicy) => z.strictObject(variantFields(policy)).openapi("NewVariant");

function routeFields(policy: AddressPolicy) {
  const variants = z.array(newVariant(policy)).max(MAX_VARIANTS_PER_ROUTER).default([]);
  return { id, conditions: conditions.default({}), fallbackVariantId: id.nullable().default(null), variants };
}

export function newRoute(policy: AddressPolicy) {
  return z
    .strictObject(routeFields(policy))
    .superRefine((route, ctx) => refuseContradictions(route, ctx))
    .openapi("NewRoute");
}

export function newRouter(policy: AddressPolicy) {
  return z
    .strictObject({
      id,
      description: optionalDescription,
      routes: z.array(newRoute(policy)).max(MAX_ROUTES_PER_ROUTER).default([]),
    })
    .superRefine(({ routes }, ctx) => {
      refuseDuplicates(routes, ["routes"], ctx);
      const count = routes.reduce((sum, { variants }) => sum + variants.length, 0);
      if (count > MAX_VARIANTS_PER_ROUTER) {
        ctx.addIssue({ code: "custom", path: ["routes"], message: `have over ${MAX_VARIANTS_PER_ROUTER} variants` });
      }
    })
    .openapi("NewRouter") satisfies z.ZodType<NewRouter>;
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
    routeOrder: z.array(id).max(MAX_ROUTES_PER_ROUTER).optional().openapi({
      description: "All routes of the router, in the order in which they are to be tried.",
    }),
  })
  .openapi("RouterPatch");

export const routePatch = z
  .strictObject({ conditions: conditions.optional(), fallbackVariantId: id.nullable().optional() })
  .openapi("RoutePatch");

export function variantPatch(policy: AddressPolicy) {
  const { baseUrl, model } = upstreamFields(policy);
  const upstream = z.strictObject({
    baseUrl: baseUrl.optional(),
    model: model.optional(),
    apiKey: apiKey.optional(),
  });
  return z.strictObject({ weight: weight.optional(), upstream: upstream.optional() }).openapi("VariantPatch");
}

const time = z.string().openapi({ format: "date-time" });
export const variantAnswer = z
  .object({
    id: z.string(),
    weight: z.number(),
    upstream: z.object({ baseUrl: z.string(), model: z.string(), hasApiKey: z.boolean() }),
  })
  .openapi("Variant") satisfies z.ZodType<Variant>;
const conditionsAnswer = z.object({
  metadata: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  models: z.array(z.string()).optional(),
});
export const routeAnswer = z
  .object({
    id: z.string(),
    conditions: conditionsAnswer,
    fallbackVariantId: z.string().nullable(),
    variants: z.array(variantAnswer),
  })
  .openapi("Route") satisfies z.ZodType<Route>;
export const routerAnswer = z
  .object({
    id: z.string(),
    description: z.string().nullable(),
    routes: z.array(routeAnswer),
    createdAt: time,
    updatedAt: time,
  })
  .openapi("Router");

export function viewRouter({ id: routerId, description: text, routes, createdAtMs, updatedAtMs }: Router) {
  return {
    id: routerId,
    description: text,
    routes,
    createdAt: isoTime(createdAtMs),
    updatedAt: isoTime(updatedAtMs),
  };
}
