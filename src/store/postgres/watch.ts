// Looks after calls that take long: whether PostgreSQL still works for them, or their connection died in silence.
import pg from "pg";

/** What a connection is used for. */
export interface Work {
  /** The session's. */
  pid: number;
  /** Whether an answer is waited for, and not what this process does between two statements. */
  isWaiting: () => boolean;
  /** Is called if the session is found dead. */
  lose: () => void;
}

export interface Watch {
  /** Watches until the returned function is called. */
  begin(work: Work): () => void;
  close(): Promise<void>;
}

const INTERVAL_MS = 1_500;
/** The first time, an answer may just be on its way. */
const DEAD_AFTER_SIGHTINGS = 2;

interface Call extends Work {
  sinceMs: number;
  sightings: number;
}

/**
 * Looks through a connection of its own, a fresh one each time. A session is dead if the server does not have it, as
 * after a failover, or if it waits for a statement, in a transaction or not, while this process waits for the answer.
 */
export function createWatch(databaseUrl: string): Watch {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 1,
    connectionTimeoutMillis: INTERVAL_MS,
    query_timeout: INTERVAL_MS,
    idleTimeoutMillis: 1,
    application_name: "crosscurrent",
  });
  pool.on("error", () => undefined);
  const calls = new Set<Call>();
  let isLooking = false;
  const look = async () => {
    const startedMs = performance.now();
    const long = [...calls].filter(({ sinceMs }) => startedMs - sinceMs > INTERVAL_MS);
    if (long.length === 0 || isLooking) return;
    isLooking = true;
    try {
      const alive = await readAlive(
        pool,
        long.map(({ pid }) => pid),
      );
      for (const call of long) {
        call.sightings = alive.has(call.pid) || !call.isWaiting() ? 0 : call.sightings + 1;
        if (call.sightings >= DEAD_AFTER_SIGHTINGS && calls.delete(call)) call.lose();
      }
    } catch {
      // An outage: the time limits of the calls end them.
    } finally {
      isLooking = false;
    }
  };
  const timer = setInterval(() => void look(), INTERVAL_MS).unref();
  return {
    begin(work) {
      const call = { ...work, sinceMs: performance.now(), sightings: 0 };
      calls.add(call);
      return () => calls.delete(call);
    },
    async close() {
      clearInterval(timer);
      await pool.end();
    },
  };
}

async function readAlive(pool: pg.Pool, pids: number[]): Promise<Set<number>> {
  // Between two quick statements a session is idle too, but for no second.
  const { rows } = await pool.query<{ pid: number }>(
    `select pid from pg_stat_activity
     where pid = any($1)
       and (state is null or state not like 'idle%' or state_change > clock_timestamp() - interval '1 second')`,
    [pids],
  );
  return new Set(rows.map(({ pid }) => pid));
}
