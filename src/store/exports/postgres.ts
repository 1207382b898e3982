// The export's cursor and counts. The cursor moves by compare-and-set, so a commit that runs twice counts once.
import { sql, type RawBuilder } from "kysely";
import type { Bucket, BucketUsage, ExportProgress, RejectedBucket } from "../../domain/bucket.ts";
import type { Database, Queryable, Transaction } from "../postgres/database.ts";
import { hashOf } from "../postgres/ids.ts";
import { insertRejected, keyTextOf, type RejectedInsert } from "../runs/rejected.ts";
import type { BucketRange, ExportStore } from "./interface.ts";
import { recordDestination } from "./destination.ts";
import { commitResent, hasMarked, markedThrough, readMarked } from "./resend.ts";
import { USAGE } from "./usage.ts";
import { requestResend } from "./resendAll.ts";
import { countBuckets, lockCheckpoint, rewind } from "./rewind.ts";

export function createExportStore({ bookkeeping: db, bulk }: Record<"bookkeeping" | "bulk", Database>): ExportStore {
  return {
    async cursor(integrationId) {
      const [row] = await db.query(sql<{ cursor: number }>`
        select export_cursor_seq as cursor from integrations where id = ${integrationId}`);
      return row?.cursor ?? 0;
    },

    rewind: (integrationId, cursorSeq) => bulk.transaction((tx) => rewind(tx, integrationId, cursorSeq)),
    readBuckets: (range) => readBuckets(bulk, range),
    commit: (integrationId, runId, fromSeq, progress) =>
      bulk.transaction((tx) => commit(tx, integrationId, runId, fromSeq, progress)),

    hasMarked: (integrationId) => hasMarked(db, integrationId),
    markedThrough: (integrationId) => bulk.transaction((tx) => markedThrough(tx, integrationId)),
    readMarked: (integrationId, range) => readMarked(bulk, integrationId, range),
    commitResent: (integrationId, runId, resent) =>
      bulk.transaction((tx) => commitResent(tx, integrationId, runId, resent)),

    async complete(integrationId, { throughSeq, throughMs }) {
      // The cursor is behind if everything is to be sent again since the last batch.
      await db.execute(sql`
        update integrations set export_through_ms = greatest(export_through_ms, ${throughMs}::bigint),
          export_made_anew = case when not (export_made_anew -> 'isResending')::boolean then export_made_anew end
        where id = ${integrationId} and export_cursor_seq >= ${throughSeq}`);
    },

    recordDestination: (integrationId, destination) => recordDestination(db, integrationId, destination),
    requestResend: (workspaceId, integrationId, fromDay, signal) =>
      requestResend({ bookkeeping: db, bulk }, { workspaceId, integrationId, fromDay, signal }),

    async options(integrationId) {
      const [row] = await db.query(sql<{ resends: number; withUsage: boolean }>`
        select export_resends as resends, export_usage as "withUsage" from integrations where id = ${integrationId}`);
      return row ?? { resends: 0, withUsage: false };
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

type BucketColumns = { [Field in keyof Omit<Bucket, "usage">]: Bucket[Field][] } & { usage?: BucketUsage[] };

/** Reads one row of lists, one list per field: that takes this process a third of the work of a row per bucket. */
async function readBuckets(db: Queryable, range: BucketRange): Promise<Bucket[]> {
  const [columns] = await db.query(sql<BucketColumns>`
    select json_agg(seq) as seq, json_agg(alias_id) as "aliasId", json_agg(route_id) as "routeId",
      json_agg(variant_id) as "variantId", json_agg(user_id) as "userId", json_agg(hour_ms) as "hourMs",
      json_agg(sealed_time_ms) as "sealedTimeMs", json_agg(time_ms) as "timeMs"
      ${range.withUsage === true ? sql`, json_agg(${USAGE}) as usage` : sql``}
    from (select * from ${bucketsIn(range)} p order by seq limit ${range.limit}) b having count(*) > 0`);
  if (columns === undefined) return [];
  const { seq, aliasId, routeId, variantId, userId, hourMs, sealedTimeMs, timeMs, usage } = columns;
  return seq.map((number, i) => ({
    seq: number,
    aliasId: aliasId[i]!,
    routeId: routeId[i]!,
    variantId: variantId[i]!,
    userId: userId[i]!,
    hourMs: hourMs[i]!,
    sealedTimeMs: sealedTimeMs[i]!,
    timeMs: timeMs[i]!,
    ...(usage !== undefined && { usage: usage[i]! }),
  }));
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
  const mended = withRevisions ? await endDelivered(tx, integrationId, workspaceId, cursor, progress) : 0;
  // A revision delivers its bucket again: that is a delivery of this run, but not another bucket.
  const sent = (await countBuckets(tx, workspaceId, false, cursor, progress.cursorSeq)) - rejected;
  // A try that was given up may have moved the cursor into this range and counted its part.
  const deliveries =
    cursor === fromSeq
      ? progress.sent
      : (await countBuckets(tx, workspaceId, withRevisions, cursor, progress.cursorSeq)) - rejected;
  await tx.execute(sql`
    update integrations set export_cursor_seq = ${progress.cursorSeq}, export_sent = export_sent + ${sent + mended},
      export_rejected = export_rejected + ${rejected - mended}
    where id = ${integrationId}`);
  await tx.execute(sql`
    update runs set export_records = export_records + ${deliveries},
      export_rejected = export_rejected + ${rejected}
    where integration_id = ${integrationId} and id = ${runId}`);
  return true;
}

type BucketIds = Pick<Bucket, "userId" | "aliasId" | "routeId" | "variantId" | "hourMs">;

/** A rejected bucket that a revision delivered is rejected no longer. Returns how many there were. */
async function endDelivered(
  tx: Transaction,
  integrationId: string,
  workspaceId: string,
  afterSeq: number,
  { cursorSeq, rejected }: ExportProgress,
): Promise<number> {
  const revised = await tx.query(sql<BucketIds>`
    select user_id as "userId", alias_id as "aliasId", route_id as "routeId", variant_id as "variantId",
      hour_ms as "hourMs"
    from exposure_buckets
    where workspace_id = ${workspaceId} and seal_seq > ${afterSeq} and seal_seq <= ${cursorSeq}
      and seal_seq <> first_seal_seq`);
  const refused = new Set(rejected.map(({ bucket }) => keyOf(bucket)));
  const delivered = revised.map(keyOf).filter((key) => !refused.has(key));
  if (delivered.length === 0) return 0;
  const hashes = delivered.map((key) => hashOf(keyTextOf({ direction: "export", eventId: null, key })));
  return await tx.execute(sql`
    delete from rejected_records where integration_id = ${integrationId} and key_hash = any(${hashes}::bytea[])`);
}

const keyOf = ({ userId, aliasId, routeId, variantId, hourMs }: BucketIds): string =>
  JSON.stringify([userId, aliasId, routeId, variantId, hourMs]);

function toRejectedInsert({ bucket, reason }: RejectedBucket): RejectedInsert {
  return {
    direction: "export",
    eventId: null,
    key: keyOf(bucket),
    seq: bucket.seq,
    reason,
    record: JSON.stringify(bucket),
  };
}
