// Requests to send all buckets again.
import { sql } from "kysely";
import type { Day } from "../../domain/integration.ts";
import type { ResendAllResult } from "../../domain/run.ts";
import type { Database, Queryable } from "../postgres/database.ts";
import { queueRequest } from "../runs/queueRequest.ts";
import { rewind } from "./rewind.ts";

interface IntegrationRow {
  paused: boolean;
  exportEnabled: boolean;
}

/**
 * A destination made anew still lacks what was sent before the cursor, so only the whole ends that. The cursor and the
 * request are one transaction: a run that serves the request begins at the cursor. A run under way finds the cursor
 * behind its own, as after a restore, and goes on from there.
 */
export async function requestResend(
  { bookkeeping, bulk }: Record<"bookkeeping" | "bulk", Database>,
  workspaceId: string,
  integrationId: string,
  fromDay: Day | null,
): Promise<ResendAllResult | null> {
  const beforeSeq = fromDay === null ? 0 : await seqBefore(bulk, workspaceId, fromDay);
  return await bookkeeping.transaction(async (tx) => {
    const [row] = await tx.query(sql<IntegrationRow>`
      select paused, export_enabled as "exportEnabled" from integrations
      where id = ${integrationId} and workspace_id = ${workspaceId} and deleted_at_ms is null for no key update`);
    if (row === undefined) return null;
    if (row.paused) return "paused";
    if (!row.exportEnabled) return "off";
    if (beforeSeq !== null) await rewind(tx, integrationId, beforeSeq);
    await tx.execute(sql`
      update integrations set export_resends = export_resends + 1,
        export_through_ms = nullif(least(coalesce(export_through_ms, 0), ${startOf(fromDay)}::bigint), 0),
        export_made_anew = export_made_anew || case when export_cursor_seq = 0 then '{"isResending": true}'::jsonb
          else jsonb_build_object('isResending', false, 'sent', export_sent) end
      where id = ${integrationId}`);
    const { requestId } = await queueRequest(tx, integrationId);
    return { requestId };
  });
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
