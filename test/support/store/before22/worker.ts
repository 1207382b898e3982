// A worker and a server of the version before migration 0022, which go on during an upgrade.
import { sql } from "kysely";
import { asSealer } from "../../../../src/store/exposures/sealer.ts";
import type { Database } from "../../../../src/store/postgres/database.ts";
import { HOUR_MS, SEAL_GRACE_MS } from "../contract/harness.ts";
import { foldExposures, foldParts } from "./sealSql.ts";

export interface OldExposure {
  variantId: string;
  userId: string;
  exposedAtMs: number;
}

/** Of alias `alias` and route `r`. */
export async function ingestAsBefore(db: Database, workspaceId: string, exposures: OldExposure[]): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock_shared(crosscurrent_ingest_lock(${workspaceId}))`);
    await tx.execute(sql`
      insert into exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id)
      select ${workspaceId}, crosscurrent_now_ms(), e."exposedAtMs", 'alias', 'r', e."variantId", e."userId"
      from jsonb_to_recordset(${JSON.stringify(exposures)}::jsonb)
        e ("exposedAtMs" bigint, "variantId" text, "userId" text)`);
  });
}

interface Pass {
  stepRows?: number;
  /** A worker that dies leaves its pass unfinished. */
  maxSteps?: number;
}

/** One pass, which knows nothing of the usage. */
export async function sealAsBefore(
  db: Database,
  workspaceId: string,
  { stepRows = 100_000, maxSteps = Infinity }: Pass = {},
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(crosscurrent_ingest_lock(${workspaceId}))`);
    const before = sql`(crosscurrent_now_ms() - ${SEAL_GRACE_MS}) / ${HOUR_MS}::bigint * ${HOUR_MS}::bigint`;
    await tx.execute(sql`
      update workspaces set seal_before_ms = greatest(seal_before_ms, ${before}), pass_through = greatest(pass_through,
        (select coalesce(max(id), 0) from exposures where workspace_id = ${workspaceId}))
      where id = ${workspaceId}`);
  });
  for (let i = 0; i < maxSteps; i++) {
    const isDone = await asSealer(db, workspaceId, async (tx) => {
      const [remaining] = await tx.query(sql<{ parts: boolean; exposures: boolean }>`
        select folded_through < pass_through as exposures, exists (
          select from bucket_parts p where p.workspace_id = ${workspaceId} and p.hour_ms < seal_before_ms) as parts
        from workspaces where id = ${workspaceId}`);
      if (remaining?.parts === true || remaining?.exposures === true) {
        await tx.execute(remaining.parts ? foldParts(workspaceId, stepRows) : foldExposures(workspaceId, stepRows));
        return false;
      }
      await tx.execute(sql`
        update workspaces set last_seal_seq = assigned_seq, sealed_buckets = assigned_buckets, seal_before_ms = 0
        where id = ${workspaceId}`);
      return true;
    });
    if (isDone) return;
  }
}
