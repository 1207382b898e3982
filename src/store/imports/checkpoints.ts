// The checkpoints of events, as chunks and gaps move them.
import { sql } from "kysely";
import type { StoredBefore } from "../../domain/importedRow.ts";
import { isBehind, type EventProgress } from "../../domain/progress.ts";
import type { Queryable, Transaction } from "../postgres/database.ts";
import type { ChunkCommit } from "./interface.ts";

/** Rolls the transaction back: the checkpoint is behind the progress from which the page was read. */
export class StaleCheckpoint extends Error {}

export interface ChunkEvent {
  id: number;
  name: string;
  progress: EventProgress;
  /** How long after its own time a row may arrive and still be found. Null if that is not limited, or not known. */
  lookbackMs: number | null;
}

/** The key-share lock lets other chunks pass. The purge of a removed event waits, then finds what was stored here. */
export function readEvents(
  tx: Transaction,
  integrationId: string,
  names: string[],
  lock: "key share" | "no key update",
): Promise<ChunkEvent[]> {
  return tx.query(sql<ChunkEvent>`
    select e.id, e.name, e.lookback_ms as "lookbackMs",
      jsonb_build_object('completeThroughMs', e.complete_through_ms, 'unfinished', e.unfinished) as progress
    from event_definitions e join integrations i on i.id = e.integration_id
    where e.integration_id = ${integrationId} and e.name = any(${names}::text[])
      and e.deleted_at_ms is null and i.deleted_at_ms is null
    order by e.id for ${sql.raw(lock)} of e`);
}

export function assertNotBehind(stored: ChunkEvent[], { events, from }: Pick<ChunkCommit, "events" | "from">): void {
  const behind = stored.find(({ name, progress }) => events.includes(name) && isBehind(progress, from));
  if (behind !== undefined) throw new StaleCheckpoint();
}

/** A checkpoint that is further already stays. */
export async function moveEvents(tx: Transaction, events: ChunkEvent[], progress: EventProgress): Promise<void> {
  const ids = events.filter((event) => isBehind(event.progress, progress)).map(({ id }) => id);
  await tx.execute(sql`
    update event_definitions set complete_through_ms = ${progress.completeThroughMs},
      unfinished = ${progress.unfinished && JSON.stringify(progress.unfinished)}::jsonb
    where id = any(${ids}::integer[])`);
}

/** Rows of a first pass that are stored beyond the progress tell that a page was read in part. */
export async function coverRows(tx: Transaction, known: ChunkEvent[], chunk: ChunkCommit): Promise<void> {
  const { events, from, ranges, progress, rows } = chunk;
  if (from.completeThroughMs !== null) return;
  const ids = known.filter(({ name }) => events.includes(name)).map(({ id }) => id);
  // What was read besides the pass may still come in it.
  const covered = ranges === undefined ? sql`imported` : sql`null`;
  if (ranges === undefined ? progress === null : rows.length === 0) return;
  await tx.execute(sql`
    update event_definitions set covered = ${covered} where id = any(${ids}::integer[]) and covered is not null`);
}

export async function readStoredBefore(db: Queryable, integrationId: string, names: string[]): Promise<StoredBefore> {
  const [row] = await db.query(sql<{ some: boolean; beyond: boolean }>`
    select coalesce(bool_or(imported > 0), false) as some,
      coalesce(bool_or(imported > 0 and imported is distinct from covered), false) as beyond
    from event_definitions
    where integration_id = ${integrationId} and name = any(${names}::text[]) and deleted_at_ms is null`);
  if (row === undefined || !row.some) return "none";
  return row.beyond ? "beyond" : "covered";
}
