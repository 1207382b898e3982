// The one sealer of a workspace at a time: what changes its buckets runs under the lock of its row.
import { sql } from "kysely";
import type { Database, Transaction } from "../postgres/database.ts";

/** Memory keeps sorts off the disk. These tables outrun their statistics, so only joins by index are allowed. */
export const STEP_SETTINGS = sql`
  set local work_mem = '64MB'; set local enable_seqscan = off; set local enable_bitmapscan = off;
  set local enable_hashjoin = off; set local enable_mergejoin = off`;

/** The row lock, held to commit, makes this the workspace's only sealer: sequence numbers become visible in order. */
export function asSealer<T>(db: Database, workspaceId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    const found = await tx.execute(sql`select from workspaces where id = ${workspaceId} for no key update`);
    if (found === 0) throw new Error(`There is no workspace ${workspaceId}.`);
    return work(tx);
  }, STEP_SETTINGS);
}
