// Records that a provider or the store refused for good. A record that is read or sent again is listed once.
import { sql } from "kysely";
import type { PageRequest } from "../../domain/page.ts";
import type { Direction, RejectedCount, RejectedPage, RejectedRecord } from "../../domain/run.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Queryable, Transaction } from "../postgres/database.ts";
import { hashOf } from "../postgres/ids.ts";
import { bounded } from "../postgres/text.ts";

const MAX_REASON_CHARS = 1_000;
const MAX_RECORD_CHARS = 10_000;

export interface RejectedInsert {
  direction: Direction;
  /** Null if the record belongs to no single event. */
  eventId: number | null;
  /** Always the same for the same record of the same event definition. */
  key: string;
  /** The bucket's sequence number; null for imports. */
  seq: number | null;
  reason: string;
  record: string;
}

/** Keeps the records that are not listed yet. Returns the event id (or null) of each record kept. */
export async function insertRejected(
  tx: Transaction,
  integrationId: string,
  rejected: RejectedInsert[],
): Promise<(number | null)[]> {
  if (rejected.length === 0) return [];
  const kept = await tx.query(sql<{ eventId: number | null }>`
    insert into rejected_records (integration_id, event_id, direction, key_hash, seq, reason, record)
    select ${integrationId}, * from unnest(
      ${rejected.map(({ eventId }) => eventId)}::integer[],
      ${rejected.map(({ direction }) => direction)}::text[],
      ${rejected.map(({ direction, eventId, key }) => hashOf(`${direction}\n${eventId ?? ""}\n${key}`))}::bytea[],
      ${rejected.map(({ seq }) => seq)}::bigint[],
      ${rejected.map(({ reason }) => boundedReason(reason))}::text[],
      ${rejected.map(({ record }) => bounded(record, MAX_RECORD_CHARS))}::text[])
    on conflict (integration_id, key_hash) do nothing returning event_id as "eventId"`);
  return kept.map(({ eventId }) => eventId);
}

/** A provider's reason may quote its record: so many are told apart, and the others are counted together. */
const MAX_REASONS = 100;
const OTHER_REASONS = "Other reasons: see the records.";

/** Oldest first; without records of removed events. */
export async function readRejected(db: Queryable, integrationId: string, page: PageRequest): Promise<RejectedPage> {
  const list: CursorList = { name: "rejected", owner: integrationId, shape: ["number"] };
  const [after = 0] = decodeCursor(list, page.cursor) ?? [];
  const listed = sql`rejected_records r left join event_definitions e on e.id = r.event_id
    where r.integration_id = ${integrationId} and (r.event_id is null or e.deleted_at_ms is null)`;
  const rows = await db.query(sql<RejectedRecord>`
    select r.id::text as id, r.direction, e.name as event, r.reason, r.record, r.at_ms as "atMs"
    from ${listed} and r.id > ${after} order by r.id limit ${page.limit + 1}`);
  const counts = await db.query(sql<RejectedCount>`
    with counted as (
      select r.direction, e.name as event, r.reason, count(*) as count,
        row_number() over (order by count(*) desc, min(r.id)) as rank
      from ${listed} group by r.direction, e.name, r.reason
    ), named as (
      select direction, event, case when rank <= ${MAX_REASONS} then reason else ${OTHER_REASONS}::text end as reason,
        count, rank
      from counted
    )
    select direction, event, reason, sum(count)::bigint as count from named group by 1, 2, 3 order by min(rank)`);
  const keyOf = (row: RejectedRecord) => [Number(row.id)];
  return { ...toPage(list, rows, page.limit, keyOf, (row) => row), counts };
}

export const boundedReason = (reason: string): string => bounded(reason, MAX_REASON_CHARS);
