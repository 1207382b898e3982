// What every call asks for, remembered for a moment: a bounded map whose entries are asked for again once they are old.

export interface TtlCache<V> {
  get(key: string): Promise<V | null>;
}

/**
 * Calls for one key at the same time share one `load`; the least recently used entries go first. Null and failures are not
 * remembered, so that what was just created is found at once.
 */
export function createTtlCache<V>(options: {
  ttlMs: number;
  maxEntries: number;
  load: (key: string) => Promise<V | null>;
  nowMs?: () => number;
}): TtlCache<V> {
  const { ttlMs, maxEntries, load, nowMs = () => performance.now() } = options;
  const entries = new Map<string, { value: Promise<V | null>; staleAtMs: number }>();
  return {
    get(key) {
      const found = entries.get(key);
      entries.delete(key);
      if (found !== undefined && found.staleAtMs > nowMs()) {
        entries.set(key, found);
        return found.value;
      }
      const entry = { value: load(key), staleAtMs: nowMs() + ttlMs };
      entries.set(key, entry);
      const forget = () => {
        if (entries.get(key) === entry) entries.delete(key);
      };
      entry.value.then((value) => (value === null ? forget() : undefined), forget);
      const oldest = entries.size > maxEntries ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
      return entry.value;
    },
  };
}
