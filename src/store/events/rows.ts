// Reads event definitions with what users see of them.
import { sql, type RawBuilder } from "kysely";
import type { EventSummary } from "../../domain/event.ts";
import { MAX_PROPERTIES_PER_EVENT } from "../../domain/limits.ts";
import { TWIN_REASON } from "../imports/sameUuid.ts";
import type { Queryable } from "../postgres/database.ts";

const GAPS = sql`(
  select coalesce(
    jsonb_agg(jsonb_build_object('fromDay', r.from_day, 'toDay', r.to_day, 'error', r.error) order by r.from_day), '[]')
  from import_ranges r where r.event_id = e.id and r.purpose = 'gap' and r.error is not null)`;

/** Over `e`. Each event has few reasons, which the index finds. */
const TWINS = sql`coalesce((
  select c.count from rejected_counts c
  where c.integration_id = e.integration_id and c.direction = 'import' and coalesce(c.event_id, 0) = e.id
    and md5(c.reason) = md5(${sql.lit(TWIN_REASON)})), 0)`;
/** For so long after the last row that came almost too late, the event is warned of. */
const EDGE_SHOWN_MS = 30 * 86_400_000;

/** Over `e`: how late rows arrive, and what runs read. */
const READING = sql`
  to_jsonb(e.arrival_ages) as "arrivalAges", e.lookback_ms as "lookbackMs", e.is_local_time as "isLocalTime",
  case when e.near_edge_at_ms > crosscurrent_now_ms() - ${sql.lit(EDGE_SHOWN_MS)} then e.near_edge else 0 end
    as "nearEdge",
  (select coalesce(jsonb_agg(jsonb_build_object('atMs', at_ms, 'ageMs', age_ms) order by place), '[]')
    from unnest(e.newest_at_ms, e.newest_ages_ms) with ordinality n (at_ms, age_ms, place)) as newest,
  e.source_bytes as "sourceBytes", e.run_bytes as "runBytes"`;

/** Over `e`. A name in another case is no news if its event is imported too. */
export const EVENT_FACTS = sql`
  e.name, e.imported, e.rejected, e.complete_through_ms as "completeThroughMs", e.future, ${GAPS} as gaps,
  exists (select from properties p where p.event_id = e.id offset ${sql.lit(MAX_PROPERTIES_PER_EVENT)})
    as "propertiesTruncated", e.seen, ${READING},
  case when e.seen then array(
    select n from unnest(e.nearest) n where not exists (
      select from event_definitions o
      where o.integration_id = e.integration_id and o.deleted_at_ms is null and o.name = n)
  ) else e.nearest end as nearest,
  jsonb_build_object('leftOut', e.left_out, 'twins', ${TWINS}, 'late', e.late, 'renamed', e.renamed,
    'tableRows', e.source_rows, 'visible', e.visible) as rows`;

export interface EventRow extends EventSummary {
  id: number;
}

export function readEvents(db: Queryable, where: RawBuilder<unknown>, limit: number): Promise<EventRow[]> {
  return db.query(sql<EventRow>`
    select e.id, i.provider, e.source, e.description, e.created_at_ms as "createdAtMs", e.error, ${EVENT_FACTS}
    from event_definitions e join integrations i on i.id = e.integration_id
    where e.deleted_at_ms is null and ${where} order by e.id limit ${limit}`);
}

export async function readEvent(db: Queryable, id: number): Promise<EventSummary | null> {
  const [row] = await readEvents(db, sql`e.id = ${id}`, 1);
  return row === undefined ? null : toSummary(row);
}

export function toSummary({ id: _id, ...summary }: EventRow): EventSummary {
  return summary;
}
