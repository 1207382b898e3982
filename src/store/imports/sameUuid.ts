// Rows that share a UUID with other rows, and rows that come back under another UUID: a table must have neither.
import { sql } from "kysely";
import type { ImportedRow, RejectedRow } from "../../domain/importedRow.ts";
import type { Transaction } from "../postgres/database.ts";
import type { StagedRow } from "./stagingTable.ts";

export const TWIN_REASON = "Another row has the same UUID and other content: one row of each UUID is kept.";

/** Late rows of a chunk that are compared with stored ones, and how many rows of a user are looked at. */
const COMPARED_ROWS = 100;
const COMPARED_ROWS_OF_USER = 1_000;

/** The first row of each UUID, and those whose content is not that of the first one. */
export function firstOfEach(rows: ImportedRow[]): { rows: ImportedRow[]; twins: RejectedRow[] } {
  const firsts = new Map<string, ImportedRow>();
  const twins: RejectedRow[] = [];
  for (const row of rows) {
    const key = `${row.uuid} ${row.event}`;
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, row);
    else if (isOther(row, first)) twins.push(toTwin(row));
  }
  return { rows: firsts.size === rows.length ? rows : [...firsts.values()], twins };
}

function isOther(row: ImportedRow, first: ImportedRow): boolean {
  return (
    row.properties !== first.properties ||
    row.timestampMs !== first.timestampMs ||
    row.userIds.join("\n") !== first.userIds.join("\n")
  );
}

/** Of the staged rows, those whose UUID a stored row with other content has. */
export async function twinsOfStored(tx: Transaction, staged: readonly StagedRow[]): Promise<RejectedRow[]> {
  const found = await tx.query(sql<{ eventId: number; uuid: string }>`
    select s.event_id as "eventId", s.uuid::text as uuid
    from staged_rows s join imported_events e on e.event_id = s.event_id and e.uuid = s.uuid
    where s.properties <> e.properties or s.timestamp_ms <> e.timestamp_ms
      or (s.user_id, s.user_id_2, s.user_id_3) is distinct from (e.user_id, e.user_id_2, e.user_id_3)`);
  const keys = new Set(found.map(({ eventId, uuid }) => `${uuid} ${eventId}`));
  return staged
    .filter(({ eventId, row }) => keys.has(`${row.uuid.toLowerCase()} ${eventId}`))
    .map(({ row }) => toTwin(row));
}

/** A UUID counts once, however many rows share it and in whichever order they come. */
function toTwin({ event, uuid, properties }: ImportedRow): RejectedRow {
  return { event, key: `twin ${uuid}`, reason: TWIN_REASON, record: properties };
}

export interface LateRows {
  eventId: number;
  /** How many of the late rows were compared. */
  compared: number;
  /** Of these, how many have the user, time and content of a stored row that did not come again. */
  renamed: number;
}

/** Compares some of the late rows with stored rows of their users. `uuidProperty` alone may differ. */
export async function compareLate(
  tx: Transaction,
  staged: readonly StagedRow[],
  late: readonly StagedRow[],
  uuidProperty: string,
): Promise<LateRows[]> {
  const step = Math.ceil(late.length / COMPARED_ROWS);
  const some = late.filter(({ row }, i) => i % step === 0 && row.userIds.length > 0);
  if (some.length === 0) return [];
  const column = <T>(valueOf: (one: StagedRow) => T): T[] => some.map(valueOf);
  return tx.query(sql<LateRows>`
    select l.event_id as "eventId", count(*) as compared, count(*) filter (where exists (
      select from (
        select e.uuid, e.timestamp_ms, e.properties from imported_events e
        where e.event_id = l.event_id and hashtextextended(e.user_id, 0) = hashtextextended(l.user_id, 0)
          and e.user_id = l.user_id
        limit ${COMPARED_ROWS_OF_USER}
      ) of_user
      where of_user.timestamp_ms = l.timestamp_ms and of_user.uuid <> all(${staged.map(({ row }) => row.uuid)}::uuid[])
        and of_user.properties - ${uuidProperty}::text = l.properties::jsonb - ${uuidProperty}::text
    )) as renamed
    from unnest(${column(({ eventId }) => eventId)}::integer[], ${column(({ row }) => row.timestampMs)}::bigint[],
      ${column(({ row }) => row.userIds[0] ?? "")}::text[], ${column(({ row }) => row.properties)}::text[])
      as l (event_id, timestamp_ms, user_id, properties)
    group by l.event_id order by l.event_id`);
}
