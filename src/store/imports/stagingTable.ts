// Rows on their way into imported_events: by COPY where all of them are new, as in a backfill; otherwise COPY into a table of this
// connection, then one INSERT that knows what is there already.
import type { PoolClient } from "pg";
import type { StagedRow } from "./commitChunk.ts";
import { copyField, copyInto } from "../postgres/copy.ts";
import { sqlState } from "../postgres/database.ts";

/** Belongs to the connection and lasts as long; never written to the log and gone after a crash, as it should be. */
export const STAGE = `create temp table if not exists import_stage (
    event_id integer not null, uuid uuid not null, timestamp_ms bigint not null, user_id text not null, properties jsonb not null
  ) on commit delete rows`;

const COLUMNS = "event_id, uuid, timestamp_ms, user_id, properties";
export const STAGE_COLUMNS = `import_stage (${COLUMNS})`;
/** Rows looked for before all are taken for new: where a tenth of the chunk is there already, two of a hundred chunks pass unseen. */
const LOOKED_FOR = 40;
const UNIQUE_VIOLATION = "23505";

export interface FreshRows {
  /** Rows that were not there before. */
  rows: StagedRow[];
  perEvent: Map<number, number>;
}

interface Inserted {
  eventId: number;
  fresh: number;
  /** Only where some of the event's rows were there already. */
  uuids: string[] | null;
}

/**
 * In the order of the key: two chunks that share rows never wait for each other in a circle, and the index is filled in order.
 * A row that is there already only gets its newer user and properties (an identity merge), which marks it as updated.
 */
const INSERT = `
  with inserted as (
    insert into imported_events as e (${COLUMNS})
    select ${COLUMNS} from import_stage order by event_id, uuid
    on conflict (event_id, uuid) do update set user_id = excluded.user_id, properties = excluded.properties, updated = true
    where e.user_id <> excluded.user_id
    returning e.event_id, e.uuid, not e.updated as fresh
  )
  select event_id as "eventId", count(*) filter (where fresh) as fresh,
    case when count(*) filter (where fresh) < (select count(*) from import_stage s where s.event_id = i.event_id)
      then array_agg(uuid::text) filter (where fresh) end as uuids
  from inserted i group by event_id`;

export async function storeRows(client: PoolClient, staged: StagedRow[]): Promise<FreshRows> {
  if (staged.length === 0) return { rows: [], perEvent: new Map() };
  if (await copyAllNew(client, staged)) return { rows: staged, perEvent: countPerEvent(staged) };
  await copyInto(client, STAGE_COLUMNS, toLines(staged));
  const { rows: inserted } = await client.query<Inserted>(INSERT);
  return { rows: freshOf(staged, inserted), perEvent: new Map(inserted.map((event) => [event.eventId, event.fresh])) };
}

/** Saves the way through the stage, which is a third of the whole. False, with nothing stored, where a row is there already. */
async function copyAllNew(client: PoolClient, staged: StagedRow[]): Promise<boolean> {
  if (await areSomeThere(client, staged)) return false;
  await client.query("savepoint all_new");
  try {
    await copyInto(client, `imported_events (${COLUMNS})`, toLines(staged.toSorted(byKey)));
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    await client.query("rollback to savepoint all_new");
    return false;
  }
  return true;
}

async function areSomeThere(client: PoolClient, staged: StagedRow[]): Promise<boolean> {
  const step = Math.ceil(staged.length / LOOKED_FOR);
  const some = staged.filter((_, i) => i % step === 0);
  const { rowCount } = await client.query(
    `select from unnest($1::integer[], $2::uuid[]) as wanted (event_id, uuid)
     join imported_events using (event_id, uuid) limit 1`,
    [some.map(({ eventId }) => eventId), some.map(({ row }) => row.uuid)],
  );
  return rowCount !== 0;
}

/** The order of INSERT, for the same reason. */
function byKey(a: StagedRow, b: StagedRow): number {
  if (a.eventId !== b.eventId) return a.eventId - b.eventId;
  return a.row.uuid < b.row.uuid ? -1 : 1;
}

export function countPerEvent(rows: StagedRow[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { eventId } of rows) counts.set(eventId, (counts.get(eventId) ?? 0) + 1);
  return counts;
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
