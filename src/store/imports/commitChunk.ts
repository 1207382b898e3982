// One chunk of an import in one transaction: rows, rejected rows, what was seen of their fields, counters and progress.
import type { ImportedRow } from "../../domain/importedRow.ts";
import type { Pool, PoolClient } from "pg";
import { isBehind, type EventProgress } from "../../domain/progress.ts";
import type { ImportStore } from "../store.ts";
import { transaction } from "../postgres/database.ts";
import { insertRejected, type RejectedRow } from "../runs/rejected.ts";
import { countPerEvent, storeRows, STAGE } from "./stagingTable.ts";
import { setPoisonAside } from "./quarantine.ts";
import { appendTallies } from "./propertyCounts.ts";

type Chunk = Parameters<ImportStore["commitChunk"]>[0];
type ChunkResult = Awaited<ReturnType<ImportStore["commitChunk"]>>;

/** A row with the number of its event: rows of events that no longer exist never become one. */
export interface StagedRow {
  eventId: number;
  row: ImportedRow;
}

const BEGIN = `begin; ${STAGE}`;

/**
 * Tries the whole chunk; where PostgreSQL refuses the content of a row, the poison rows are found, set aside as rejected
 * records, and the rest is stored.
 */
export async function commitChunk(pool: Pool, chunk: Chunk): Promise<ChunkResult> {
  const rows = lastOfEach(chunk.rows);
  try {
    return await setPoisonAside(pool, rows, (clean, poison) =>
      transaction(pool, BEGIN, (client) =>
        storeChunk(client, { ...chunk, rows: clean, rejected: [...chunk.rejected, ...poison] }),
      ),
    );
  } catch (error) {
    if (error instanceof StaleMirror) return { imported: 0, rejected: 0, stale: true };
    throw error;
  }
}

/** Rolls the chunk back: the mirror is behind what the chunk's reader took for stored. */
class StaleMirror extends Error {}

async function storeChunk(client: PoolClient, chunk: Chunk): Promise<ChunkResult> {
  const events = await readEvents(client, chunk, "key share");
  assertNotBehind(events, chunk);
  const staged: StagedRow[] = [];
  for (const row of chunk.rows) {
    const event = events.get(row.event);
    if (event !== undefined) staged.push({ eventId: event.id, row });
  }
  const fresh = await storeRows(client, staged);
  await appendTallies(client, fresh.rows);
  const rejected = await insertRejected(client, chunk.integrationId, toRejectedRows(chunk, events));
  if (chunk.progress !== null) await setProgress(client, chunk, chunk.progress);
  await count(client, { read: countPerEvent(staged), fresh: fresh.perEvent, rejected });
  await client.query(
    `update runs set import_records = import_records + $3, import_rejected = import_rejected + $4
     where integration_id = $1 and id = $2`,
    [chunk.integrationId, chunk.runId, fresh.rows.length, rejected.length],
  );
  return { imported: fresh.rows.length, rejected: rejected.length, stale: false };
}

interface EventRow {
  id: number;
  name: string;
  progress: EventProgress;
}

/**
 * The events that the chunk speaks of. The key-share locks let other chunks and their counters pass, but not the purge of a
 * removed event: it waits, and finds what this transaction still stored.
 */
async function readEvents(
  client: PoolClient,
  chunk: Chunk,
  lock: "key share" | "no key update",
): Promise<Map<string, EventRow>> {
  const names = new Set(chunk.events);
  for (const row of chunk.rows) names.add(row.event);
  for (const row of chunk.rejected) if (row.event !== null) names.add(row.event);
  const { rows } = await client.query<EventRow>(
    `select e.id, e.name,
       jsonb_build_object('completeThroughMs', e.complete_through_ms, 'unfinished', e.unfinished) as progress
     from event_definitions e join integrations i on i.id = e.integration_id
     where e.integration_id = $1 and e.name = any($2::text[]) and e.deleted_at_ms is null and i.deleted_at_ms is null
     order by e.id for ${lock} of e`,
    [chunk.integrationId, [...names]],
  );
  return new Map(rows.map((event) => [event.name, event]));
}

function toRejectedRows(chunk: Chunk, events: Map<string, EventRow>): RejectedRow[] {
  return chunk.rejected.flatMap(({ event, key, reason, record }) => {
    const eventId = event === null ? null : events.get(event)?.id;
    return eventId === undefined ? [] : [{ direction: "import" as const, eventId, key, seq: null, reason, record }];
  });
}

interface Counted {
  /** Rows of the chunk by event, and those of them that were not there before. */
  read: Map<number, number>;
  fresh: Map<number, number>;
  /** The event of each rejected record. */
  rejected: (number | null)[];
}

/** In the order of ids, so that two chunks of the same events never wait for each other in a circle. */
async function count(client: PoolClient, { read, fresh, rejected }: Counted): Promise<void> {
  const ids = new Set([...read.keys(), ...rejected.filter((id) => id !== null)]);
  for (const id of [...ids].toSorted((a, b) => a - b)) {
    const imported = fresh.get(id) ?? 0;
    await client.query(
      `update event_definitions set imported = imported + $2, deduplicated = deduplicated + $3, rejected = rejected + $4
       where id = $1`,
      [id, imported, (read.get(id) ?? 0) - imported, rejected.filter((of) => of === id).length],
    );
  }
}

/** Looks again, now that nobody else can move the mirror; a mirror that is further already is left alone. */
async function setProgress(client: PoolClient, chunk: Chunk, progress: EventProgress): Promise<void> {
  const events = await readEvents(client, chunk, "no key update");
  assertNotBehind(events, chunk);
  const inTask = new Set(chunk.events);
  const moving = [...events.values()].filter((event) => inTask.has(event.name) && isBehind(event.progress, progress));
  await client.query(
    "update event_definitions set complete_through_ms = $2, unfinished = $3::jsonb where id = any($1::integer[])",
    [
      moving.map((event) => event.id),
      progress.completeThroughMs,
      progress.unfinished === null ? null : JSON.stringify(progress.unfinished),
    ],
  );
}

function assertNotBehind(events: Map<string, EventRow>, chunk: Chunk): void {
  for (const name of chunk.events) {
    const event = events.get(name);
    if (event !== undefined && isBehind(event.progress, chunk.from)) throw new StaleMirror();
  }
}

/** Of rows with the same key the last one counts. */
function lastOfEach(rows: ImportedRow[]): ImportedRow[] {
  const byKey = new Map<string, ImportedRow>();
  for (const row of rows) byKey.set(`${row.uuid} ${row.event}`, row);
  return byKey.size === rows.length ? rows : [...byKey.values()];
}
