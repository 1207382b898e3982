// A bounded cache for look-ups that many calls repeat. While the source is down, what was found before goes on serving.
import { LRUCache, type Perf } from "lru-cache";
import pTimeout from "p-timeout";

/** The value for a key, at once if it is cached; null if there is none. */
export type CachedLookup<V> = (key: string) => V | Promise<V | null>;

interface Found<V> {
  value: V;
  foundAtMs: number;
}

/** For how long a value serves while it cannot be looked up again. */
const STALE_MS = 300_000;
/** How long calls wait for a new look-up before the value from before serves them. */
const PATIENCE_MS = 500;
/** The time between two look-ups of a key while the source is down. */
const RETRY_MS = 2_000;

/**
 * Calls for one key share one load. Null and failures are not cached, so what was just created is found at once, and
 * what was removed is never found again.
 */
export function cachedLookup<V extends string | object>(options: {
  ttlMs: number;
  maxEntries: number;
  /** Together, as JSON. */
  maxBytes?: number;
  load: (key: string) => Promise<V | null>;
  /** Stands in for the clock in tests. */
  perf?: Perf;
}): CachedLookup<V> {
  const { perf = performance } = options;
  const load = async (key: string): Promise<Found<V> | undefined> => {
    const value = await options.load(key);
    return value === null ? undefined : { value, foundAtMs: perf.now() };
  };
  const cache = new LRUCache<string, Found<V>>({
    max: options.maxEntries,
    ...(options.maxBytes !== undefined && { maxSize: options.maxBytes, sizeCalculation: sizeOf }),
    ttl: options.ttlMs,
    // Otherwise the cache sets a timer in each millisecond in which it is used.
    ttlResolution: 0,
    // `get` comes first, and must leave an old value for `fetch`.
    noDeleteOnStaleGet: true,
    fetchMethod: async (key, before, { options: entry }) => {
      if (before === undefined || perf.now() - before.foundAtMs > STALE_MS) return await load(key);
      try {
        return await pTimeout(load(key), { milliseconds: PATIENCE_MS });
      } catch {
        entry.ttl = RETRY_MS;
        return before;
      }
    },
    // An entry that is pushed out while it loads must not fail the calls that wait for it.
    ignoreFetchAbort: true,
    perf,
  });
  const fetch = async (key: string): Promise<V | null> => {
    const found = await cache.fetch(key);
    if (found === undefined) cache.delete(key);
    return found?.value ?? null;
  };
  // `get` before `fetch`: a hit costs no promise.
  return (key) => cache.get(key)?.value ?? fetch(key);
}

function sizeOf({ value }: Found<string | object>): number {
  return JSON.stringify(value).length;
}
