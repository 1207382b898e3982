// Stores rows: by COPY if all are new, as in a backfill; otherwise by a staging table.
import { sql } from "kysely";
import type { ImportedRow, RejectedRow } from "../../domain/importedRow.ts";
import { copyField, copyInto } from "../postgres/copy.ts";
import { sqlState, UNIQUE_VIOLATION, type Transaction } from "../postgres/database.ts";
import { replaces } from "./copies.ts";

export interface StagedRow {
  eventId: number;
  row: ImportedRow;
}

/** A row that took the place of a stored copy, and the JSON text of that copy's properties. */
export interface ReplacedRow extends StagedRow {
  before: string;
}

export interface StoredRows {
  /** Rows that were not there before. */
  fresh: StagedRow[];
  replaced: ReplacedRow[];
  /** Rows whose UUID another row with other content has; only if they were asked for. */
  twins: RejectedRow[];
}

/**
 * The table lasts as long as the connection, its rows as long as a transaction. They are never logged. All joins of a
 * chunk look few rows up by their keys, whatever the planner knows of the tables.
 */
export const CHUNK_SETTINGS = sql`create temp table if not exists staged_rows (
    event_id integer not null, uuid uuid not null, timestamp_ms bigint not null, version_ms bigint,
    user_id text not null, user_id_2 text, user_id_3 text, properties jsonb not null
  ) on commit delete rows;
  set local enable_hashjoin = off; set local enable_mergejoin = off`;

const COLUMNS = "event_id, uuid, timestamp_ms, version_ms, user_id, user_id_2, user_id_3, properties";
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
 * filled in order. For example, with rows of event 7:
 *
 *     staged_rows             imported_events before   INSERT_FRESH   replaceCopies
 *     1 of user a, version 1  -                        1, fresh       -
 *     2 of user b, version 1  2 of user b, version 1   -              -
 *     3 of user d, version 2  3 of user c, version 1   -              3 is of user d now; returns what it had
 */
const INSERT_FRESH = sql<Inserted>`
  with inserted as (
    insert into imported_events (${sql.raw(COLUMNS)})
    select ${sql.raw(COLUMNS)} from staged_rows order by event_id, uuid
    on conflict (event_id, uuid) do nothing returning event_id, uuid
  )
  select event_id as "eventId", count(*) as fresh,
    case when count(*) < (select count(*) from staged_rows s where s.event_id = i.event_id)
      then array_agg(uuid::text) end as uuids
  from inserted i group by event_id`;

interface Replaced {
  eventId: number;
  uuid: string;
  before: string;
}

/** Locks the copies in the order of the key first, so that what it returns is what it replaced. */
const replaceCopies = (isReread: boolean) => sql<Replaced>`
  with known as materialized (
    select e.event_id, e.uuid, e.properties as before, s.timestamp_ms, s.version_ms, s.user_id, s.user_id_2,
      s.user_id_3, s.properties
    from staged_rows s join imported_events e on e.event_id = s.event_id and e.uuid = s.uuid
    where ${replaces(isReread)} order by e.event_id, e.uuid for update of e
  ), replaced as (
    update imported_events e set user_id = k.user_id, user_id_2 = k.user_id_2, user_id_3 = k.user_id_3,
      timestamp_ms = case when k.version_ms is null and not ${isReread} then e.timestamp_ms else k.timestamp_ms end,
      version_ms = k.version_ms, properties = k.properties
    from known k where e.event_id = k.event_id and e.uuid = k.uuid
  )
  select event_id as "eventId", uuid::text as uuid, before::text as before from known`;

/** Called when the rows are staged. The row that was stored first stays: none is replaced. */
type FindTwins = (tx: Transaction, staged: readonly StagedRow[]) => Promise<RejectedRow[]>;

interface StoreOptions {
  /** Days that someone asked for, or that could not be read before. */
  isReread: boolean;
  findTwins: FindTwins | null;
}

export async function storeRows(
  tx: Transaction,
  staged: StagedRow[],
  { isReread, findTwins }: StoreOptions,
): Promise<StoredRows> {
  if (staged.length === 0 || (await copyAllNew(tx, staged))) return { fresh: staged, replaced: [], twins: [] };
  await copyInto(tx, `staged_rows (${COLUMNS})`, toLines(staged));
  const fresh = freshOf(staged, await tx.query(INSERT_FRESH));
  if (fresh.length === staged.length) return { fresh, replaced: [], twins: [] };
  if (findTwins !== null) return { fresh, replaced: [], twins: await findTwins(tx, staged) };
  return { fresh, replaced: replacedOf(staged, await tx.query(replaceCopies(isReread))), twins: [] };
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

/** The order of INSERT_FRESH, for the same reason. */
function byKey(a: StagedRow, b: StagedRow): number {
  if (a.eventId !== b.eventId) return a.eventId - b.eventId;
  return a.row.uuid < b.row.uuid ? -1 : 1;
}

function freshOf(staged: StagedRow[], inserted: Inserted[]): StagedRow[] {
  const total = inserted.reduce((sum, event) => sum + event.fresh, 0);
  if (total === staged.length) return staged;
  const fresh = new Set(inserted.flatMap((event) => (event.uuids ?? []).map((uuid) => `${uuid} ${event.eventId}`)));
  const whole = new Set(inserted.filter((event) => event.uuids === null).map((event) => event.eventId));
  return staged.filter((one) => whole.has(one.eventId) || fresh.has(keyOf(one)));
}

function replacedOf(staged: StagedRow[], replaced: Replaced[]): ReplacedRow[] {
  if (replaced.length === 0) return [];
  const byRow = new Map(staged.map((one) => [keyOf(one), one]));
  return replaced.flatMap(({ eventId, uuid, before }) => {
    const one = byRow.get(`${uuid} ${eventId}`);
    return one === undefined ? [] : [{ ...one, before }];
  });
}

/** As PostgreSQL writes the UUID. */
function keyOf({ eventId, row }: StagedRow): string {
  return `${row.uuid.toLowerCase()} ${eventId}`;
}

const NULL = "\\N";

function* toLines(staged: Iterable<StagedRow>): Generator<string> {
  for (const { eventId, row } of staged) {
    const [first = "", second, third] = row.userIds;
    const users = `${copyField(first)}\t${fieldOrNull(second)}\t${fieldOrNull(third)}`;
    const head = `${eventId}\t${row.uuid}\t${row.timestampMs}\t${row.versionMs ?? NULL}`;
    yield `${head}\t${users}\t${copyField(row.properties)}\n`;
  }
}

function fieldOrNull(text: string | undefined): string {
  return text === undefined ? NULL : copyField(text);
}
