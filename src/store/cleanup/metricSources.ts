// Purges what metrics keep between results: sources that were not used lately, and those of removed events.
import { sql, type RawBuilder } from "kysely";
import type { Database, Transaction } from "../postgres/database.ts";
import { deleteInSteps, type Steps } from "./deleteInSteps.ts";

const DAY_MS = 86_400_000;
/** A source that is used again later is counted from scratch. */
const UNUSED_DAYS = 30;
const SOURCES_MAX = 100;

const UNUSED = sql`(s.used_at_ms < crosscurrent_now_ms() - ${UNUSED_DAYS * DAY_MS}::bigint or exists (
  select from event_definitions e join integrations i on i.id = e.integration_id
  where e.id = s.event_id and (e.deleted_at_ms is not null or i.deleted_at_ms is not null)))`;

/** Values go first, step by step: without them users are only counted again. */
export async function purgeMetricSources(db: Database, steps: Steps): Promise<number> {
  const sources = await db.query(sql<{ id: number }>`
    select s.id from metric_sources s where ${UNUSED} order by s.id limit ${SOURCES_MAX}`);
  let deleted = 0;
  for (const { id } of sources) {
    const values = await deleteInSteps(db, steps, "metric_values", sql`t.source_id = ${id}`);
    deleted += values.deleted;
    if (!values.isEmpty) break;
    deleted += await db.transaction((tx) => removeSource(tx, id));
  }
  return deleted;
}

/** A source goes with its noted changes, under its lock: without the changes, its values would stay wrong. */
async function removeSource(tx: Transaction, id: number): Promise<number> {
  const found = await tx.execute(sql`select from metric_sources s where s.id = ${id} and ${UNUSED} for update`);
  if (found === 0) return 0;
  const remove = (rows: RawBuilder<unknown>) => tx.execute(sql`delete from ${rows} = ${id}`);
  const values = await remove(sql`metric_values where source_id`);
  const changes = await remove(sql`metric_changes where source_id`);
  return values + changes + (await remove(sql`metric_sources where id`));
}
