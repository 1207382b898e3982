// The one way to query: statements are written with Kysely's `sql` tag and run by pg (decision 0020).
import { Kysely, PostgresDialect, sql, type RawBuilder } from "kysely";
import pg from "pg";

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
  /** Rolls back if `work` throws. `settings` (`set local …`, without parameters) share a round trip with `begin`. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, settings?: RawBuilder<unknown>): Promise<T>;
  /** For Kysely's migrator alone. */
  readonly kysely: Kysely<unknown>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** A client that dies between two statements of a transaction must not hold its locks for longer. */
const IDLE_IN_TRANSACTION_MS = 60_000;
const INT8_OID = 20;

export function openDatabase(databaseUrl: string, maxConnections: number): Database {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    application_name: "crosscurrent",
    types: { getTypeParser },
  });
  // The next query replaces an idle connection that breaks. Without a listener the error would end the process.
  pool.on("error", () => undefined);
  // If a connection breaks between two statements of a transaction, the next statement fails, and that is enough.
  pool.on("connect", (client) => client.on("error", () => undefined));
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  return {
    ...queryableOn(pool, kysely),
    transaction: (work, settings) => transaction(pool, kysely, work, settings),
    kysely,
    close: () => pool.end(),
  };
}

function queryableOn(client: pg.Pool | pg.PoolClient, kysely: Kysely<unknown>): Queryable {
  const run = <Row>(statement: RawBuilder<Row>) => {
    const compiled = statement.compile(kysely);
    return client.query<Row & pg.QueryResultRow>(compiled.sql, compiled.parameters as unknown[]);
  };
  return {
    query: async (statement) => (await run(statement)).rows,
    execute: async (statement) => (await run(statement)).rowCount ?? 0,
  };
}

async function transaction<T>(
  pool: pg.Pool,
  kysely: Kysely<unknown>,
  work: (tx: Transaction) => Promise<T>,
  settings?: RawBuilder<unknown>,
): Promise<T> {
  const client = await pool.connect();
  let isBroken = false;
  try {
    await client.query(settings === undefined ? "begin" : `begin; ${settings.compile(kysely).sql}`);
    const result = await work({ client, ...queryableOn(client, kysely) });
    await client.query("commit");
    return result;
  } catch (error) {
    // A connection whose rollback fails is thrown away.
    isBroken = await client.query("rollback").then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    client.release(isBroken);
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
  return error instanceof pg.DatabaseError ? error.code : undefined;
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
