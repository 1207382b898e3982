// Growing waits per project: how long to stay away after Mixpanel said "too many requests".
const MAX_KEYS = 10_000;

export interface Backoff {
  /** Until when to stay away, epoch ms. Refusals of requests that were under way together count once. */
  refused(key: string): number;
  succeeded(key: string): void;
}

export function createBackoff(options: {
  firstMs: number;
  maxMs: number;
  jitterMs: { min: number; max: number };
  now?: () => number;
  random?: () => number;
}): Backoff {
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;
  const states = new Map<string, { refusals: number; untilMs: number }>();
  return {
    refused(key) {
      const before = states.get(key);
      if (before !== undefined && now() < before.untilMs) return before.untilMs;
      const refusals = (before?.refusals ?? 0) + 1;
      const waitMs = Math.min(options.firstMs * 2 ** (refusals - 1), options.maxMs);
      const jitterMs = options.jitterMs.min + random() * (options.jitterMs.max - options.jitterMs.min);
      const untilMs = Math.ceil(now() + waitMs + jitterMs);
      if (states.size >= MAX_KEYS) states.clear();
      states.set(key, { refusals, untilMs });
      return untilMs;
    },
    succeeded(key) {
      states.delete(key);
    },
  };
}
