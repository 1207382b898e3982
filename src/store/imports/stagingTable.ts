// Stores rows: by COPY if all are new, as in a backfill; otherwise by a staging table and one INSERT.
import { sql } from "kysely";
import type { ImportedRow } from "../../domain/importedRow.ts";
import { copyField, copyInto } from "../postgres/copy.ts";
import { sqlState, UNIQUE_VIOLATION, type Transaction } from "../postgres/database.ts";

export interface StagedRow {
  eventId: number;
  row: ImportedRow;
}

/** The table lasts as long as the connection, its rows as long as a transaction. They are never logged. */
export const CREATE_STAGING_TABLE = sql`create temp table if not exists staged_rows (
    event_id integer not null, uuid uuid not null, timestamp_ms bigint not null,
    user_id text not null, properties jsonb not null
  ) on commit delete rows`;

const COLUMNS = "event_id, uuid, timestamp_ms, user_id, properties";
export const STAGING_COLUMNS = `staged_rows (${COLUMNS})`;
/** Rows looked up first. If a tenth of a chunk's rows is there already, 2 chunks in 100 pass unseen. */
const LOOKED_UP = 40;

interface Inserted {
  eventId: number;
  fresh: number;
  /** Null if all staged rows of the event are fresh. */
  uuids: string[] | null;
}

/**
 * Rows are inserted in the order of the key: two chunks that share rows never wait for each other, and the index is
 * filled in order. A row that is there already only gets its newer user and properties (an identity merge) or its new
 * time (another zone of the project), and is marked as updated. For example, with rows of event 7:
 *
 *     staged_rows   imported_events before     inserted                     result
 *     1 of user a   -                          1, fresh                     event 7, fresh 1, uuids [1]
 *     2 of user b   2 of user b                -
 *     3 of user d   3 of user c                3, not fresh: now of user d
 */
const INSERT_STAGED_ROWS = sql<Inserted>`
  with inserted as (
    insert into imported_events as e (${sql.raw(COLUMNS)})
    select ${sql.raw(COLUMNS)} from staged_rows order by event_id, uuid
    on conflict (event_id, uuid) do update
      set user_id = excluded.user_id, timestamp_ms = excluded.timestamp_ms, updated = true,
        properties = case when e.user_id = excluded.user_id then e.properties else excluded.properties end
    where e.user_id <> excluded.user_id or e.timestamp_ms <> excluded.timestamp_ms
    returning e.event_id, e.uuid, not e.updated as fresh
  )
  select event_id as "eventId", count(*) filter (where fresh) as fresh,
    case when count(*) filter (where fresh) < (select count(*) from staged_rows s where s.event_id = i.event_id)
      then array_agg(uuid::text) filter (where fresh) end as uuids
  from inserted i group by event_id`;

/** Returns the rows that were not there before. */
export async function storeRows(tx: Transaction, staged: StagedRow[]): Promise<StagedRow[]> {
  if (staged.length === 0 || (await copyAllNew(tx, staged))) return staged;
  await copyInto(tx, STAGING_COLUMNS, toLines(staged));
  return freshOf(staged, await tx.query(INSERT_STAGED_ROWS));
}

/** Avoids the staging table, a third of the time. Returns false, with nothing stored, if a row is there already. */
async function copyAllNew(tx: Transaction, staged: StagedRow[]): Promise<boolean> {
  if (await areSomeStored(tx, staged)) return false;
  await tx.execute(sql`savepoint all_new`);
  try {
    await copyInto(tx, `imported_events (${COLUMNS})`, toLines(staged.toSorted(byKey)));
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    await tx.execute(sql`rollback to savepoint all_new`);
    return false;
  }
  return true;
}

async function areSomeStored(tx: Transaction, staged: StagedRow[]): Promise<boolean> {
  const step = Math.ceil(staged.length / LOOKED_UP);
  const some = staged.filter((_, i) => i % step === 0);
  const found = await tx.execute(sql`
    select from unnest(${some.map(({ eventId }) => eventId)}::integer[], ${some.map(({ row }) => row.uuid)}::uuid[])
      as wanted (event_id, uuid)
    join imported_events using (event_id, uuid) limit 1`);
  return found > 0;
}

/** The order of INSERT_STAGED_ROWS, for the same reason. */
function byKey(a: StagedRow, b: StagedRow): number {
  if (a.eventId !== b.eventId) return a.eventId - b.eventId;
  return a.row.uuid < b.row.uuid ? -1 : 1;
}

function freshOf(staged: StagedRow[], inserted: Inserted[]): StagedRow[] {
  const total = inserted.reduce((sum, event) => sum + event.fresh, 0);
  if (total === staged.length) return staged;
  const fresh = new Set(inserted.flatMap((event) => (event.uuids ?? []).map((uuid) => `${uuid} ${event.eventId}`)));
  const whole = new Set(
    inserted.filter((event) => event.uuids === null && event.fresh > 0).map((event) => event.eventId),
  );
  return staged.filter(({ eventId, row }) => whole.has(eventId) || fresh.has(`${row.uuid.toLowerCase()} ${eventId}`));
}

export function* toLines(staged: Iterable<StagedRow>): Generator<string> {
  for (const { eventId, row } of staged) {
    yield `${eventId}\t${row.uuid}\t${row.timestampMs}\t${copyField(row.userId)}\t${copyField(row.properties)}\n`;
  }
}
