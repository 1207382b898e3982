// The one way to query: statements are written with Kysely's `sql` tag and run by pg (decision 0020).
import { Kysely, PostgresDialect, sql, type RawBuilder } from "kysely";
import pg from "pg";
import { InvalidFieldError, UnavailableError } from "../errors.ts";
import { answerTimeoutMs, openConnections, type ConnectionLimits, type Shared } from "./connections.ts";
import { isConnectionLost, withOutage } from "./outages.ts";

/** Runs statements. Tables have no TypeScript copy: each statement names the type of its rows. */
export interface Queryable {
  query<Row>(statement: RawBuilder<Row>): Promise<Row[]>;
  /** Returns how many rows the statement inserted, changed, deleted or selected. */
  execute(statement: RawBuilder<unknown>): Promise<number>;
}

export interface Transaction extends Queryable {
  /** The connection itself, for COPY (copy.ts). */
  readonly client: pg.PoolClient;
}

export interface Database extends Queryable {
  /**
   * Rolls back if `work` throws. `settings` (`set local …`, without parameters) share a round trip with `begin`.
   * `statementTimeoutMs` replaces the limit of the pool.
   */
  transaction<T>(
    work: (tx: Transaction) => Promise<T>,
    settings?: RawBuilder<unknown>,
    statementTimeoutMs?: number,
  ): Promise<T>;
  /** For Kysely's migrator alone. */
  readonly kysely: Kysely<unknown>;
  /** Since when no call has had an answer, by performance.now(); null if the last one had. */
  silentSinceMs(): number | null;
  close(): Promise<void>;
}

const INT8_OID = 20;
const DEFAULT_LIMITS = { connectTimeoutMs: 10_000, statementTimeoutMs: 30_000, maxLifetimeMs: 1_800_000 };

/** The pools of one process have `shared` in common. */
export function openDatabase(
  databaseUrl: string,
  maxConnections: number,
  limits: Partial<ConnectionLimits> = {},
  shared: Shared = { trustedSinceMs: 0, watch: null },
): Database {
  const all = { ...DEFAULT_LIMITS, ...limits, maxConnections };
  const connections = openConnections(databaseUrl, all, shared, { getTypeParser });
  const { pool } = connections;
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  return {
    query: (statement) => connections.use((client) => queryableOn(client, kysely).query(statement)),
    execute: (statement) => connections.use((client) => queryableOn(client, kysely).execute(statement)),
    transaction: (work, settings, statementTimeoutMs) =>
      connections.use((client) => transaction(client, kysely, work, { settings, statementTimeoutMs })),
    kysely,
    silentSinceMs: () => connections.silentSinceMs(),
    close: () => pool.end(),
  };
}

/** `timeoutMs`: how long to wait for each answer, if not for as long as the pool says. */
function queryableOn(client: pg.PoolClient, kysely: Kysely<unknown>, timeoutMs?: number): Queryable {
  const run = <Row>(statement: RawBuilder<Row>) => {
    const { sql: text, parameters } = statement.compile(kysely);
    const query = { text, values: parameters as unknown[], query_timeout: timeoutMs };
    return client.query<Row & pg.QueryResultRow>(query);
  };
  return {
    query: async (statement) => (await run(statement)).rows,
    execute: async (statement) => (await run(statement)).rowCount ?? 0,
  };
}

async function transaction<T>(
  client: pg.PoolClient,
  kysely: Kysely<unknown>,
  work: (tx: Transaction) => Promise<T>,
  { settings, statementTimeoutMs }: { settings?: RawBuilder<unknown>; statementTimeoutMs?: number },
): Promise<T> {
  const begin = [sql`begin`];
  if (settings !== undefined) begin.push(settings);
  if (statementTimeoutMs !== undefined) begin.push(sql`set local statement_timeout = ${sql.lit(statementTimeoutMs)}`);
  const timeoutMs = statementTimeoutMs === undefined ? undefined : answerTimeoutMs(statementTimeoutMs);
  let isCommitting = false;
  try {
    await client.query(begin.map((statement) => statement.compile(kysely).sql).join("; "));
    const result = await work({ client, ...queryableOn(client, kysely, timeoutMs) });
    isCommitting = true;
    await client.query("commit");
    return result;
  } catch (error) {
    // A lost connection cannot take a rollback. If the rollback fails, that error says that the connection is lost.
    if (!isConnectionLost(error)) await client.query("rollback");
    throw withOutage(error, { mayHaveHappened: isCommitting });
  }
}

/** Counts, sequence numbers and milliseconds all stay below 2^53, so bigint columns are read as numbers. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: "text" | "binary") =>
  oid === INT8_OID && format !== "binary" ? Number : pg.types.getTypeParser(oid, format);

export async function readNowMs(db: Queryable): Promise<number> {
  const [clock] = await db.query(sql<{ now: number }>`select crosscurrent_now_ms() as now`);
  return Number(clock?.now);
}

export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError || error instanceof UnavailableError ? error.code : undefined;
}

export const UNIQUE_VIOLATION = "23505";

/** Runs a change, and throws `taken` in place of PostgreSQL's error if the change violates a unique index. */
export async function orIfTaken<T>(taken: Error, change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    throw sqlState(error) === UNIQUE_VIOLATION ? taken : error;
  }
}

/** In place of the error of a report that took too long, returns one for its caller: a later try would fail too. */
export function orFewerDays(error: unknown): unknown {
  if (!(error instanceof UnavailableError && error.isTimeLimit)) return error;
  return new InvalidFieldError("from", "takes too long: ask for fewer days at once");
}
