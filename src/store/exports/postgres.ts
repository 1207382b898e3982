// The export's mirrored cursor and its counts. The cursor only moves by compare-and-set, so a commit run twice counts once.
import type { Bucket } from "../../domain/bucket.ts";
import { sql, type RawBuilder } from "kysely";
import type { Pool, PoolClient } from "pg";
import type { ExportStore } from "../store.ts";
import { transaction, type Database, type Queryable } from "../postgres/database.ts";
import { insertRejected, type RejectedRow } from "../runs/rejected.ts";

export function createExportStore({ pool, db }: Database): ExportStore {
  return {
    async cursor(integrationId) {
      const { rows } = await sql<{ cursor: number }>`
        select export_cursor_seq as cursor from integrations where id = ${integrationId}`.execute(db);
      return rows[0]?.cursor ?? 0;
    },

    rewind: (integrationId, cursorSeq) => rewind(pool, integrationId, cursorSeq),

    readBuckets: (workspaceId, withRevisions, afterSeq, throughSeq, limit) =>
      readBuckets(db, withRevisions, { workspaceId, afterSeq, throughSeq, limit }),

    commit: (integrationId, runId, fromSeq, progress) => commit(pool, integrationId, runId, fromSeq, progress),

    async complete(integrationId, throughMs) {
      await sql`
        update integrations set export_through_ms = greatest(export_through_ms, ${throughMs}::bigint) where id = ${integrationId}`.execute(
        db,
      );
    },
  };
}

interface Stretch {
  workspaceId: string;
  afterSeq: number;
  throughSeq: number;
  limit: number;
}

/**
 * Buckets by the sequence number that counts. Each part reads an index of its own, in order: revisions are few and have a small one.
 * A bucket that was revised after the stretch's bound was fixed is still read at its first place: it is due now, and its
 * revision comes again at its own.
 */
function placesIn(withRevisions: boolean, { workspaceId, afterSeq, throughSeq, limit }: Stretch): RawBuilder<unknown> {
  const part = (seq: RawBuilder<unknown>, which: RawBuilder<unknown>) => sql`(
    select ${seq} as seq, * from exposure_buckets
    where workspace_id = ${workspaceId} and ${seq} > ${afterSeq} and ${seq} <= ${throughSeq} and ${which}
    order by ${seq} limit ${limit})`;
  const first = sql`first_seal_seq`;
  if (!withRevisions) return part(first, sql`true`);
  const latest = sql`seal_seq`;
  // PostgreSQL takes two equal columns for one row in 200, and would sort all that is left for each page. Of what it cannot look
  // into it expects half, and walks the index.
  const unmoved = sql`coalesce(seal_seq = first_seal_seq or seal_seq > ${throughSeq}, false)`;
  return sql`(${part(first, unmoved)} union all ${part(latest, sql`seal_seq <> first_seal_seq`)})`;
}

/** A list for each of a bucket's fields, all in the same order; null where there is no bucket. */
type BucketColumns = { [Field in keyof Bucket]: Bucket[Field][] | null };

/**
 * A page comes as one row of lists, one for each field: a third of the work, for this process, of a row for each bucket.
 */
async function readBuckets(db: Queryable, withRevisions: boolean, stretch: Stretch): Promise<Bucket[]> {
  const { rows } = await sql<BucketColumns>`
    select json_agg(seq) as seq, json_agg(alias_id) as "aliasId", json_agg(route_id) as "routeId",
      json_agg(variant_id) as "variantId", json_agg(user_id) as "userId", json_agg(hour_ms) as "hourMs",
      json_agg(sealed_time_ms) as "sealedTimeMs", json_agg(time_ms) as "timeMs"
    from (select * from ${placesIn(withRevisions, stretch)} p order by seq limit ${stretch.limit}) b`.execute(db);
  const columns = rows[0];
  if (columns?.seq == null) return [];
  const { seq, aliasId, routeId, variantId, userId, hourMs, sealedTimeMs, timeMs } = columns as {
    [Field in keyof Bucket]: Bucket[Field][];
  };
  return seq.map((place, i) => ({
    seq: place,
    aliasId: aliasId[i]!,
    routeId: routeId[i]!,
    variantId: variantId[i]!,
    userId: userId[i]!,
    hourMs: hourMs[i]!,
    sealedTimeMs: sealedTimeMs[i]!,
    timeMs: timeMs[i]!,
  }));
}

