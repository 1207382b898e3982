// Stores one chunk of an import in one transaction: rows, rejected rows, property counts, counters and progress.
import { sql } from "kysely";
import type { RejectedRow } from "../../domain/importedRow.ts";
import type { JsonObject } from "../../domain/integration.ts";
import type { EventProgress } from "../../domain/progress.ts";
import { readNowMs, type Database, type Transaction } from "../postgres/database.ts";
import type { RejectedInsert } from "../runs/rejected.ts";
import { countArrivals } from "./arrivals.ts";
import { assertNotBehind, coverRows, moveEvents, readEvents, StaleCheckpoint, type ChunkEvent } from "./checkpoints.ts";
import { newestCopies } from "./copies.ts";
import type { ChunkCommit, ChunkResult } from "./interface.ts";
import { keepOpened } from "./openedSource.ts";
import { appendPropertyCounts } from "./propertyCounts.ts";
import { quarantineInvalidRows } from "./quarantine.ts";
import { moveRanges } from "./ranges.ts";
import { rejectRows } from "./rejectRows.ts";
import { compareLate, firstOfEach, twinsOfStored } from "./sameUuid.ts";
import { CHUNK_SETTINGS, storeRows, type StagedRow } from "./stagingTable.ts";
import { noteUserPairs } from "./userPairs.ts";

/** A row that is dated further ahead of PostgreSQL's clock counts as one from the future. */
const FUTURE_MS = 86_400_000;
/** Names of columns that are kept of each event. */
const MAX_LEFT_OUT = 1_000;

/** Tries the whole chunk. If PostgreSQL refuses the content of some rows, these become rejected records. */
export async function commitChunk(db: Database, chunk: ChunkCommit): Promise<ChunkResult> {
  try {
    const { rows, twins } = findsTwins(chunk) ? firstOfEach(chunk.rows) : { rows: newestCopies(chunk.rows), twins: [] };
    return await quarantineInvalidRows(rows, {
      store: (valid, invalid) => {
        const storable = { ...chunk, rows: valid, rejected: [...chunk.rejected, ...invalid] };
        return db.transaction((tx) => storeChunk(tx, storable, twins), CHUNK_SETTINGS);
      },
      tryOut: (some) => tryOut(db, { ...chunk, rows: some }),
    });
  } catch (error) {
    if (error instanceof StaleCheckpoint) return { imported: 0, rejected: 0, stale: true };
    throw error;
  }
}

/** Where no row is read twice. Elsewhere a row may have changed since it was read. */
function findsTwins({ ownUuids, from, ranges }: ChunkCommit): boolean {
  return ownUuids?.areUnread === true && from.completeThroughMs === null && ranges === undefined;
}

async function tryOut(db: Database, chunk: ChunkCommit): Promise<void> {
  const work = async (tx: Transaction) => {
    await storeChunk(tx, chunk, []);
    throw new TriedOut();
  };
  await db.transaction(work, CHUNK_SETTINGS).catch((error: unknown) => {
    if (!(error instanceof TriedOut)) throw error;
  });
}

/** Rolls back what was only tried. */
class TriedOut extends Error {}

