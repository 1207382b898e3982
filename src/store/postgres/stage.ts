// Rows on their way into imported_events: COPY into a table of this connection, then one INSERT that knows what is there already.
import type { PoolClient } from "pg";
import { copyField, copyInto } from "./copy.ts";
import type { StagedRow } from "./chunk.ts";

/** Belongs to the connection and lasts as long; never written to the log and gone after a crash, as it should be. */
export const STAGE = `create temp table if not exists import_stage (
    event_id integer not null, uuid uuid not null, timestamp_ms bigint not null, user_id text not null, properties jsonb not null
  ) on commit delete rows`;

export const STAGE_COLUMNS = "import_stage (event_id, uuid, timestamp_ms, user_id, properties)";

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
    insert into imported_events as e (event_id, uuid, timestamp_ms, user_id, properties)
    select event_id, uuid, timestamp_ms, user_id, properties from import_stage order by event_id, uuid
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
  await copyInto(client, STAGE_COLUMNS, toLines(staged));
  const { rows: inserted } = await client.query<Inserted>(INSERT);
  return { rows: freshOf(staged, inserted), perEvent: new Map(inserted.map((event) => [event.eventId, event.fresh])) };
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
