// Ends a statement whose caller has left. Without this, PostgreSQL goes on until it has the result.
import { sql } from "kysely";
import type { Queryable, Transaction } from "./database.ts";

/** Runs `work` in `tx`. Once `signal` is aborted, its statement is cancelled over another connection, of `others`. */
export async function whileWanted<T>(
  tx: Transaction,
  { others, signal }: { others: Queryable; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const [session] = await tx.query(sql<{ pid: number }>`select pg_backend_pid() as pid`);
  let cancelled: Promise<unknown> = Promise.resolve();
  const cancel = () => {
    cancelled = others.execute(sql`select pg_cancel_backend(${session?.pid ?? 0})`).catch(() => undefined);
  };
  signal.addEventListener("abort", cancel);
  try {
    signal.throwIfAborted();
    return await work();
  } finally {
    signal.removeEventListener("abort", cancel);
    // Before the transaction ends, so that it never cancels a statement of the next one on this connection.
    await cancelled;
  }
}
