// What the variants of a router did in a range of hours: calls, tokens, cost, times.

/** Milliseconds; null if no call has told its time. */
export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** Counts are of calls with a user, unless they say otherwise. Tokens, cost and times are of all calls it answered. */
export interface VariantUsage {
  routeId: string;
  variantId: string;
  /** Calls whose user was dealt this variant. */
  assigned: number;
  /** Calls that it answered, whatever was assigned. */
  served: number;
  /** Calls that were assigned to it and got no answer from any variant. */
  failed: number;
  /** Calls that were assigned to it and answered by another variant. */
  fallbacks: number;
  /** Users who were assigned to it. */
  users: number;
  /** Calls without a user that it answered. */
  withoutUser: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  latencyMs: Percentiles;
  ttftMs: Percentiles;
}

/** Calls without a user: nothing of them is kept but these sums. */
export interface AnonymousUsage {
  aliasId: string;
  routeId: string;
  variantId: string;
  calls: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  /** One for each call that told it. */
  latenciesMs: number[];
  ttftsMs: number[];
}

/** An `alias_id` that has exposures, or a router. */
export interface Alias {
  id: string;
  isConfigured: boolean;
  exposures: number;
  lastExposureAtMs: number | null;
}