/** `twins`: of rows of the chunk that share a UUID, those that are not to be stored. */
async function storeChunk(tx: Transaction, chunk: ChunkCommit, twins: RejectedRow[]): Promise<ChunkResult> {
  // Before the events, because every change of an integration locks its row first.
  if (chunk.learned !== undefined) await keepLearned(tx, chunk.integrationId, chunk.learned);
  const known = await readEvents(tx, chunk.integrationId, eventNames(chunk), "key share");
  if (chunk.ranges === undefined) assertNotBehind(known, chunk);
  const events = new Map(known.map((event) => [event.name, event]));
  const staged: StagedRow[] = [];
  for (const row of chunk.rows) {
    const event = events.get(row.event);
    if (event !== undefined) staged.push({ eventId: event.id, row });
  }
  if (chunk.opened !== undefined) await keepOpened(tx, chunk, known, chunk.opened);
  const findTwins = findsTwins(chunk) ? twinsOfStored : null;
  const stored = await storeRows(tx, staged, { isReread: chunk.ranges !== undefined, findTwins });
  const { fresh, replaced } = stored;
  await noteLateRows(tx, chunk, { known, staged, fresh });
  await noteUserPairs(tx, [...fresh, ...replaced]);
  await appendPropertyCounts(tx, stored);
  // Those that differ from stored rows come first: of each UUID, the first record is listed.
  const refused = toRejectedInserts([...chunk.rejected, ...stored.twins, ...twins], events);
  const rejected = await rejectRows(tx, chunk.integrationId, refused);
  if (chunk.progress !== null) await setProgress(tx, chunk, chunk.progress);
  if (chunk.leftOut !== undefined) await keepLeftOut(tx, known, chunk);
  await countRows(tx, { staged, fresh, rejected });
  await coverRows(tx, known, chunk);
  await countArrivals(tx, chunk, known, fresh);
  await tx.execute(sql`
    update runs set import_records = import_records + ${fresh.length},
      import_rejected = import_rejected + ${rejected.length}
    where integration_id = ${chunk.integrationId} and id = ${chunk.runId}`);
  return { imported: fresh.length, rejected: rejected.length, stale: false };
}

/** In the order of ids, as all changes of events. */
async function keepLeftOut(tx: Transaction, known: ChunkEvent[], { events, leftOut = [] }: ChunkCommit): Promise<void> {
  const ids = known.filter(({ name }) => events.includes(name)).map(({ id }) => id);
  const names = leftOut.slice(0, MAX_LEFT_OUT);
  for (const id of ids) {
    await tx.execute(sql`
      update event_definitions set left_out = ${names}::text[] where id = ${id} and left_out <> ${names}::text[]`);
  }
}

async function keepLearned(tx: Transaction, integrationId: string, learned: JsonObject): Promise<void> {
  await tx.execute(sql`
    update integrations set learned = learned || ${JSON.stringify(learned)}::jsonb where id = ${integrationId}`);
}

function eventNames(chunk: ChunkCommit): string[] {
  const names = new Set(chunk.events);
  for (const row of chunk.rows) names.add(row.event);
  for (const row of chunk.rejected) if (row.event !== null) names.add(row.event);
  return [...names];
}

interface LateChunk {
  known: ChunkEvent[];
  staged: StagedRow[];
  fresh: StagedRow[];
}

/**
 * Only rows of the time that a pass before has read can have come under another UUID. Where rows are read by their
 * arrival, however late they are, fresh rows of that time are new ones.
 */
async function noteLateRows(tx: Transaction, chunk: ChunkCommit, { known, staged, fresh }: LateChunk) {
  const { ownUuids, ranges, from } = chunk;
  const { completeThroughMs } = from;
  if (ownUuids === undefined || ranges !== undefined || completeThroughMs === null) return;
  const byTime = new Set(known.filter(({ lookbackMs }) => lookbackMs !== null).map(({ id }) => id));
  const late = fresh.filter(({ eventId, row }) => byTime.has(eventId) && row.timestampMs < completeThroughMs);
  for (const { eventId, compared, renamed } of await compareLate(tx, staged, late, ownUuids.property)) {
    await tx.execute(sql`
      update event_definitions set late = late + ${compared}, renamed = renamed + ${renamed} where id = ${eventId}`);
  }
}

function toRejectedInserts(rejected: RejectedRow[], events: Map<string, ChunkEvent>): RejectedInsert[] {
  return rejected.flatMap(({ event, key, reason, record }): RejectedInsert[] => {
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

/** Reads the checkpoints again under a lock that lets no one move them. */
async function setProgress(tx: Transaction, chunk: ChunkCommit, progress: EventProgress): Promise<void> {
  if (chunk.ranges !== undefined) return await moveRanges(tx, chunk, progress);
  const events = await readEvents(tx, chunk.integrationId, chunk.events, "no key update");
  assertNotBehind(events, chunk);
  await moveEvents(tx, events, progress);
}
