// Settings of the connections to PostgreSQL: how many for each purpose, and how long each may be busy.
import { POOL_DEFAULTS, type Purpose } from "../domain/pools.ts";
import { seconds, wholeNumber } from "./parsers.ts";
import { EVERYWHERE, readBy } from "./settings.ts";

const CONNECTIONS_MAX = 1_000;
const pool = (name: string, purpose: Purpose, meaning: string) => ({
  connections: {
    name: `DATABASE_${name}_CONNECTIONS`,
    parser: wholeNumber(1, CONNECTIONS_MAX),
    default: String(POOL_DEFAULTS[purpose].connections),
    description: `The connections of one process for ${meaning}. A process opens only those that it needs.`,
  },
  timeoutMs: {
    name: `DATABASE_${name}_TIMEOUT_SECONDS`,
    parser: seconds(1, 1),
    default: String(POOL_DEFAULTS[purpose].timeoutMs / 1_000),
    description: "The time for one of their statements. After it the call fails, and the connection is replaced.",
  },
});

/** One group per pool: `Purpose` says what each is for. */
export const poolSettings = {
  keys: readBy(EVERYWHERE, pool("KEY", "keys", "keys, sessions and routers that serve")),
  ingest: readBy(EVERYWHERE, pool("INGEST", "ingest", "exposures on their way in")),
  reports: readBy(EVERYWHERE, pool("REPORT", "reports", "what reads many rows")),
  bookkeeping: readBy(EVERYWHERE, pool("BOOKKEEPING", "bookkeeping", "configuration and the worker's notes")),
  bulk: readBy(EVERYWHERE, pool("BULK", "bulk", "rows of imports and exports, folding and cleaning")),
};

export const databaseSettings = readBy(EVERYWHERE, {
  connectionMaxMs: {
    name: "DATABASE_CONNECTION_MAX_SECONDS",
    parser: seconds(10, 1),
    default: "1800",
    description: "The life of a connection. Processes move to a new server or address within this time.",
  },
  stuckAfterMs: {
    name: "DATABASE_STUCK_SECONDS",
    parser: seconds(1, 1),
    default: "30",
    description: "`/healthz` fails if this process was without an answer for so long although a new connection works.",
  },
});
