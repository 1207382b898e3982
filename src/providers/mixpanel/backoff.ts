// Growing waits per project after Mixpanel said "too many requests".
import { LRUCache } from "lru-cache";

const MAX_PROJECTS = 10_000;
const JITTER_MS = { min: 1_000, max: 5_000 };

export interface Backoff {
  /** Returns when to send the next request, epoch ms. Refusals of requests that were sent together count once. */
  refused(projectKey: string): number;
  succeeded(projectKey: string): void;
}

export function createBackoff(options: {
  firstMs: number;
  maxMs: number;
  now?: () => number;
  random?: () => number;
}): Backoff {
  const { firstMs, maxMs, now = Date.now, random = Math.random } = options;
  const states = new LRUCache<string, { refusals: number; untilMs: number }>({ max: MAX_PROJECTS });
  return {
    refused(projectKey) {
      const before = states.get(projectKey);
      if (before !== undefined && now() < before.untilMs) return before.untilMs;
      const refusals = (before?.refusals ?? 0) + 1;
      const waitMs = Math.min(firstMs * 2 ** (refusals - 1), maxMs);
      const untilMs = Math.ceil(now() + waitMs + JITTER_MS.min + random() * (JITTER_MS.max - JITTER_MS.min));
      states.set(projectKey, { refusals, untilMs });
      return untilMs;
    },
    succeeded(projectKey) {
      states.delete(projectKey);
    },
  };
}
