// The values of each user, kept between results: only users who are new, or whose rows changed, are counted again.
import { sql, type RawBuilder } from "kysely";
import type { Measure } from "../../domain/metrics/metric.ts";
import { InvalidFieldError } from "../errors.ts";
import type { Database, Queryable, Transaction } from "../postgres/database.ts";
import { hashOf } from "../postgres/ids.ts";
import { numberOf, passes } from "./measureSql.ts";
import { gatherRivals, rivalsOf } from "./rivals.ts";
import { rowsOfUser } from "./rowsOfUser.ts";

const DAY_MS = 86_400_000;
/** With more users to count than one per this many rows, reading all rows is quicker than looking users up. */
const ROWS_PER_LOOK_UP = 100;

export interface Source {
  id: number;
  eventId: number;
  measure: Measure;
  windowMs: number;
}

/** Making a source waits for chunks under way: their triggers saw no source, so its first values need their rows. */
export async function ensureSource(db: Database, { eventId, measure, windowMs }: Omit<Source, "id">): Promise<Source> {
  const { property, filters } = measure;
  const key = hashOf(JSON.stringify([property, filters, windowMs]));
  const make = (tx: Transaction) => makeSource(tx, eventId, key);
  const id = (await useSource(db, eventId, key)) ?? (await db.transaction(make));
  if (id === null) throw new InvalidFieldError("from", "was changed meanwhile: ask again");
  return { id, eventId, measure, windowMs };
}

async function makeSource(tx: Transaction, eventId: number, key: Buffer): Promise<number | null> {
  await tx.execute(sql`select from event_definitions where id = ${eventId} for update`);
  await tx.execute(sql`
    insert into metric_sources (event_id, key) values (${eventId}, ${key}) on conflict do nothing`);
  return useSource(tx, eventId, key);
}

/** Records the use, once a day: the purge removes unused sources. */
async function useSource(db: Queryable, eventId: number, key: Buffer): Promise<number | null> {
  const [source] = await db.query(sql<{ id: number; isStale: boolean }>`
    select id, used_at_ms < crosscurrent_now_ms() - ${DAY_MS}::bigint as "isStale"
    from metric_sources where event_id = ${eventId} and key = ${key}`);
  if (source?.isStale === true) {
    await db.execute(sql`update metric_sources set used_at_ms = crosscurrent_now_ms() where id = ${source.id}`);
  }
  return source?.id ?? null;
}

/**
 * Brings the values of `metric_users` up to date. Sources are locked in the order of their ids; rows that are committed
 * meanwhile stay noted for the next time. Returns the events whose values depend on rivals, or null if a source was
 * removed.
 */
export async function refreshValues(tx: Transaction, sources: Source[]): Promise<ReadonlySet<number> | null> {
  const byId = new Map(sources.map((source) => [source.id, source]));
  const locked = await tx.execute(sql`
    select from metric_sources where id = any(${[...byId.keys()]}::bigint[]) order by id for update`);
  if (locked < byId.size) return null;
  for (const source of byId.values()) await forgetChanged(tx, source);
  // Later than the changes were taken out: rows that come meanwhile are noted for the next time.
  const withRivals = await gatherRivals(tx, [...new Set(sources.map(({ eventId }) => eventId))]);
  for (const source of byId.values()) await countMissing(tx, source, withRivals);
  return withRivals;
}

async function forgetChanged(tx: Transaction, { id }: Source): Promise<void> {
  await tx.execute(sql`
    with changed as (delete from metric_changes where source_id = ${id} returning user_id)
    delete from metric_values v using (select distinct user_id from changed) c
    where v.source_id = ${id} and v.user_id = c.user_id`);
}

async function countMissing(tx: Transaction, source: Source, withRivals: ReadonlySet<number>): Promise<void> {
  await tx.execute(sql`truncate metric_missing`);
  const rivals = rivalsOf(source.eventId, withRivals, "r");
  const missing = await tx.execute(sql`
    insert into metric_missing
    select u.user_id, u.anchor_ms, ${rivals.hash}, ${rivals.ids} from metric_users u ${rivals.join} where not exists (
      select from metric_values v where v.source_id = ${source.id} and v.user_id = u.user_id
        and v.anchor_ms = u.anchor_ms and v.rivals = ${rivals.hash})`);
  if (missing === 0) return;
  const [event] = await tx.query(sql<{ imported: number; hasSeveralIds: boolean }>`
    select imported, has_several_ids as "hasSeveralIds" from event_definitions where id = ${source.eventId}`);
  const byUser = missing * ROWS_PER_LOOK_UP < Number(event?.imported);
  // The planner knows the size of neither table, so it is told how to join them.
  await tx.execute(
    byUser
      ? sql`set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_nestloop = on`
      : sql`set local enable_hashjoin = on; set local enable_mergejoin = off; set local enable_nestloop = off`,
  );
  const rows = rowsOfUser(source.eventId, { byUser, hasSeveralIds: event?.hasSeveralIds === true });
  await tx.execute(sql`insert into metric_values ${countSql(source, rows)}`);
  await tx.execute(sql`set local enable_hashjoin = on; set local enable_nestloop = on`);
}

/**
 * Counts each missing user's rows after and before its first exposure (the anchor), within the window. For example,
 * for the sum of `price` in a window of 2 hours:
 *
 *     metric_missing     imported_events of u1              metric_values
 *     u1, anchor 10:00   9:30 price 5; 10:00 price 7;       u1: rows 2, numbers 1, sum 7;
 *                        11:00 without; 12:00 price 1       before: rows 1, numbers 1, sum 5
 */
function countSql({ id, measure, windowMs }: Source, rows: RawBuilder<unknown>): RawBuilder<unknown> {
  const after = sql`e.timestamp_ms >= u.anchor_ms`;
  const number = measure.property === null ? sql`null::numeric` : numberOf(measure.property);
  const columns = [after, sql`not ${after}`].map(
    (when) => sql`count(*) filter (where ${when}), count(${number}) filter (where ${when}),
      coalesce(sum(${number}) filter (where ${when}), 0)`,
  );
  return sql`
    select ${id}::bigint, u.user_id, u.anchor_ms, ${sql.join(columns)}, u.rivals
    from metric_missing u left join ${rows}
      and e.timestamp_ms >= u.anchor_ms - ${windowMs}::bigint and e.timestamp_ms < u.anchor_ms + ${windowMs}::bigint
      and ${passes(measure.filters)}
    group by u.user_id, u.anchor_ms, u.rivals`;
}
