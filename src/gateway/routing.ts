// Which variants a call is for: by its model, its metadata and its user.
import { matchRoute, pickVariant } from "../domain/assignment.ts";
import type { NewVariant, ServedRouter } from "../domain/router.ts";
import { OpenAiError } from "../http/openAiError.ts";
import { assignmentHash, randomNumber } from "./assignmentHash.ts";

export interface Assignment {
  routerId: string;
  routeId: string;
  routerVersion: number;
  /** The one that was picked, then its fallbacks. */
  variants: readonly [NewVariant, ...NewVariant[]];
}

export interface ModelName {
  /** Null: the text cannot be an id, and is not worth a look-up. */
  routerId: string | null;
  modelHint: string | null;
}

/** `inworld/my-router` or, as some clients cut off prefixes, `my-router`; either with a model hint behind a colon. */
export function parseModel(prefix: string, model: string): ModelName {
  const rest = model.startsWith(prefix) ? model.slice(prefix.length) : model;
  const colon = rest.indexOf(":");
  const id = colon === -1 ? rest : rest.slice(0, colon);
  return {
    routerId: /^[\w.-]{1,64}$/.test(id) ? id : null,
    modelHint: colon === -1 ? null : rest.slice(colon + 1),
  };
}

export function unknownModel(prefix: string): OpenAiError {
  const message = `There is no router for this model: it must be the id of a router, with or without "${prefix}".`;
  return new OpenAiError(404, message, { code: "model_not_found", param: "model" });
}

export function assign(
  router: ServedRouter,
  call: { user: string | null; metadata: Record<string, unknown>; modelHint: string | null },
): Assignment {
  const route = matchRoute(router.routes, call);
  if (route === undefined) {
    const message = "No route of the router matches the call. Check the conditions of its routes.";
    throw new OpenAiError(404, message, { code: "no_route", param: "model" });
  }
  const ref = { routerId: router.id, routeId: route.id };
  const variant = pickVariant(route.variants, call.user === null ? randomNumber : assignmentHash(call.user, ref));
  if (variant === undefined) {
    const message = "The route that matches has no variant with a weight above 0.";
    throw new OpenAiError(404, message, { code: "no_variant", param: "model" });
  }
  const fallbacks = route.fallbackVariantIds.flatMap((fallbackId) =>
    route.variants.filter(({ id }) => id === fallbackId && id !== variant.id),
  );
  return { ...ref, routerVersion: router.version, variants: [variant, ...fallbacks] };
}
