// What the variants of a router did in a range of hours: calls, tokens, cost, times.

/** Milliseconds; null if no call has told its time. */
export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** Tokens, cost and times are of all calls that the variant answered, with a user or without. */
export interface VariantUsage {
  routeId: string;
  variantId: string;
  /** Calls whose user was dealt this variant. */
  assigned: number;
  /** Calls with a user that it answered, whatever was assigned. */
  served: number;
  /** Calls that were dealt this variant, with a user or without, and got no answer from any variant. */
  failed: number;
  /** Calls that were dealt this variant, with a user or without, and were answered by another one. */
  fallbacks: number;
  /** Users who were assigned to it. */
  users: number;
  /** Calls without a user that were dealt this variant. */
  withoutUser: number;
  inputTokens: number;
  outputTokens: number;
  /** How many calls told their tokens, and how many their cost: sums of two variants compare only with these. */
  tokenCalls: number;
  costUsd: number;
  costCalls: number;
  latencyMs: Percentiles;
  ttftMs: Percentiles;
}

/** Calls without a user that one variant was dealt or answered: nothing of them is kept but these sums. */
export interface AnonymousUsage extends Omit<VariantUsage, "users" | "withoutUser" | "latencyMs" | "ttftMs"> {
  aliasId: string;
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
