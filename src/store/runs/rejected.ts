// Rejected records: what was refused for good, with its reason; a record read or sent again is listed once.
import type { Page, PageRequest } from "../../domain/page.ts";
import type { Direction, RejectedRecord } from "../../domain/run.ts";
import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { PoolClient } from "pg";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Queryable } from "../postgres/database.ts";
import { bounded } from "../postgres/text.ts";

const MAX_REASON_CHARS = 1_000;
const MAX_RECORD_CHARS = 10_000;

export interface RejectedRow {
  direction: Direction;
  /** Null where the record belongs to no single event. */
  eventId: number | null;
  /** Stable for the same record. */
  key: string;
  /** Place in the export; null for imports. */
  seq: number | null;
  reason: string;
  record: string;
}

/** Keeps those that are not listed yet and returns the event ids of these, one for each row kept. */
export async function insertRejected(
  client: PoolClient,
  integrationId: string,
  rejected: RejectedRow[],
): Promise<(number | null)[]> {
  if (rejected.length === 0) return [];
  const { rows } = await client.query<{ eventId: number | null }>(
    `insert into rejected_records (integration_id, event_id, direction, key_hash, seq, reason, record)
     select $1, * from unnest($2::integer[], $3::text[], $4::bytea[], $5::bigint[], $6::text[], $7::text[])
     on conflict (integration_id, key_hash) do nothing returning event_id as "eventId"`,
    [
      integrationId,
      rejected.map((row) => row.eventId),
      rejected.map((row) => row.direction),
      rejected.map(keyHash),
      rejected.map((row) => row.seq),
      rejected.map((row) => bounded(row.reason, MAX_REASON_CHARS)),
      rejected.map((row) => bounded(row.record, MAX_RECORD_CHARS)),
    ],
  );
  return rows.map((row) => row.eventId);
}

/** Of fixed size whatever the key; an event defined anew shares nothing with the removed one of its name. */
function keyHash(row: RejectedRow): Buffer {
  return createHash("sha256")
    .update(`${row.direction}\n${row.eventId ?? ""}\n${row.key}`)
    .digest();
}

/** Oldest first; without those of removed events. */
export async function readRejected(
  db: Queryable,
  integrationId: string,
  page: PageRequest,
): Promise<Page<RejectedRecord>> {
  const list: CursorList = { name: "rejected", owner: integrationId, shape: ["number"] };
  const [after = 0] = decodeCursor(list, page.cursor) ?? [];
  const { rows } = await sql<RejectedRecord>`
    select r.id::text as id, r.direction, e.name as event, r.reason, r.record, r.at_ms as "atMs"
    from rejected_records r left join event_definitions e on e.id = r.event_id
    where r.integration_id = ${integrationId} and r.id > ${after} and (r.event_id is null or e.deleted_at_ms is null)
    order by r.id limit ${page.limit + 1}`.execute(db);
  return toPage(
    list,
    rows,
    page.limit,
    (row) => [Number(row.id)],
    (row) => row,
  );
}
