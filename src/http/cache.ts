// A bounded cache for look-ups that many calls repeat. While the source is down, what was found before goes on serving.
import { LRUCache, type Perf } from "lru-cache";
import pTimeout from "p-timeout";
import { busy } from "./admission/refusals.ts";

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
/** Look-ups at once of keys that are not cached, in all and of one owner. While the source hangs, each waits. */
const MAX_NEW_AT_ONCE = 1_000;
const MAX_NEW_OF_OWNER = 250;

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
  /** Whose look-ups may not take the place of others'. Absent: all are one owner's, without a share. */
  ownerOf?: (key: string) => string;
  /** Stands in for the clock in tests. */
  perf?: Perf;
}): CachedLookup<V> {
  const { perf = performance } = options;
  const cache = new LRUCache<string, Found<V>>({
    max: options.maxEntries,
    ...(options.maxBytes !== undefined && { maxSize: options.maxBytes, sizeCalculation: sizeOf }),
    ttl: options.ttlMs,
    // Otherwise the cache sets a timer in each millisecond in which it is used.
    ttlResolution: 0,
    // An old value may have to serve once more.
    noDeleteOnStaleGet: true,
    perf,
  });
  /** Apart from the cache, so that look-ups of unknown keys push nothing out of it. */
  const loading = new Map<string, Promise<V | null>>();
  const newLooks = createNewLooks();

  async function load(key: string): Promise<V | null> {
    const startedAtMs = perf.now();
    const value = await options.load(key);
    // It is as old as the look-up, which may have taken long.
    const ttl = Math.max(1, options.ttlMs - (perf.now() - startedAtMs));
    if (value === null) cache.delete(key);
    else cache.set(key, { value, foundAtMs: startedAtMs }, { ttl });
    return value;
  }

  /** There is one look-up of a key at a time, so that an older one cannot overwrite what a newer one found. */
  function look(key: string): Promise<V | null> {
    const running = loading.get(key);
    if (running !== undefined) return running;
    const started = load(key).finally(() => loading.delete(key));
    loading.set(key, started);
    return started;
  }

  async function lookNew(key: string): Promise<V | null> {
    const running = loading.get(key);
    if (running !== undefined) return await running;
    const end = newLooks.begin(options.ownerOf?.(key));
    try {
      return await look(key);
    } finally {
      end();
    }
  }

  async function fetch(key: string): Promise<V | null> {
    const before = cache.get(key, { allowStale: true });
    if (before === undefined || perf.now() - before.foundAtMs > STALE_MS) return await lookNew(key);
    try {
      return await pTimeout(look(key), { milliseconds: PATIENCE_MS });
    } catch {
      cache.set(key, before, { ttl: RETRY_MS });
      return before.value;
    }
  }

  // `get` before `fetch`: a hit costs no promise.
  return (key) => cache.get(key)?.value ?? fetch(key);
}

/** The look-ups at once of keys that are not cached. */
function createNewLooks() {
  const ofOwners = new Map<string, number>();
  let all = 0;
  return {
    /** Returns what ends it. Throws a Problem, 503, if there are too many. */
    begin(owner = ""): () => void {
      const ofOwner = ofOwners.get(owner) ?? 0;
      if (all >= MAX_NEW_AT_ONCE || (owner !== "" && ofOwner >= MAX_NEW_OF_OWNER)) throw busy(RETRY_MS / 1_000);
      all++;
      ofOwners.set(owner, ofOwner + 1);
      return () => {
        all--;
        const left = (ofOwners.get(owner) ?? 0) - 1;
        if (left > 0) ofOwners.set(owner, left);
        else ofOwners.delete(owner);
      };
    },
  };
}

function sizeOf({ value }: Found<string | object>): number {
  return JSON.stringify(value).length;
}
