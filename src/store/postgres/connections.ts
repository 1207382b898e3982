// A pool of connections in which nothing waits for ever. A connection that was silent for too long is thrown away.
import type { Socket } from "node:net";
import pg from "pg";
import { UnavailableError } from "../errors.ts";
import { CONNECTION_FAILURE, isConnectionLost, withOutage } from "./outages.ts";
import type { Watch, Work } from "./watch.ts";

export interface ConnectionLimits {
  maxConnections: number;
  /** For a new connection, and for a place in the pool. */
  connectTimeoutMs: number;
  /** PostgreSQL ends a statement after this time, and this process gives its connection up soon after. 0: never. */
  statementTimeoutMs: number;
  /** So that connections move to new servers and addresses in time. */
  maxLifetimeMs: number;
}

/** What the pools of a process have in common. */
export interface Shared {
  /** Connections that answered last before this time are not used any more. */
  trustedSinceMs: number;
  watch: Watch | null;
}

interface Session {
  answeredMs: number;
  /** Null behind a pooler, whose sessions have other numbers. */
  pid: number | null;
}

export interface Connections {
  readonly pool: pg.Pool;
  /** Runs `work` on a connection. An outage is thrown as an UnavailableError. */
  use<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  /** Since when no call has had an answer; null if the last one had. */
  silentSinceMs(): number | null;
}

/** A client that dies between two statements of a transaction must not hold its locks for longer. */
const IDLE_IN_TRANSACTION_MS = 60_000;
/** The operating system finds out about an idle connection whose other end is gone. */
const KEEP_ALIVE_MS = 10_000;
/** How much later than PostgreSQL's own limit this process gives up a statement, and with it the connection. */
const ANSWER_MARGIN_MS = 1_000;
/** A connection that was idle for longer is asked whether it still is one. Busy ones never pay for this. */
const TRUSTED_IDLE_MS = 1_000;
const CHECK_TIMEOUT_MS = 2_000;

/** How long to wait for an answer to a statement with this limit. 0: for ever. */
export const answerTimeoutMs = (statementTimeoutMs: number): number =>
  statementTimeoutMs === 0 ? 0 : statementTimeoutMs + ANSWER_MARGIN_MS;

export function openConnections(
  databaseUrl: string,
  limits: ConnectionLimits,
  shared: Shared,
  types: pg.CustomTypesConfig,
): Connections {
  const pool = createPool(databaseUrl, limits, types);
  const trust = createTrust(pool, shared);
  return {
    pool,
    silentSinceMs: trust.silentSinceMs,
    async use(work) {
      const { client, session } = await trust.acquire().catch((error: unknown) => {
        throw withOutage(error, { mayHaveHappened: false });
      });
      const end = session.pid === null ? null : shared.watch?.begin(workOf(client, session.pid));
      try {
        const result = await work(client);
        trust.noteAnswer(session);
        client.release();
        return result;
      } catch (error) {
        if (isConnectionLost(error)) {
          trust.noteSilence();
          discard(client);
        } else {
          trust.noteAnswer(session);
          client.release();
        }
        throw withOutage(error);
      } finally {
        end?.();
      }
    },
  };
}

/** Which connections of the pool still answer. */
function createTrust(pool: pg.Pool, shared: Shared) {
  const sessions = new WeakMap<pg.ClientBase, Session>();
  let silentSinceMs: number | null = null;

  function noteSilence(): void {
    shared.trustedSinceMs = performance.now();
    silentSinceMs ??= shared.trustedSinceMs;
  }

  /** After a silent failover the other connections are as dead as the first: only that one costs time. */
  async function take(): Promise<{ client: pg.PoolClient; session: Session }> {
    for (;;) {
      const client = await pool.connect();
      const known = sessions.get(client);
      if (known === undefined || known.answeredMs >= shared.trustedSinceMs) {
        if (known !== undefined && performance.now() - known.answeredMs < TRUSTED_IDLE_MS) {
          return { client, session: known };
        }
        const pid = await askPid(client);
        if (pid !== null) {
          const session = { answeredMs: performance.now(), pid: pid === pidOf(client) ? pid : null };
          sessions.set(client, session);
          silentSinceMs = null;
          return { client, session };
        }
        // One new connection may come to a bad node, or be late: it says nothing about those that answered.
        if (known !== undefined) noteSilence();
      }
      discard(client);
      // The known ones come to an end. There could always be one more new connection that does not answer.
      if (known === undefined) throw new UnavailableError(CONNECTION_FAILURE, null, { mayHaveHappened: false });
    }
  }

  return {
    noteSilence,
    silentSinceMs: () => silentSinceMs,
    noteAnswer(session: Session): void {
      session.answeredMs = performance.now();
      silentSinceMs = null;
    },
    async acquire() {
      try {
        return await take();
      } catch (error) {
        silentSinceMs ??= performance.now();
        throw error;
      }
    },
  };
}

function createPool(databaseUrl: string, limits: ConnectionLimits, types: pg.CustomTypesConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: limits.maxConnections,
    connectionTimeoutMillis: limits.connectTimeoutMs,
    statement_timeout: limits.statementTimeoutMs,
    query_timeout: answerTimeoutMs(limits.statementTimeoutMs),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    maxLifetimeSeconds: Math.ceil(limits.maxLifetimeMs / 1_000),
    application_name: "crosscurrent",
    types,
  });
  // The next query replaces an idle connection that breaks. Without a listener the error would end the process.
  pool.on("error", () => undefined);
  // If a connection breaks between two statements of a transaction, the next statement fails, and that is enough.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

/** Returns the number of the session; null if the connection does not answer. */
async function askPid(client: pg.PoolClient): Promise<number | null> {
  const check = { text: "select pg_backend_pid() as pid", query_timeout: CHECK_TIMEOUT_MS };
  return await client.query<{ pid: number }>(check).then(
    ({ rows }) => rows[0]?.pid ?? null,
    () => null,
  );
}

/** What pg does not show in its types. */
interface Inside {
  connection: pg.Connection;
  processID: number | null;
  /** False from a statement until its answer is complete. */
  readyForQuery: boolean;
}

const pidOf = (client: pg.PoolClient): number | null => (client as unknown as Inside).processID;

function workOf(client: pg.PoolClient, pid: number): Work {
  const inside = client as unknown as Inside;
  return {
    pid,
    isWaiting: () => !inside.readyForQuery,
    sentBytes: () => (inside.connection.stream as Socket).bytesWritten,
    lose: () => closeSocket(client),
  };
}

function discard(client: pg.PoolClient): void {
  closeSocket(client);
  client.release(true);
}

/** At once: a polite goodbye to a server that is gone would keep the socket for a quarter of an hour. */
function closeSocket(client: pg.PoolClient): void {
  (client as unknown as Inside).connection.stream.destroy();
}
