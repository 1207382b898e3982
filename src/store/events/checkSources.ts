// What the tables of events without a record have. Each table is asked once an hour at most.
import { sql } from "kysely";
import { EVENT_NAME, type EventDefinition, type SourceReport } from "../../domain/event.ts";
import { findName, isAlmost } from "../../domain/nearestNames.ts";
import type { Database } from "../postgres/database.ts";

const ASK_EVERY_MS = 3_600_000;
/** Of one run. The next run asks for the others. */
const MAX_EVENTS = 10;
/** A column with more values has no names of events: it may hold ids of users. */
const MAX_NAMES = 1_000;

interface UnseenEvent extends EventDefinition {
  id: number;
}

/** A table that cannot be asked keeps no other one from being asked. Throws the first error in the end. */
export async function checkSources(
  db: Database,
  integrationId: string,
  ask: (event: EventDefinition) => Promise<SourceReport>,
  options: { onlyComplete: boolean; name?: string },
): Promise<void> {
  const complete = options.onlyComplete ? sql`complete_through_ms is not null` : sql`true`;
  const named = options.name === undefined ? sql`true` : sql`name = ${options.name}`;
  const events = await db.query(sql<UnseenEvent>`
    update event_definitions set source_asked_at_ms = crosscurrent_now_ms()
    where id in (
      select id from event_definitions
      where integration_id = ${integrationId} and deleted_at_ms is null and imported = 0 and rejected = 0
        and ${complete} and ${named}
        and (source_asked_at_ms is null or source_asked_at_ms <= crosscurrent_now_ms() - ${ASK_EVERY_MS}::bigint)
      order by source_asked_at_ms nulls first, id limit ${MAX_EVENTS} for no key update)
    returning id, name, source`);
  const errors: unknown[] = [];
  for (const { id, ...event } of events) {
    try {
      await keep(db, id, event.name, await ask(event));
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

/**
 * A list that is cut off does not show what is missing, but its names may still be the nearest. Values of rows are kept
 * only if they are almost the event's name.
 */
async function keep(db: Database, id: number, name: string, report: SourceReport): Promise<void> {
  const names = report.names.length > MAX_NAMES ? [] : report.names.filter((one) => EVENT_NAME.test(one));
  const { nearest } = findName(
    name,
    names.filter((one) => one === name || isAlmost(one, name)),
  );
  const seen = report.names.includes(name);
  const isKnown = seen || (report.isWhole && report.visible === true);
  await db.execute(sql`
    update event_definitions set source_rows = ${report.rows}, visible = ${report.visible},
      seen = ${isKnown ? seen : null}::boolean, nearest = ${nearest}::text[]
    where id = ${id}`);
}
