// Sets the cursor of an export back, and counts what lies before it.
import { sql } from "kysely";
import type { Transaction } from "../postgres/database.ts";

interface Checkpoint {
  cursor: number;
  lastSealSeq: number;
  workspaceId: string;
  withRevisions: boolean;
}

/** Buckets beyond the cursor will be sent, and rejected, again: they are counted then. */
export async function rewind(tx: Transaction, integrationId: string, cursorSeq: number): Promise<void> {
  const checkpoint = await lockCheckpoint(tx, integrationId);
  if (checkpoint === null || checkpoint.cursor <= cursorSeq) return;
  await tx.execute(sql`
    delete from rejected_records where integration_id = ${integrationId} and seq > ${cursorSeq}`);
  const passed = await countBuckets(tx, checkpoint.workspaceId, false, 0, cursorSeq);
  await tx.execute(sql`
    update integrations set export_cursor_seq = ${cursorSeq}, export_rejected = r.count,
      export_sent = greatest(${passed}::bigint - r.count, 0)
    from (select count(*) from rejected_records where integration_id = ${integrationId} and seq is not null) r
    where id = ${integrationId}`);
}

export async function lockCheckpoint(tx: Transaction, integrationId: string): Promise<Checkpoint | null> {
  const [checkpoint] = await tx.query(sql<Checkpoint>`
    select i.export_cursor_seq as cursor, w.last_seal_seq as "lastSealSeq", w.id as "workspaceId",
      i.delivers_updates as "withRevisions"
    from integrations i join workspaces w on w.id = i.workspace_id
    where i.id = ${integrationId} for no key update of i`);
  return checkpoint ?? null;
}

export async function countBuckets(
  tx: Transaction,
  workspaceId: string,
  withRevisions: boolean,
  afterSeq: number,
  throughSeq: number,
): Promise<number> {
  const through = (seq: number) => sql`crosscurrent_buckets_through(${workspaceId}, ${seq}, ${withRevisions})`;
  const [row] = await tx.query(sql<{ count: number }>`select ${through(throughSeq)} - ${through(afterSeq)} as count`);
  return row?.count ?? 0;
}
