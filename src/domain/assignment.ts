// Which route and which variant serve a call. Pure: the draws, hashed or random, come in from outside.
import type { RouteConditions } from "./router.ts";

export interface CallTraits {
  metadata: Readonly<Record<string, unknown>>;
  /** What follows the router's id in `model` after a colon; null without one. */
  modelHint: string | null;
}

export function matchRoute<R extends { conditions: RouteConditions }>(
  routes: readonly R[],
  traits: CallTraits,
): R | undefined {
  return routes.find(({ conditions }) => matches(conditions, traits));
}

function matches({ metadata = {}, models }: RouteConditions, traits: CallTraits): boolean {
  if (models !== undefined && (traits.modelHint === null || !models.includes(traits.modelHint))) return false;
  return Object.entries(metadata).every(([key, wanted]) => {
    const value = Object.hasOwn(traits.metadata, key) ? traits.metadata[key] : undefined;
    return typeof wanted === "string" ? value === wanted : wanted.some((one) => one === value);
  });
}

/**
 * Weighted rendezvous: the lowest `-ln(draw) / weight` serves, so a variant's chance is its share of the weights. If
 * the draw hashes user and variant, a changed weight moves users to or from that variant alone, and as few as possible.
 */
export function pickVariant<V extends { id: string; weight: number }>(
  variants: readonly V[],
  draw: (variantId: string) => number,
): V | undefined {
  let best: V | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const variant of variants) {
    if (variant.weight <= 0) continue;
    const score = -Math.log(draw(variant.id)) / variant.weight;
    if (score < lowest || best === undefined) [best, lowest] = [variant, score];
  }
  return best;
}
