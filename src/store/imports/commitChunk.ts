// Stores one chunk of an import in one transaction: rows, rejected rows, property counts, counters and progress.
import { sql } from "kysely";
import { isBehind, type EventProgress } from "../../domain/progress.ts";
import { readNowMs, type Database, type Transaction } from "../postgres/database.ts";
import { insertRejected, type RejectedInsert } from "../runs/rejected.ts";
import { newestCopies } from "./copies.ts";
import type { ChunkCommit, ChunkResult } from "./interface.ts";
import { appendPropertyCounts } from "./propertyCounts.ts";
import { quarantineInvalidRows } from "./quarantine.ts";
import { CHUNK_SETTINGS, storeRows, type StagedRow } from "./stagingTable.ts";
import { noteUserPairs } from "./userPairs.ts";

/** A row that is dated further ahead of PostgreSQL's clock counts as one from the future. */
const FUTURE_MS = 86_400_000;

/** Tries the whole chunk. If PostgreSQL refuses the content of some rows, these become rejected records. */
export async function commitChunk(db: Database, chunk: ChunkCommit): Promise<ChunkResult> {
  try {
    return await quarantineInvalidRows(newestCopies(chunk.rows), {
      store: (valid, invalid) => {
        const storable = { ...chunk, rows: valid, rejected: [...chunk.rejected, ...invalid] };
        return db.transaction((tx) => storeChunk(tx, storable), CHUNK_SETTINGS);
      },
      tryOut: (rows) => tryOut(db, { ...chunk, rows }),
    });
  } catch (error) {
    if (error instanceof StaleCheckpoint) return { imported: 0, rejected: 0, stale: true };
    throw error;
  }
}

async function tryOut(db: Database, chunk: ChunkCommit): Promise<void> {
  const work = async (tx: Transaction) => {
    await storeChunk(tx, chunk);
    throw new TriedOut();
  };
  await db.transaction(work, CHUNK_SETTINGS).catch((error: unknown) => {
    if (!(error instanceof TriedOut)) throw error;
  });
}

/** Rolls back what was only tried. */
class TriedOut extends Error {}

/** Rolls the chunk back: the checkpoint is behind the progress from which the page was read. */
class StaleCheckpoint extends Error {}

async function storeChunk(tx: Transaction, chunk: ChunkCommit): Promise<ChunkResult> {
  const events = await readEvents(tx, chunk, "key share");
  assertNotBehind(events, chunk);
  const staged: StagedRow[] = [];
  for (const row of chunk.rows) {
    const event = events.get(row.event);
    if (event !== undefined) staged.push({ eventId: event.id, row });
  }
  const stored = await storeRows(tx, staged);
  const { fresh, replaced } = stored;
  await noteUserPairs(tx, [...fresh, ...replaced]);
  await appendPropertyCounts(tx, stored);
  const rejected = await insertRejected(tx, chunk.integrationId, toRejectedInserts(chunk, events));
  if (chunk.progress !== null) await setProgress(tx, chunk, chunk.progress);
  await countRows(tx, { staged, fresh, rejected });
  await tx.execute(sql`
    update runs set import_records = import_records + ${fresh.length},
      import_rejected = import_rejected + ${rejected.length}
    where integration_id = ${chunk.integrationId} and id = ${chunk.runId}`);
  return { imported: fresh.length, rejected: rejected.length, stale: false };
}

interface EventRow {
  id: number;
  name: string;
  progress: EventProgress;
}

/** The key-share lock lets other chunks pass. The purge of a removed event waits, then finds what was stored here. */
async function readEvents(
  tx: Transaction,
  chunk: ChunkCommit,
  lock: "key share" | "no key update",
): Promise<Map<string, EventRow>> {
  const names = new Set(chunk.events);
  for (const row of chunk.rows) names.add(row.event);
  for (const row of chunk.rejected) if (row.event !== null) names.add(row.event);
  const rows = await tx.query(sql<EventRow>`
    select e.id, e.name,
      jsonb_build_object('completeThroughMs', e.complete_through_ms, 'unfinished', e.unfinished) as progress
    from event_definitions e join integrations i on i.id = e.integration_id
    where e.integration_id = ${chunk.integrationId} and e.name = any(${[...names]}::text[])
      and e.deleted_at_ms is null and i.deleted_at_ms is null
    order by e.id for ${sql.raw(lock)} of e`);
  return new Map(rows.map((event) => [event.name, event]));
}

function toRejectedInserts(chunk: ChunkCommit, events: Map<string, EventRow>): RejectedInsert[] {
  return chunk.rejected.flatMap(({ event, key, reason, record }): RejectedInsert[] => {
    const eventId = event === null ? null : events.get(event)?.id;
    return eventId === undefined ? [] : [{ direction: "import", eventId, key, seq: null, reason, record }];
  });
}

interface Counted {
  staged: StagedRow[];
  fresh: StagedRow[];
  /** The event of each rejected record. */
  rejected: (number | null)[];
}

/** In the order of ids, so that two chunks of the same events never wait for each other. */
async function countRows(tx: Transaction, { staged, fresh, rejected }: Counted): Promise<void> {
  const [read, imported] = [countPerEvent(staged), countPerEvent(fresh)];
  const nowMs = await readNowMs(tx);
  const future = countPerEvent(fresh.filter(({ row }) => row.timestampMs > nowMs + FUTURE_MS));
  const several = new Set(staged.flatMap(({ eventId, row }) => (row.userIds.length > 1 ? [eventId] : [])));
  const ids = new Set([...read.keys(), ...rejected.filter((id) => id !== null)]);
  for (const id of [...ids].toSorted((a, b) => a - b)) {
    const added = imported.get(id) ?? 0;
    await tx.execute(sql`
      update event_definitions set imported = imported + ${added},
        deduplicated = deduplicated + ${(read.get(id) ?? 0) - added},
        future = future + ${future.get(id) ?? 0}, has_several_ids = has_several_ids or ${several.has(id)},
        rejected = rejected + ${rejected.filter((of) => of === id).length}
      where id = ${id}`);
  }
}

function countPerEvent(rows: StagedRow[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { eventId } of rows) counts.set(eventId, (counts.get(eventId) ?? 0) + 1);
  return counts;
}

/** Reads the checkpoints again under a lock that lets no one move them. One that is further already stays. */
async function setProgress(tx: Transaction, chunk: ChunkCommit, progress: EventProgress): Promise<void> {
  const events = await readEvents(tx, chunk, "no key update");
  assertNotBehind(events, chunk);
  const moving = [...events.values()].filter(
    (event) => chunk.events.includes(event.name) && isBehind(event.progress, progress),
  );
  await tx.execute(sql`
    update event_definitions set complete_through_ms = ${progress.completeThroughMs},
      unfinished = ${progress.unfinished && JSON.stringify(progress.unfinished)}::jsonb
    where id = any(${moving.map((event) => event.id)}::integer[])`);
}

function assertNotBehind(events: Map<string, EventRow>, chunk: ChunkCommit): void {
  for (const name of chunk.events) {
    const event = events.get(name);
    if (event !== undefined && isBehind(event.progress, chunk.from)) throw new StaleCheckpoint();
  }
}
