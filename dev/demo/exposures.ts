// The demo's exposures: a router with two routes served the same customers over the last three weeks.

export interface DemoExposure {
  alias_id: string;
  route_id: string;
  variant_id: string;
  user: string;
  timestamp: number;
}

const WEEKS_MS = 21 * 86_400_000;
/** Only hours that are over, including the grace. */
const SETTLED_MS = 2 * 3_600_000;
const HOUR_MS = 3_600_000;
const MAX_SESSIONS = 12;
export const ROUTER = "shop-assistant";
export const ROUTES = [
  { route: "checkout-help", page: "checkout", variants: ["small-model", "large-model"] },
  { route: "recommendations", page: "product", variants: ["control", "personal"] },
] as const;

/** A few sessions of a few calls per customer, with one variant per route. The same input gives the same exposures. */
export function makeExposures(customers: string[], nowMs: number): DemoExposure[] {
  const endMs = Math.floor((nowMs - SETTLED_MS) / HOUR_MS) * HOUR_MS;
  const random = generator(19970101);
  return customers.flatMap((user, index) => {
    const sessions = 1 + Math.floor(random() * MAX_SESSIONS);
    return Array.from({ length: sessions }, () => {
      const { route, variants } = ROUTES[Math.floor(random() * ROUTES.length)]!;
      const startMs = endMs - Math.floor(random() * WEEKS_MS) - 60_000;
      const calls = 1 + Math.floor(random() * 2);
      return Array.from({ length: calls }, (_, call) => ({
        alias_id: ROUTER,
        route_id: route,
        variant_id: variants[index % variants.length]!,
        user,
        timestamp: startMs + call * 20_000,
      }));
    }).flat();
  });
}

/** What a destination must hold: one bucket per user, router, route, variant and UTC hour, with its latest time. */
export function bucketsOf(exposures: DemoExposure[]): Map<string, number> {
  const buckets = new Map<string, number>();
  for (const exposure of exposures) {
    const key = bucketKey(exposure, exposure.timestamp);
    buckets.set(key, Math.max(buckets.get(key) ?? 0, exposure.timestamp));
  }
  return buckets;
}

export function bucketKey(of: Omit<DemoExposure, "timestamp">, timeMs: number): string {
  return [of.user, of.alias_id, of.route_id, of.variant_id, Math.floor(timeMs / HOUR_MS)].join("|");
}

/** Pseudorandom numbers in [0, 1), the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
