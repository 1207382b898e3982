// Requests to send all buckets again.
import { sql, type RawBuilder } from "kysely";
import type { Day } from "../../domain/integration.ts";
import type { ResendAllResult } from "../../domain/run.ts";
import type { Database, Queryable, Transaction } from "../postgres/database.ts";
import { whileWanted } from "../postgres/whileWanted.ts";
import { queueRequest } from "../runs/queueRequest.ts";
import { rewind } from "./rewind.ts";

/** Rejected buckets after the cursor are deleted in it, one by one for their counts: there may be very many. */
const TIMEOUT_MS = 60_000;
const NEVER = new AbortController().signal;

interface Asked {
  workspaceId: string;
  integrationId: string;
  fromDay: Day | null;
  signal: AbortSignal | undefined;
}

/**
 * A destination made anew still lacks what was sent before the cursor, so only the whole ends that. The cursor and the
 * request are one transaction: a run that serves the request begins at the cursor. A run under way finds the cursor
 * behind its own, as after a restore, and goes on from there.
 */
export async function requestResend(
  { bookkeeping, bulk }: Record<"bookkeeping" | "bulk", Database>,
  { workspaceId, integrationId, fromDay, signal = NEVER }: Asked,
): Promise<ResendAllResult | null> {
  // Reading the buckets takes long: what would be refused is refused before.
  const [found] = await bookkeeping.query(integrationStatement(workspaceId, integrationId));
  if (found?.refusal !== null) return found?.refusal ?? null;
  const read = (day: Day) => (tx: Transaction) =>
    whileWanted(tx, { others: bookkeeping, signal }, (wanted) => seqBefore(wanted, workspaceId, day));
  const beforeSeq = fromDay === null ? 0 : await bulk.transaction(read(fromDay)).catch(orReasonOf(signal));
  const request = async (tx: Transaction): Promise<ResendAllResult | null> => {
    const [row] = await tx.query(sql<IntegrationRow>`
      ${integrationStatement(workspaceId, integrationId)} for no key update`);
    if (row?.refusal !== null) return row?.refusal ?? null;
    if (beforeSeq !== null) await rewind(tx, integrationId, beforeSeq);
    await tx.execute(sql`
      update integrations set export_resends = export_resends + 1,
        export_through_ms = nullif(least(coalesce(export_through_ms, 0), ${startOf(fromDay)}::bigint), 0),
        export_made_anew = export_made_anew || case when export_cursor_seq = 0 then '{"isResending": true}'::jsonb
          else jsonb_build_object('isResending', false, 'sent', export_sent) end
      where id = ${integrationId}`);
    const { requestId } = await queueRequest(tx, integrationId);
    return { requestId };
  };
  return await bulk.transaction(request, undefined, TIMEOUT_MS);
}

/** A statement that was cancelled for the caller's sake is no failure of the database. */
const orReasonOf = (signal: AbortSignal) => (error: unknown) => {
  signal.throwIfAborted();
  throw error;
};

interface IntegrationRow {
  refusal: "paused" | "off" | null;
}

/** No row: there is no such integration. */
function integrationStatement(workspaceId: string, integrationId: string): RawBuilder<IntegrationRow> {
  return sql<IntegrationRow>`
    select case when paused then 'paused' when not export_enabled then 'off' end as refusal from integrations
    where id = ${integrationId} and workspace_id = ${workspaceId} and deleted_at_ms is null`;
}

/**
 * Every bucket of the day and later days has a higher number; null if there is none. Without the `+ 0`, PostgreSQL may
 * walk all numbers from the lowest until it meets such a bucket; with it, it reads the buckets that are sent again.
 */
async function seqBefore(db: Queryable, workspaceId: string, fromDay: Day): Promise<number | null> {
  const [row] = await db.query(sql<{ seq: number | null }>`
    select min(first_seal_seq + 0) - 1 as seq from exposure_buckets
    where workspace_id = ${workspaceId} and hour_ms >= ${startOf(fromDay)}`);
  return row?.seq ?? null;
}

const startOf = (day: Day | null): number => (day === null ? 0 : Date.parse(`${day}T00:00:00Z`));
