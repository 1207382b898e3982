// A bounded cache for look-ups that many calls repeat.
import { LRUCache, type Perf } from "lru-cache";

/** The value for a key, at once if it is cached; null if there is none. */
export type CachedLookup<V> = (key: string) => V | Promise<V | null>;

/** Calls for one key share one load. Null and failures are not cached, so what was just created is found at once. */
export function cachedLookup<V extends string | object>(options: {
  ttlMs: number;
  maxEntries: number;
  load: (key: string) => Promise<V | null>;
  /** Stands in for the clock in tests. */
  perf?: Perf;
}): CachedLookup<V> {
  const cache = new LRUCache<string, V>({
    max: options.maxEntries,
    ttl: options.ttlMs,
    // Otherwise the cache sets a timer in each millisecond in which it is used.
    ttlResolution: 0,
    fetchMethod: async (key) => (await options.load(key)) ?? undefined,
    // An entry that is pushed out while it loads must not fail the calls that wait for it.
    ignoreFetchAbort: true,
    ...(options.perf && { perf: options.perf }),
  });
  // `get` before `fetch`: a hit costs no promise.
  return (key) => cache.get(key) ?? cache.fetch(key).then((value) => value ?? null);
}
