// The pools of a process, one for each purpose. They connect on first use, so a process holds only those that it needs.
import { sql } from "kysely";
import { POOL_DEFAULTS, type PoolLimits, type Purpose } from "../domain/pools.ts";
import { openDatabase, type Database } from "./postgres/database.ts";
import { createWatch } from "./postgres/watch.ts";

export interface PoolSettings {
  pools: Record<Purpose, PoolLimits>;
  connectionMaxMs: number;
  /** For how long a pool can be silent before the process looks for the cause. */
  stuckAfterMs: number;
}

export interface Pools extends Record<Purpose, Database> {
  /**
   * True if a pool has had no answer for a while, although a new connection has: only a new process can help. Returns
   * at once what the last check found, and begins the next one.
   */
  isStuck(): boolean;
  close(): Promise<void>;
}

export const DEFAULT_POOL_SETTINGS: PoolSettings = {
  pools: POOL_DEFAULTS,
  connectionMaxMs: 1_800_000,
  stuckAfterMs: 30_000,
};

/** How long a call waits for a connection, or for a place in the pool. */
const CONNECT_TIMEOUT_MS: Record<Purpose, number> = {
  keys: 2_000,
  ingest: 5_000,
  reports: 5_000,
  bookkeeping: 5_000,
  bulk: 30_000,
};
const PROBE_LIMITS = { connectTimeoutMs: 2_000, statementTimeoutMs: 2_000 };

export function openPools(databaseUrl: string, settings: PoolSettings): Pools {
  const watch = createWatch(databaseUrl);
  const shared = { trustedSinceMs: 0, watch };
  const open = (purpose: Purpose) => {
    const { connections, timeoutMs } = settings.pools[purpose];
    const limits = {
      connectTimeoutMs: CONNECT_TIMEOUT_MS[purpose],
      statementTimeoutMs: timeoutMs,
      maxLifetimeMs: settings.connectionMaxMs,
    };
    return openDatabase(databaseUrl, connections, limits, shared);
  };
  const pools: Record<Purpose, Database> = {
    keys: open("keys"),
    ingest: open("ingest"),
    reports: open("reports"),
    bookkeeping: open("bookkeeping"),
    bulk: open("bulk"),
  };
  const all = Object.values(pools);
  const isSilent = (pool: Database) => performance.now() - (pool.silentSinceMs() ?? Infinity) > settings.stuckAfterMs;
  const findStuck = async () => {
    const silent = all.filter(isSilent);
    if (silent.length === 0 || !(await answersNewConnections(databaseUrl))) return false;
    const answers = await Promise.all(silent.map(hasAnswer));
    return answers.includes(false);
  };
  let isStuck = false;
  let isChecking = false;
  return {
    ...pools,
    isStuck() {
      if (isChecking) return isStuck;
      isChecking = true;
      void findStuck().then((found) => {
        isStuck = found;
        isChecking = false;
      });
      return isStuck;
    },
    async close() {
      await Promise.all([watch.close(), ...all.map((pool) => pool.close())]);
    },
  };
}

async function answersNewConnections(databaseUrl: string): Promise<boolean> {
  const probe = openDatabase(databaseUrl, 1, PROBE_LIMITS);
  const found = await hasAnswer(probe);
  await probe.close();
  return found;
}

async function hasAnswer(database: Database): Promise<boolean> {
  return await database.execute(sql`select 1`).then(
    () => true,
    () => false,
  );
}
