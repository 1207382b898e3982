// Sealing: folds committed exposures into hourly buckets and gives every bucket whose hour is over its place in the export.
// The order of things here is what invariant 4 rests on; test/store/sealing.test.ts turns red when it is changed.
import type { Pool, PoolClient } from "pg";
import { transaction, type Database } from "./database.ts";

const HOUR_MS = 3_600_000;
/** Rows folded, or buckets sealed, in one transaction. */
const STEP_ROWS = 50_000;

/** What one sealer saw: everything with an id up to `highestId` was committed before `nowMs`, and nothing else ever will be. */
interface Snapshot {
  highestId: number;
  nowMs: number;
}

export async function seal(
  { pool }: Database,
  workspaceId: string,
  sealGraceMs: number,
): Promise<{ throughSeq: number; throughMs: number }> {
  const { highestId, nowMs } = await takeSnapshot(pool, workspaceId);
  const dueBeforeMs = Math.floor((nowMs - sealGraceMs) / HOUR_MS) * HOUR_MS;
  while (!(await asSealer(pool, workspaceId, (client, sealer) => foldStep(client, sealer, highestId)))) {
    // Each step commits, so that a sealer that dies loses at most one.
  }
  for (;;) {
    const { sealed, throughSeq } = await asSealer(pool, workspaceId, (client, sealer) =>
      sealStep(client, sealer, dueBeforeMs),
    );
    if (sealed < STEP_ROWS) return { throughSeq, throughMs: dueBeforeMs };
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

/** Rows found by ctid are fetched by ctid: any other join would read the whole partition for every step. */
const BEGIN_STEP = "begin; set local enable_hashjoin = off; set local enable_mergejoin = off";

interface Sealer {
  workspaceId: string;
  foldedThrough: number;
  lastSealSeq: number;
}

/** The row lock, held to commit, makes this the workspace's only sealer: sequence numbers become visible in their order. */
function asSealer<T>(
  pool: Pool,
  workspaceId: string,
  step: (client: PoolClient, sealer: Sealer) => Promise<T>,
): Promise<T> {
  return transaction(pool, BEGIN_STEP, async (client) => {
    const { rows } = await client.query<Sealer>(
      `select id as "workspaceId", folded_through as "foldedThrough", last_seal_seq as "lastSealSeq"
       from workspaces where id = $1 for no key update`,
      [workspaceId],
    );
    if (rows[0] === undefined) throw new Error(`There is no workspace ${workspaceId}.`);
    return step(client, rows[0]);
  });
}

/** Folds the next exposures up to `highestId`. True when none are left. */
async function foldStep(client: PoolClient, sealer: Sealer, highestId: number): Promise<boolean> {
  if (sealer.foldedThrough >= highestId) return true;
  const { rows } = await client.query<{ last: number; hits: number }>(FOLD, [
    sealer.workspaceId,
    sealer.foldedThrough,
    highestId,
    STEP_ROWS,
  ]);
  const { last = highestId, hits = 0 } = rows[0] ?? {};
  if (hits > 0) await client.query(SETTLE_HITS, [sealer.workspaceId, sealer.lastSealSeq]);
  await client.query("update workspaces set folded_through = $2 where id = $1", [sealer.workspaceId, last]);
  return last >= highestId;
}

/** Gives the next buckets whose hour is over their sequence numbers; their time is frozen in `sealed_time_ms`. */
async function sealStep(
  client: PoolClient,
  sealer: Sealer,
  dueBeforeMs: number,
): Promise<{ sealed: number; throughSeq: number }> {
  const { rowCount } = await client.query(SEAL, [sealer.workspaceId, dueBeforeMs, sealer.lastSealSeq, STEP_ROWS]);
  const sealed = rowCount ?? 0;
  const throughSeq = sealer.lastSealSeq + sealed;
  if (sealed > 0)
    await client.query("update workspaces set last_seal_seq = $2 where id = $1", [sealer.workspaceId, throughSeq]);
  return { sealed, throughSeq };
}

/** An exposure that finds its bucket sealed leaves a `hit` on it (2: it moved the bucket's time), settled in the same transaction. */
const FOLD = `
  with step as materialized (
    select id, exposed_at_ms, user_id, alias_id, route_id, variant_id from exposures
    where workspace_id = $1 and id > $2 and id <= $3 order by id limit $4
  ), folded as (
    insert into exposure_buckets as b
      (workspace_id, hour_ms, user_id, alias_id, route_id, variant_id, time_ms, first_exposed_at_ms, exposures)
    select $1, exposed_at_ms - exposed_at_ms % ${HOUR_MS}, user_id, alias_id, route_id, variant_id,
      max(exposed_at_ms), min(exposed_at_ms), count(*)
    from step group by 2, 3, 4, 5, 6
    on conflict (workspace_id, hour_ms, user_id, alias_id, route_id, variant_id) do update set
      time_ms = greatest(b.time_ms, excluded.time_ms),
      first_exposed_at_ms = least(b.first_exposed_at_ms, excluded.first_exposed_at_ms),
      exposures = b.exposures + excluded.exposures,
      hit = case when b.first_seal_seq is null then 0 when excluded.time_ms > b.time_ms then 2 else 1 end
    returning b.hit
  )
  select (select max(id) from step) as last, (select count(*) from folded where hit > 0) as hits`;

/** Every hit is counted once as late; one that moved the time is a revision and gets the next sequence number. */
const SETTLE_HITS = `
  with hits as materialized (
    select ctid, hit, late, row_number() over (partition by hit = 2 order by hour_ms, user_id, alias_id, route_id, variant_id) as nth
    from exposure_buckets where workspace_id = $1 and hit > 0
  ), settled as (
    update exposure_buckets b set hit = 0, late = true, seal_seq = case when h.hit = 2 then $2 + h.nth else b.seal_seq end
    from hits h where b.workspace_id = $1 and b.ctid = h.ctid
  )
  update workspaces set
    late_buckets = late_buckets + (select count(*) from hits where not late),
    last_seal_seq = last_seal_seq + (select count(*) from hits where hit = 2)
  where id = $1`;

/** A workspace lies in one partition, so its rows' ctids are unique; and nobody but the sealer changes a bucket. */
const SEAL = `
  with due as materialized (
    select ctid, row_number() over (order by hour_ms, user_id, alias_id, route_id, variant_id) as nth
    from (
      select ctid, hour_ms, user_id, alias_id, route_id, variant_id from exposure_buckets
      where workspace_id = $1 and first_seal_seq is null and hour_ms < $2 order by hour_ms limit $4
    ) next
  )
  update exposure_buckets b set first_seal_seq = $3 + due.nth, seal_seq = $3 + due.nth, sealed_time_ms = b.time_ms
  from due where b.workspace_id = $1 and b.ctid = due.ctid`;