type Commit = Parameters<ExportStore["commit"]>[3];

interface Mirror {
  cursor: number;
  lastSealSeq: number;
  workspaceId: string;
  deliversUpdates: boolean;
}

async function commit(
  pool: Pool,
  integrationId: string,
  runId: string,
  fromSeq: number,
  progress: Commit,
): Promise<boolean> {
  return transaction(pool, "begin", async (client) => {
    const mirror = await lockMirror(client, integrationId);
    if (mirror === null || mirror.cursor < fromSeq || mirror.lastSealSeq < progress.cursorSeq) return false;
    if (mirror.cursor >= progress.cursorSeq) return true;
    const rejected = await insertRejected(client, integrationId, progress.rejected.map(toRejectedRow));
    // A revision delivers its bucket again: a delivery of this run, but no further bucket.
    const buckets = await countBuckets(client, mirror, false, mirror.cursor, progress.cursorSeq);
    const sent = buckets - rejected.length;
    // A try that was given up may have moved the cursor into this stretch and counted its part.
    const deliveries =
      mirror.cursor === fromSeq
        ? progress.sent
        : (await countBuckets(client, mirror, mirror.deliversUpdates, mirror.cursor, progress.cursorSeq)) - rejected.length;
    await client.query(
      `update integrations set export_cursor_seq = $2, export_sent = export_sent + $3, export_rejected = export_rejected + $4
       where id = $1`,
      [integrationId, progress.cursorSeq, sent, rejected.length],
    );
    await client.query(
      `update runs set export_records = export_records + $3, export_rejected = export_rejected + $4
       where integration_id = $1 and id = $2`,
      [integrationId, runId, deliveries, rejected.length],
    );
    return true;
  });
}

/** What lies beyond the cursor will be sent, and refused, again: it is counted then. */
async function rewind(pool: Pool, integrationId: string, cursorSeq: number): Promise<void> {
  await transaction(pool, "begin", async (client) => {
    const mirror = await lockMirror(client, integrationId);
    if (mirror === null || mirror.cursor <= cursorSeq) return;
    await client.query("delete from rejected_records where integration_id = $1 and seq > $2", [
      integrationId,
      cursorSeq,
    ]);
    const { rows } = await client.query<{ rejected: number }>(
      "select count(*) as rejected from rejected_records where integration_id = $1 and seq is not null",
      [integrationId],
    );
    const rejected = rows[0]?.rejected ?? 0;
    const passed = await countBuckets(client, mirror, false, 0, cursorSeq);
    await client.query(
      "update integrations set export_cursor_seq = $2, export_sent = $3, export_rejected = $4 where id = $1",
      [integrationId, cursorSeq, Math.max(passed - rejected, 0), rejected],
    );
  });
}

async function lockMirror(client: PoolClient, integrationId: string): Promise<Mirror | null> {
  const { rows } = await client.query<Mirror>(
    `select i.export_cursor_seq as cursor, w.last_seal_seq as "lastSealSeq", w.id as "workspaceId",
       i.delivers_updates as "deliversUpdates"
     from integrations i join workspaces w on w.id = i.workspace_id
     where i.id = $1 for no key update of i`,
    [integrationId],
  );
  return rows[0] ?? null;
}

async function countBuckets(
  client: PoolClient,
  { workspaceId }: Mirror,
  withRevisions: boolean,
  afterSeq: number,
  throughSeq: number,
): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    "select crosscurrent_buckets_through($1, $3, $4) - crosscurrent_buckets_through($1, $2, $4) as count",
    [workspaceId, afterSeq, throughSeq, withRevisions],
  );
  return rows[0]?.count ?? 0;
}

function toRejectedRow({ bucket, reason }: { bucket: Bucket; reason: string }): RejectedRow {
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
