// What each user counts, kept between results: only users who are new, or whose rows changed, are counted again.
import { createHash } from "node:crypto";
import { sql, type RawBuilder } from "kysely";
import type { Measure } from "../../domain/metrics/metric.ts";
import { MetricLimitError } from "../store.ts";
import type { Queryable } from "../postgres/database.ts";
import { numberOf, passes } from "./measureSql.ts";

const DAY_MS = 86_400_000;
/**
 * Where more users are to be counted than one in so many of the rows, reading all rows once is quicker than looking for each user's.
 */
const ROWS_PER_LOOK = 100;

export interface Source {
  id: number;
  eventId: number;
  measure: Measure;
  windowMs: number;
}

/**
 * The source of a measure, made where there is none. Making one waits for the chunks that are being stored: their triggers saw no
 * source, so its first values must see their rows.
 */
export async function ensureSource(db: Queryable, { eventId, measure, windowMs }: Omit<Source, "id">): Promise<Source> {
  const { property, filters } = measure;
  const key = createHash("sha256")
    .update(JSON.stringify([property, filters, windowMs]))
    .digest();
  const found = await touch(db, eventId, key);
  if (found !== null) return { id: found, eventId, measure, windowMs };
  const id = await db.transaction().execute(async (tx) => {
    await sql`select from event_definitions where id = ${eventId} for update`.execute(tx);
    await sql`
      insert into metric_sources (event_id, key) values (${eventId}, ${key}) on conflict do nothing`.execute(tx);
    return touch(tx, eventId, key);
  });
  if (id === null) throw new MetricLimitError("was changed meanwhile: ask again");
  return { id, eventId, measure, windowMs };
}

/** Notes, once a day, that it is used: the purge takes those that are not. */
async function touch(db: Queryable, eventId: number, key: Buffer): Promise<number | null> {
  const { rows } = await sql<{ id: number; isStale: boolean }>`
    select id, used_at_ms < crosscurrent_now_ms() - ${DAY_MS}::bigint as "isStale"
    from metric_sources where event_id = ${eventId} and key = ${key}`.execute(db);
  const [found] = rows;
  if (found?.isStale === true) {
    await sql`update metric_sources set used_at_ms = crosscurrent_now_ms() where id = ${found.id}`.execute(db);
  }
  return found?.id ?? null;
}

/**
 * Brings the values of the users in `metric_users` up to date. The lock makes this the source's only change: rows that are committed
 * while values are read stay noted for the next one. Sources are locked in the order of their ids. False where one was removed meanwhile.
 */
export async function refreshValues(tx: Queryable, sources: Source[]): Promise<boolean> {
  const ids = [...new Set(sources.map(({ id }) => id))];
  const { rows } = await sql`
    select from metric_sources where id = any(${ids}::bigint[]) order by id for update`.execute(tx);
  if (rows.length < ids.length) return false;
  for (const id of ids) {
    const source = sources.find((one) => one.id === id);
    if (source === undefined) continue;
    await forgetChanged(tx, source);
    await countMissing(tx, source);
  }
  return true;
}

async function forgetChanged(tx: Queryable, { id }: Source): Promise<void> {
  await sql`
    with changed as (delete from metric_changes where source_id = ${id} returning user_id)
    delete from metric_values v using (select distinct user_id from changed) c
    where v.source_id = ${id} and v.user_id = c.user_id`.execute(tx);
}

async function countMissing(tx: Queryable, source: Source): Promise<void> {
  await sql`truncate metric_missing`.execute(tx);
  const { numAffectedRows = 0n } = await sql`
    insert into metric_missing select u.user_id, u.anchor_ms from metric_users u where not exists (
      select from metric_values v where v.source_id = ${source.id} and v.user_id = u.user_id and v.anchor_ms = u.anchor_ms)`.execute(
    tx,
  );
  if (numAffectedRows === 0n) return;
  const { rows } = await sql<{ imported: number }>`
    select imported from event_definitions where id = ${source.eventId}`.execute(tx);
  const byUser = Number(numAffectedRows) * ROWS_PER_LOOK < Number(rows[0]?.imported);
  // The planner knows neither table's size: it is told what is the case.
  await sql.raw(`set local enable_hashjoin = ${byUser ? "off" : "on"}`).execute(tx);
  await sql.raw(`set local enable_mergejoin = off`).execute(tx);
  await sql.raw(`set local enable_nestloop = ${byUser ? "on" : "off"}`).execute(tx);
  await sql`insert into metric_values ${countSql(source)}`.execute(tx);
  await sql.raw("set local enable_hashjoin = on; set local enable_nestloop = on").execute(tx);
}

function countSql({ id, eventId, measure, windowMs }: Source): RawBuilder<unknown> {
  const after = sql`e.timestamp_ms >= u.anchor_ms`;
  const number = measure.property === null ? sql`null::numeric` : numberOf(measure.property);
  const columns = [after, sql`not ${after}`].map(
    (when) =>
      sql`count(*) filter (where ${when}), count(${number}) filter (where ${when}), coalesce(sum(${number}) filter (where ${when}), 0)`,
  );
  return sql`
    select ${id}::bigint, u.user_id, u.anchor_ms, ${sql.join(columns)}
    from metric_missing u left join imported_events e on e.event_id = ${eventId} and e.user_id collate "C" = u.user_id
      and e.timestamp_ms >= u.anchor_ms - ${windowMs}::bigint and e.timestamp_ms < u.anchor_ms + ${windowMs}::bigint
      and ${passes(measure.filters)}
    group by u.user_id, u.anchor_ms`;
}
