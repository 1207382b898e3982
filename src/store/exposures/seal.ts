// Sealing: folds committed exposures into hourly buckets and gives every bucket whose hour is over its place in the export.
// The order of things here is what invariant 4 rests on; test/store/exposures/seal.test.ts turns red when it is changed.
import type { Pool, PoolClient } from "pg";
import { transaction, type Database } from "../postgres/database.ts";
import { BEGIN_PASS, LEFT, PLACE_EXPOSURES, PLACE_PARTS, PUBLISH } from "./sealSql.ts";

const HOUR_MS = 3_600_000;
/** Rows folded in one transaction: a sealer that dies loses at most one step. */
const STEP_ROWS = 100_000;
/** Room for a step's rows, so that sorts and hashes stay off the disk. */
const STEP_MEMORY = "64MB";

/** What one sealer saw: everything with an id up to `highestId` was committed before `nowMs`, and nothing else ever will be. */
interface Snapshot {
  highestId: number;
  nowMs: number;
}

/**
 * One pass: buckets get their places step by step, and become visible together once every exposure of the pass is in its
 * bucket; until then a bucket with a place still grows, so that no exposure is late by the order of steps. Sealers at the same
 * time, or after one that died, work on the same pass.
 */
export async function seal(
  { pool }: Database,
  workspaceId: string,
  sealGraceMs: number,
  stepRows = STEP_ROWS,
): Promise<{ throughSeq: number; throughMs: number }> {
  const { highestId, nowMs } = await takeSnapshot(pool, workspaceId);
  const dueBeforeMs = Math.floor((nowMs - sealGraceMs) / HOUR_MS) * HOUR_MS;
  await asSealer(pool, workspaceId, (client) => client.query(BEGIN_PASS, [workspaceId, highestId, dueBeforeMs]));
  for (;;) {
    const throughSeq = await asSealer(pool, workspaceId, (client) => step(client, workspaceId, stepRows));
    if (throughSeq !== null) return { throughSeq, throughMs: dueBeforeMs };
  }
}

/**
 * Waits for every ingest under way, then reads in a *later* statement, whose snapshot holds all that they committed; the next
 * ingest waits no longer than for these two statements. The clock is read before the lock goes: an exposure accepted in time
 * of that clock is among those seen.
 */
function takeSnapshot(pool: Pool, workspaceId: string): Promise<Snapshot> {
  return transaction(pool, "begin isolation level read committed", async (client) => {
    await client.query("select pg_advisory_xact_lock(crosscurrent_ingest_lock($1))", [workspaceId]);
    const { rows } = await client.query<Snapshot>(
      `select coalesce((select max(id) from exposures where workspace_id = $1), 0) as "highestId", crosscurrent_now_ms() as "nowMs"`,
      [workspaceId],
    );
    if (rows[0] === undefined) throw new Error("PostgreSQL answered without a row.");
    return rows[0];
  });
}

/** The tables grow and pageHalvings faster than their statistics: with these off, every step goes by the indexes made for it. */
const BEGIN_STEP = `begin; set local work_mem = '${STEP_MEMORY}';
  set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off`;

/** The row lock, held to commit, makes this the workspace's only sealer: sequence numbers become visible in their order. */
function asSealer<T>(pool: Pool, workspaceId: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return transaction(pool, BEGIN_STEP, async (client) => {
    const { rowCount } = await client.query("select from workspaces where id = $1 for no key update", [workspaceId]);
    if (rowCount === 0) throw new Error(`There is no workspace ${workspaceId}.`);
    return work(client);
  });
}

/** The next step of the pass; the last one publishes, and answers with the highest sequence number. */
async function step(client: PoolClient, workspaceId: string, stepRows: number): Promise<number | null> {
  const { rows } = await client.query<{ parts: boolean; exposures: boolean }>(LEFT, [workspaceId]);
  if (rows[0]?.parts === true || rows[0]?.exposures === true) {
    await client.query(rows[0].parts ? PLACE_PARTS : PLACE_EXPOSURES, [workspaceId, stepRows]);
    return null;
  }
  const { rows: published } = await client.query<{ throughSeq: number }>(PUBLISH, [workspaceId]);
  return published[0]?.throughSeq ?? 0;
}
