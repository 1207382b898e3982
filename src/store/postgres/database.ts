// The connection pool, and the transactions that bulk paths need a bare client for.
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";

/** Everything that the parts of the store share. Tables have no TypeScript mirror: queries are SQL with bound parameters. */
export interface Database {
  pool: pg.Pool;
  db: Queryable;
}

export type Queryable = Kysely<unknown>;

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
  // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
  pool.on("error", () => undefined);
  // The same for a connection that breaks between two statements of a transaction: the next statement fails, and that is enough.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return { pool, db: new Kysely({ dialect: new PostgresDialect({ pool }) }) };
}

/** Counts, sequence numbers and milliseconds all stay below 2^53, so bigint columns are read as numbers. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: "text" | "binary") =>
  oid === INT8_OID && format !== "binary" ? Number : pg.types.getTypeParser(oid, format);

/** Runs `work` in one transaction on one client. A connection whose rollback fails is thrown away. */
export async function transaction<T>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    broken = await client.query("rollback").then(
      () => false,
      () => true,
    );
    throw error;
  } finally {
    client.release(broken);
  }
}

/** SQLSTATE of an error that PostgreSQL reported; undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === "23505";
}
