// Records that a provider or the store refused for good: the list, and how many there are for which reason.
import { sql } from "kysely";
import type { PageRequest } from "../../domain/page.ts";
import type { Direction, RejectedCount, RejectedPage, RejectedRecord } from "../../domain/run.ts";
import { decodeCursor, toPart, type CursorList } from "../postgres/cursors.ts";
import type { Queryable, Transaction } from "../postgres/database.ts";
import { pageByBytes } from "../postgres/pageByBytes.ts";
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

/** Keeps the records that are not listed yet. Returns how many were kept. */
export async function insertRejected(
  tx: Transaction,
  integrationId: string,
  rejected: RejectedInsert[],
): Promise<number> {
  if (rejected.length === 0) return 0;
  return await tx.execute(sql`
    insert into rejected_records (integration_id, event_id, direction, key_hash, seq, reason, record)
    select ${integrationId}, * from unnest(
      ${rejected.map(({ eventId }) => eventId)}::integer[],
      ${rejected.map(({ direction }) => direction)}::text[],
      ${rejected.map((record) => hashOf(keyTextOf(record)))}::bytea[],
      ${rejected.map(({ seq }) => seq)}::bigint[],
      ${rejected.map(({ reason }) => boundedReason(reason))}::text[],
      ${rejected.map(({ record }) => bounded(record, MAX_RECORD_CHARS))}::text[])
    on conflict (integration_id, key_hash) do nothing`);
}

/** Without the integration, which the row names beside it. */
export function keyTextOf({ direction, eventId, key }: Pick<RejectedInsert, "direction" | "eventId" | "key">): string {
  return `${direction}\n${eventId ?? ""}\n${key}`;
}

/** A provider's reason may quote its record: so many are told apart, and the others are counted together. */
export const MAX_REASONS = 100;
export const OTHER_REASONS = "Other reasons: see the records.";

/** Oldest first; without records of removed events. The counts are kept apart, so that they cost no look at records. */
export async function readRejected(db: Queryable, integrationId: string, page: PageRequest): Promise<RejectedPage> {
  const list: CursorList = { name: "rejected", owner: integrationId, shape: ["bigint"] };
  const [first = 0] = decodeCursor(list, page.cursor) ?? [];
  const { rows, hasMore } = await pageByBytes<RejectedRecord>(page.limit, (after, limit) =>
    db.query(sql<RejectedRecord>`
    select r.id::text as id, r.direction, e.name as event, r.reason, r.record, r.at_ms as "atMs"
    from rejected_records r left join event_definitions e on e.id = r.event_id
    where r.integration_id = ${integrationId} and (r.event_id is null or e.deleted_at_ms is null)
      and r.id > ${after === null ? first : Number(after.id)}
    order by r.id limit ${limit}`),
  );
  const counts = await db.query(sql<RejectedCount>`
    with counted as (
      select c.direction, e.name as event, c.reason, c.count, row_number() over (order by c.count desc, c.id) as rank
      from rejected_counts c left join event_definitions e on e.id = c.event_id
      where c.integration_id = ${integrationId} and (c.event_id is null or e.deleted_at_ms is null)
    ), named as (
      select direction, event, case when rank <= ${MAX_REASONS} then reason else ${OTHER_REASONS}::text end as reason,
        count, rank
      from counted
    )
    select direction, event, reason, sum(count)::bigint as count from named group by 1, 2, 3 order by min(rank)`);
  const keyOf = (row: RejectedRecord) => [Number(row.id)];
  return { ...toPart(list, rows, hasMore, keyOf, (row) => row), counts };
}

export const boundedReason = (reason: string): string => bounded(reason, MAX_REASON_CHARS);
