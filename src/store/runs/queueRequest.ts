// The queue of sync requests: those that no run has taken yet are one.
import { sql } from "kysely";
import type { Transaction } from "../postgres/database.ts";
import { newId } from "../postgres/ids.ts";
import type { QueuedRequest } from "./interface.ts";

/**
 * The caller holds the lock of the integration's row, like a run that starts: a request that is still queued is taken
 * by a run that begins after this transaction.
 */
export async function queueRequest(tx: Transaction, integrationId: string): Promise<QueuedRequest> {
  const [queued] = await tx.query(sql<{ id: string }>`
    select id from sync_requests where integration_id = ${integrationId} and status = 'queued'
    order by created_at_ms limit 1`);
  if (queued !== undefined) return { requestId: queued.id };
  const requestId = newId("sync");
  await tx.execute(sql`insert into sync_requests (integration_id, id) values (${integrationId}, ${requestId})`);
  return { requestId };
}
