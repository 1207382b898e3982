// The purposes of connections to PostgreSQL: none can take those of another, or wait as long as another may.

export interface PoolLimits {
  /** Of one process. */
  connections: number;
  /** For one statement. */
  timeoutMs: number;
}

/**
 * `keys`: keys, sessions and routers that serve. `ingest`: exposures on their way in. `reports`: what reads many rows
 * for a person. `bookkeeping`: configuration, and the worker's notes. `bulk`: rows of imports and exports, folding,
 * cleaning.
 */
export type Purpose = "keys" | "ingest" | "reports" | "bookkeeping" | "bulk";

export const POOL_DEFAULTS: Record<Purpose, PoolLimits> = {
  keys: { connections: 4, timeoutMs: 3_000 },
  ingest: { connections: 10, timeoutMs: 12_000 },
  reports: { connections: 4, timeoutMs: 30_000 },
  bookkeeping: { connections: 12, timeoutMs: 15_000 },
  bulk: { connections: 10, timeoutMs: 600_000 },
};
