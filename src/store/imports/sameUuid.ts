// Rows that share a UUID with other rows, and rows that come back under another UUID: a table must have neither.
import { hash } from "node:crypto";
import { sql } from "kysely";
import type { ImportedRow, RejectedRow } from "../../domain/importedRow.ts";
import type { Transaction } from "../postgres/database.ts";
import type { StagedRow } from "./stagingTable.ts";

export const TWIN_REASON = "Another row has the same UUID and other content: one row of each UUID is kept.";

/** Late rows of a chunk that are compared with stored ones, and how many rows of a user are looked at. */
const COMPARED_ROWS = 100;
const COMPARED_ROWS_OF_USER = 1_000;

/** Of rows with the same UUID, those whose content is not that of the last one, which is kept. */
export function twinsIn(rows: readonly ImportedRow[]): RejectedRow[] {
  const last = new Map(rows.map((row) => [keyOf(row), row]));
  if (last.size === rows.length) return [];
  return rows.filter((row) => last.get(keyOf(row))?.properties !== row.properties).map(toTwin);
}

const keyOf = ({ event, uuid }: ImportedRow): string => `${uuid} ${event}`;

/** Of the staged rows, those whose UUID a stored row with other content has. Nothing was replaced yet. */
export async function twinsOfStored(tx: Transaction, staged: readonly StagedRow[]): Promise<RejectedRow[]> {
  const found = await tx.query(sql<{ eventId: number; uuid: string }>`
    select s.event_id as "eventId", s.uuid::text as uuid
    from staged_rows s join imported_events e on e.event_id = s.event_id and e.uuid = s.uuid
    where s.version_ms is null and (s.properties <> e.properties or s.timestamp_ms <> e.timestamp_ms)`);
  const keys = new Set(found.map(({ eventId, uuid }) => `${uuid} ${eventId}`));
  return staged
    .filter(({ eventId, row }) => keys.has(`${row.uuid.toLowerCase()} ${eventId}`))
    .map(({ row }) => toTwin(row));
}

function toTwin({ event, uuid, properties }: ImportedRow): RejectedRow {
  const content = hash("sha256", properties, "hex").slice(0, 32);
  return { event, key: `twin ${uuid} ${content}`, reason: TWIN_REASON, record: properties };
}

export interface LateRows {
  eventId: number;
  /** Rows of a time that was complete before, as far as they were compared. */
  late: number;
  /** Of these, how many have the user and the time of a stored row that did not come again. */
  renamed: number;
}

/** Compares some of the fresh rows from before `completeThroughMs` with stored rows of their users. */
export async function compareLate(
  tx: Transaction,
  staged: readonly StagedRow[],
  fresh: readonly StagedRow[],
  completeThroughMs: number,
): Promise<LateRows[]> {
  const late = fresh.filter(({ row }) => row.timestampMs < completeThroughMs && row.userIds.length > 0);
  if (late.length === 0) return [];
  const step = Math.ceil(late.length / COMPARED_ROWS);
  const some = late.filter((_, i) => i % step === 0);
  const column = <T>(valueOf: (one: StagedRow) => T): T[] => some.map(valueOf);
  return tx.query(sql<LateRows>`
    select l.event_id as "eventId", count(*) as late, count(*) filter (where exists (
      select from (
        select e.uuid, e.timestamp_ms from imported_events e
        where e.event_id = l.event_id and hashtextextended(e.user_id, 0) = hashtextextended(l.user_id, 0)
          and e.user_id = l.user_id
        limit ${COMPARED_ROWS_OF_USER}
      ) of_user
      where of_user.timestamp_ms = l.timestamp_ms and of_user.uuid <> all(${staged.map(({ row }) => row.uuid)}::uuid[])
    )) as renamed
    from unnest(${column(({ eventId }) => eventId)}::integer[], ${column(({ row }) => row.timestampMs)}::bigint[],
      ${column(({ row }) => row.userIds[0] ?? "")}::text[]) as l (event_id, timestamp_ms, user_id)
    group by l.event_id order by l.event_id`);
}
