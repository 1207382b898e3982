// Ends the statements of a caller who has left. Without this, PostgreSQL goes on until it has the result.
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import type { Queryable, Transaction } from "./database.ts";

/** A cancel may find no connection, or come before its statement. */
const CANCEL_AGAIN_MS = 1_000;

/**
 * Runs `work` with `tx`, which begins no statement once `signal` is aborted. The one that runs then is cancelled over
 * another connection, of `others`.
 */
export async function whileWanted<T>(
  tx: Transaction,
  { others, signal }: { others: Queryable; signal: AbortSignal },
  work: (wanted: Transaction) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const [session] = await tx.query(sql<{ pid: number }>`select pg_backend_pid() as pid`);
  const ended = new AbortController();
  let cancelling: Promise<void> = Promise.resolve();
  const cancel = async () => {
    while (!ended.signal.aborted) {
      await others.execute(sql`select pg_cancel_backend(${session?.pid ?? 0})`).catch(() => undefined);
      await delay(CANCEL_AGAIN_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  };
  const leave = () => void (cancelling = cancel());
  signal.addEventListener("abort", leave, { once: true });
  try {
    return await work(untilAborted(tx, signal));
  } finally {
    signal.removeEventListener("abort", leave);
    ended.abort();
    // Before the transaction ends, so that it never cancels a statement of the next one on this connection.
    await cancelling;
  }
}

function untilAborted(tx: Transaction, signal: AbortSignal): Transaction {
  return {
    client: tx.client,
    query: async (statement) => {
      signal.throwIfAborted();
      return await tx.query(statement);
    },
    execute: async (statement) => {
      signal.throwIfAborted();
      return await tx.execute(statement);
    },
  };
}
