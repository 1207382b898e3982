// Looks after calls that take long: whether PostgreSQL still works for them, or their connection died in silence.
import pg from "pg";

/** What a connection is used for. */
export interface Work {
  /** The session's. */
  pid: number;
  /** Whether an answer is waited for, and not what this process does between two statements. */
  isWaiting: () => boolean;
  /** How much this process has sent through the connection. */
  sentBytes: () => number;
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
  /** Until the last look. */
  sent: number;
  isSending: boolean;
}

/**
 * Looks through a connection of its own, a fresh one each time. A session is dead if the server does not have it, as
 * after a failover, or if it waits for this process, for a statement or for the rows of a COPY, while this process has
 * sent all and waits for the answer.
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
    for (const call of calls) noteSending(call);
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
        const isAlive = alive.has(call.pid) || !call.isWaiting() || call.isSending;
        call.sightings = isAlive ? 0 : call.sightings + 1;
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
      const call = { ...work, sinceMs: performance.now(), sightings: 0, sent: work.sentBytes(), isSending: true };
      calls.add(call);
      return () => calls.delete(call);
    },
    async close() {
      clearInterval(timer);
      await pool.end();
    },
  };
}

function noteSending(call: Call): void {
  const sent = call.sentBytes();
  call.isSending = sent !== call.sent;
  call.sent = sent;
}

async function readAlive(pool: pg.Pool, pids: number[]): Promise<Set<number>> {
  // Between two quick statements a session is idle too, but for no second. In a COPY it is active, and waits for rows.
  const { rows } = await pool.query<{ pid: number }>(
    `select pid from pg_stat_activity
     where pid = any($1)
       and case when state like 'idle%' then state_change > clock_timestamp() - interval '1 second'
           else state is null or wait_event is distinct from 'ClientRead' end`,
    [pids],
  );
  return new Set(rows.map(({ pid }) => pid));
}
