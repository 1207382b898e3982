// The purge of what metrics keep between results: sources that nobody asked for lately, and those of removed events.
import { sql, type RawBuilder } from "kysely";
import type { Queryable } from "../postgres/database.ts";

const DAY_MS = 86_400_000;
/** A source that is asked for later is counted from scratch. */
const UNUSED_DAYS = 30;
const SOURCES_MAX = 100;

/** What one call may still do; each step deletes at most so many rows. */
export interface PurgeSteps {
  left: number;
  rows: number;
}

/**
 * Values go first, step by step: without them users are only counted again. The source and what was noted for it go together, under its
 * lock and only if it is still unused: a source whose changes were forgotten would be wrong for ever.
 */
export async function purgeMetricSources(db: Queryable, steps: PurgeSteps): Promise<number> {
  const unused = sql`(s.used_at_ms < crosscurrent_now_ms() - ${UNUSED_DAYS * DAY_MS}::bigint or exists (
    select from event_definitions e join integrations i on i.id = e.integration_id
    where e.id = s.event_id and (e.deleted_at_ms is not null or i.deleted_at_ms is not null)))`;
  const { rows } = await sql<{ id: number }>`
    select s.id from metric_sources s where ${unused} order by s.id limit ${SOURCES_MAX}`.execute(db);
  let deleted = 0;
  for (const { id } of rows) {
    for (let step = steps.rows; step === steps.rows; deleted += step) {
      if (steps.left-- <= 0) return deleted;
      step = await affected(
        db,
        sql`
        delete from metric_values where ctid = any(array(
          select ctid from metric_values where source_id = ${id} limit ${steps.rows}))`,
      );
    }
    deleted += await removeSource(db, id, unused);
  }
  return deleted;
}

async function removeSource(db: Queryable, id: number, unused: RawBuilder<unknown>): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql`select from metric_sources s where s.id = ${id} and ${unused} for update`.execute(tx);
    if (rows.length === 0) return 0;
    let deleted = await affected(tx, sql`delete from metric_values where source_id = ${id}`);
    deleted += await affected(tx, sql`delete from metric_changes where source_id = ${id}`);
    return deleted + (await affected(tx, sql`delete from metric_sources where id = ${id}`));
  });
}

async function affected(db: Queryable, statement: RawBuilder<unknown>): Promise<number> {
  const { numAffectedRows = 0n } = await statement.execute(db);
  return Number(numAffectedRows);
}
