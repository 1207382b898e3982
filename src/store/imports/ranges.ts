// Ranges of days that are read besides the main passes: gaps, and days to be read again.
import { sql } from "kysely";
import { continueError, type ErrorState } from "../../domain/errors.ts";
import type { ImportRange } from "../../domain/importRange.ts";
import { isBehind, type EventProgress } from "../../domain/progress.ts";
import type { Database, Queryable, Transaction } from "../postgres/database.ts";
import { storableJson } from "../postgres/text.ts";
import { assertNotBehind, moveEvents, readEvents, StaleCheckpoint, type ChunkEvent } from "./checkpoints.ts";
import type { ChunkCommit, GapCommit } from "./interface.ts";

export function readRanges(db: Queryable, integrationId: string): Promise<ImportRange[]> {
  return db.query(sql<ImportRange>`
    select r.id, e.name as event, r.purpose, r.from_day as "fromDay", r.to_day as "toDay", r.unfinished
    from import_ranges r join event_definitions e on e.id = r.event_id
    where e.integration_id = ${integrationId} and e.deleted_at_ms is null order by r.id`);
}

export async function beginRanges(db: Queryable, ids: number[], unfinished: EventProgress["unfinished"]) {
  await db.execute(sql`
    update import_ranges set unfinished = ${unfinished && JSON.stringify(unfinished)}::jsonb
    where id = any(${ids}::bigint[])`);
}

/** A range that is read to its end goes away. One that another try finished already is not missed. */
export async function moveRanges(
  tx: Transaction,
  { ranges, from }: Pick<ChunkCommit, "ranges" | "from">,
  to: EventProgress,
) {
  const ids = ranges ?? [];
  const stored = await tx.query(sql<Pick<ImportRange, "unfinished">>`
    select unfinished from import_ranges where id = any(${ids}::bigint[]) order by id for update`);
  for (const { unfinished } of stored) {
    if (isBehind({ completeThroughMs: null, unfinished }, from)) throw new StaleCheckpoint();
  }
  if (to.unfinished === null) await tx.execute(sql`delete from import_ranges where id = any(${ids}::bigint[])`);
  else await beginRanges(tx, ids, to.unfinished);
}

export async function leaveGap(db: Database, gap: GapCommit): Promise<boolean> {
  try {
    await db.transaction(async (tx) => {
      const events = await readEvents(tx, gap.integrationId, gap.events, "no key update");
      if (gap.ranges === undefined) assertNotBehind(events, gap);
      const errors = await continuedErrors(tx, events, gap);
      if (gap.ranges === undefined) await moveEvents(tx, events, gap.progress);
      else await moveRanges(tx, gap, gap.progress);
      for (const [{ id }, error] of errors) await addGap(tx, id, gap, error);
    });
    return true;
  } catch (error) {
    if (error instanceof StaleCheckpoint) return false;
    throw error;
  }
}

/** The error of each event's gap, since when its days cannot be read. */
async function continuedErrors(tx: Transaction, events: ChunkEvent[], { fromDay, toDay, error }: GapCommit) {
  const known = await tx.query(sql<{ eventId: number; error: ErrorState }>`
    select event_id as "eventId", error from import_ranges
    where event_id = any(${events.map(({ id }) => id)}::integer[]) and purpose = 'gap' and error is not null
      and from_day <= ${toDay} and to_day >= ${fromDay}`);
  return events.map((event): [ChunkEvent, ErrorState] => {
    const before = known.find(({ eventId }) => eventId === event.id)?.error ?? null;
    return [event, continueError(before, error)];
  });
}

/** Days next to a gap that is not being read, with the same kind of error, join it: one request then reads both. */
async function addGap(tx: Transaction, eventId: number, { fromDay, toDay }: GapCommit, error: ErrorState) {
  const json = storableJson(error);
  const joined = await tx.execute(sql`
    update import_ranges
    set from_day = least(from_day, ${fromDay}), to_day = greatest(to_day, ${toDay}), error = ${json}::jsonb
    where id = (
      select id from import_ranges
      where event_id = ${eventId} and purpose = 'gap' and unfinished is null and error ->> 'kind' = ${error.kind}
        and from_day <= (${toDay}::date + 1)::text and to_day >= (${fromDay}::date - 1)::text
      order by id limit 1)`);
  if (joined > 0) return;
  await tx.execute(sql`
    insert into import_ranges (event_id, purpose, from_day, to_day, error)
    values (${eventId}, 'gap', ${fromDay}, ${toDay}, ${json}::jsonb)`);
}
