// Sealing: folds committed exposures into hourly buckets, and numbers each bucket whose hour is over.
import { sql } from "kysely";
import type { Database, Transaction } from "../postgres/database.ts";
import { foldUsage } from "../usage/fold.ts";
import { takeOver } from "../usage/takeOver.ts";
import { asSealer } from "./sealer.ts";
import { foldExposures, foldParts } from "./sealSql.ts";

const HOUR_MS = 3_600_000;
/** Rows folded in one transaction: a sealer that dies loses at most one step. */
const STEP_ROWS = 100_000;

/** All exposures with an id up to `highestId` were committed before `nowMs`, and no other will ever have such an id. */
interface Snapshot {
  highestId: number;
  nowMs: number;
}

/**
 * Runs one pass. Invariant 4 rests on the order of its steps. Numbered buckets become visible together, once every
 * exposure of the pass is in its bucket: the order of steps makes none late. Other sealers work on the same pass.
 */
export async function seal(
  db: Database,
  workspaceId: string,
  sealGraceMs: number,
  stepRows = STEP_ROWS,
): Promise<{ throughSeq: number; throughMs: number }> {
  const { highestId, nowMs } = await takeSnapshot(db, workspaceId);
  const sealBeforeMs = Math.floor((nowMs - sealGraceMs) / HOUR_MS) * HOUR_MS;
  // A pass that is already under way takes the later id and the later end of the hours.
  const beginPass = sql`
    update workspaces set pass_through = greatest(pass_through, ${highestId}),
      seal_before_ms = greatest(seal_before_ms, ${sealBeforeMs})
    where id = ${workspaceId}`;
  await asSealer(db, workspaceId, (tx) => tx.execute(beginPass));
  for (;;) {
    const throughSeq = await asSealer(db, workspaceId, (tx) => step(tx, workspaceId, stepRows));
    if (throughSeq === null) continue;
    await foldUsage(db, workspaceId, highestId, stepRows);
    await takeOver(db, workspaceId);
    return { throughSeq, throughMs: sealBeforeMs };
  }
}

/**
 * Waits for every ingest under way, then reads in a *later* statement, whose snapshot holds all that they committed.
 * The clock is read before the lock is released: what was accepted in time by that clock is in the snapshot.
 */
function takeSnapshot(db: Database, workspaceId: string): Promise<Snapshot> {
  return db.transaction(
    async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(crosscurrent_ingest_lock(${workspaceId}))`);
      const [snapshot] = await tx.query(sql<Snapshot>`
      select coalesce((select max(id) from exposures where workspace_id = ${workspaceId}), 0) as "highestId",
        crosscurrent_now_ms() as "nowMs"`);
      if (snapshot === undefined) throw new Error("PostgreSQL returned no row.");
      return snapshot;
    },
    sql`set transaction isolation level read committed`,
  );
}

/** The last step of the pass publishes and returns the highest sequence number; other steps return null. */
async function step(tx: Transaction, workspaceId: string, stepRows: number): Promise<number | null> {
  const [remaining] = await tx.query(sql<{ parts: boolean; exposures: boolean }>`
    select folded_through < pass_through as exposures,
      exists (select from bucket_parts p where p.workspace_id = ${workspaceId} and p.hour_ms < seal_before_ms) as parts
    from workspaces where id = ${workspaceId}`);
  if (remaining?.parts === true || remaining?.exposures === true) {
    await tx.execute(remaining.parts ? foldParts(workspaceId, stepRows) : foldExposures(workspaceId, stepRows));
    return null;
  }
  // Seals every bucket that has its number: readers see it, and exposures that come to it from now on are late.
  const [published] = await tx.query(sql<{ throughSeq: number }>`
    update workspaces set last_seal_seq = assigned_seq, sealed_buckets = assigned_buckets, seal_before_ms = 0
    where id = ${workspaceId} returning last_seal_seq as "throughSeq"`);
  return published?.throughSeq ?? 0;
}
