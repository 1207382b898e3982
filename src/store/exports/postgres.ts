// The export's cursor and counts. The cursor moves by compare-and-set, so a commit that runs twice counts once.
import { sql, type RawBuilder } from "kysely";
import type { Bucket, ExportProgress, RejectedBucket } from "../../domain/bucket.ts";
import type { Database, Queryable, Transaction } from "../postgres/database.ts";
import { insertRejected, type RejectedInsert } from "../runs/rejected.ts";
import type { BucketRange, ExportStore } from "./interface.ts";
import { commitResent, hasMarked, markedThrough, readMarked } from "./resend.ts";

export function createExportStore(db: Database): ExportStore {
  return {
    async cursor(integrationId) {
      const [row] = await db.query(sql<{ cursor: number }>`
        select export_cursor_seq as cursor from integrations where id = ${integrationId}`);
      return row?.cursor ?? 0;
    },

    rewind: (integrationId, cursorSeq) => db.transaction((tx) => rewind(tx, integrationId, cursorSeq)),
    readBuckets: (range) => readBuckets(db, range),
    commit: (integrationId, runId, fromSeq, progress) =>
      db.transaction((tx) => commit(tx, integrationId, runId, fromSeq, progress)),

    hasMarked: (integrationId) => hasMarked(db, integrationId),
    markedThrough: (integrationId) => db.transaction((tx) => markedThrough(tx, integrationId)),
    readMarked: (integrationId, range) => readMarked(db, integrationId, range),
    commitResent: (integrationId, runId, resent) =>
      db.transaction((tx) => commitResent(tx, integrationId, runId, resent)),

    async complete(integrationId, throughMs) {
      await db.execute(sql`
        update integrations set export_through_ms = greatest(export_through_ms, ${throughMs}::bigint)
        where id = ${integrationId}`);
    },
  };
}

/**
 * The buckets of a range by the sequence number that counts. Each part reads its own index, in order; revisions are
 * few and have a small one. For example, range (10, 20] with these buckets:
 *
 *     first_seal_seq   seal_seq    first numbers   latest numbers
 *     11               11          11              11
 *     12               15          12              15 (a revision)
 *     13               25          13              13 (revised after the range was fixed: due now, and again at 25)
 */
function bucketsIn({ workspaceId, withRevisions, afterSeq, throughSeq, limit }: BucketRange): RawBuilder<unknown> {
  const part = (seq: RawBuilder<unknown>, condition: RawBuilder<unknown>) => sql`(
    select ${seq} as seq, * from exposure_buckets
    where workspace_id = ${workspaceId} and ${seq} > ${afterSeq} and ${seq} <= ${throughSeq} and ${condition}
    order by ${seq} limit ${limit})`;
  const first = sql`first_seal_seq`;
  if (!withRevisions) return part(first, sql`true`);
  // PostgreSQL takes equal columns for rare and would sort all rows for each page; it cannot look into `coalesce`.
  const unrevised = sql`coalesce(seal_seq = first_seal_seq or seal_seq > ${throughSeq}, false)`;
  return sql`(${part(first, unrevised)} union all ${part(sql`seal_seq`, sql`seal_seq <> first_seal_seq`)})`;
}

type BucketColumns = { [Field in keyof Bucket]: Bucket[Field][] };

/** Reads one row of lists, one list per field: that takes this process a third of the work of a row per bucket. */
async function readBuckets(db: Queryable, range: BucketRange): Promise<Bucket[]> {
  const [columns] = await db.query(sql<BucketColumns>`
    select json_agg(seq) as seq, json_agg(alias_id) as "aliasId", json_agg(route_id) as "routeId",
      json_agg(variant_id) as "variantId", json_agg(user_id) as "userId", json_agg(hour_ms) as "hourMs",
      json_agg(sealed_time_ms) as "sealedTimeMs", json_agg(time_ms) as "timeMs"
    from (select * from ${bucketsIn(range)} p order by seq limit ${range.limit}) b having count(*) > 0`);
  if (columns === undefined) return [];
  const { seq, aliasId, routeId, variantId, userId, hourMs, sealedTimeMs, timeMs } = columns;
  return seq.map((number, i) => ({
    seq: number,
    aliasId: aliasId[i]!,
    routeId: routeId[i]!,
    variantId: variantId[i]!,
    userId: userId[i]!,
    hourMs: hourMs[i]!,
    sealedTimeMs: sealedTimeMs[i]!,
    timeMs: timeMs[i]!,
  }));
}

interface Checkpoint {
  cursor: number;
  lastSealSeq: number;
  workspaceId: string;
  withRevisions: boolean;
}

async function commit(
  tx: Transaction,
  integrationId: string,
  runId: string,
  fromSeq: number,
  progress: ExportProgress,
): Promise<boolean> {
  const checkpoint = await lockCheckpoint(tx, integrationId);
  if (checkpoint === null || checkpoint.cursor < fromSeq || checkpoint.lastSealSeq < progress.cursorSeq) return false;
  const { workspaceId, cursor, withRevisions } = checkpoint;
  if (cursor >= progress.cursorSeq) return true;
  const rejected = await insertRejected(tx, integrationId, progress.rejected.map(toRejectedInsert));
  // A revision delivers its bucket again: that is a delivery of this run, but not another bucket.
  const sent = (await countBuckets(tx, workspaceId, false, cursor, progress.cursorSeq)) - rejected;
  // A try that was given up may have moved the cursor into this range and counted its part.
  const deliveries =
    cursor === fromSeq
      ? progress.sent
      : (await countBuckets(tx, workspaceId, withRevisions, cursor, progress.cursorSeq)) - rejected;
  await tx.execute(sql`
    update integrations set export_cursor_seq = ${progress.cursorSeq}, export_sent = export_sent + ${sent},
      export_rejected = export_rejected + ${rejected}
    where id = ${integrationId}`);
  await tx.execute(sql`
    update runs set export_records = export_records + ${deliveries},
      export_rejected = export_rejected + ${rejected}
    where integration_id = ${integrationId} and id = ${runId}`);
  return true;
}

/** Buckets beyond the cursor will be sent, and rejected, again: they are counted then. */
async function rewind(tx: Transaction, integrationId: string, cursorSeq: number): Promise<void> {
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

async function lockCheckpoint(tx: Transaction, integrationId: string): Promise<Checkpoint | null> {
  const [checkpoint] = await tx.query(sql<Checkpoint>`
    select i.export_cursor_seq as cursor, w.last_seal_seq as "lastSealSeq", w.id as "workspaceId",
      i.delivers_updates as "withRevisions"
    from integrations i join workspaces w on w.id = i.workspace_id
    where i.id = ${integrationId} for no key update of i`);
  return checkpoint ?? null;
}

async function countBuckets(
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

function toRejectedInsert({ bucket, reason }: RejectedBucket): RejectedInsert {
  const { userId, aliasId, routeId, variantId, hourMs } = bucket;
  return {
    direction: "export",
    eventId: null,
    key: JSON.stringify([userId, aliasId, routeId, variantId, hourMs]),
    seq: bucket.seq,
    reason,
    record: JSON.stringify(bucket),
  };
}
