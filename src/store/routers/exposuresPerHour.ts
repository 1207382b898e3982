// Exposures per hour, route and variant: counts that the sealer keeps, and what it has not placed yet counted in passing.
import { sql } from "kysely";
import { MAX_EXPOSURE_AHEAD_MS } from "../../domain/limits.ts";
import type { ExposureHour } from "../store.ts";
import type { Queryable } from "../postgres/database.ts";

const HOUR_MS = 3_600_000;

interface Range {
  fromMs: number;
  toMs: number;
  limit: number;
}

/**
 * Three places hold exposures: placed buckets (counted in `exposure_hours`), parts of hours that are not over, and raw rows not yet
 * folded. A user of the last two counts unless its bucket is there already: the part of the primary key that the hour selects is
 * asked for, once for each. Raw rows are found by the index of what is unfolded, in the partitions of days in which they can lie.
 * The tables grow faster than their statistics: the planner may not think that reading a whole one is quicker.
 */
export async function exposuresOf(
  db: Queryable,
  workspaceId: string,
  aliasId: string,
  range: Range,
): Promise<ExposureHour[] | null> {
  const rows = await db.transaction().execute(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx);
    return read(tx, workspaceId, aliasId, range);
  });
  return rows.length > 0 || (await isKnown(db, workspaceId, aliasId)) ? rows : null;
}

async function read(
  tx: Queryable,
  workspaceId: string,
  aliasId: string,
  { fromMs, toMs, limit }: Range,
): Promise<ExposureHour[]> {
  const { rows } = await sql<ExposureHour>`
    with w as materialized (select folded_through from workspaces where id = ${workspaceId}),
    open as (
      select hour_ms, route_id, variant_id, user_id, exposures from bucket_parts
      where workspace_id = ${workspaceId} and hour_ms >= ${fromMs} and hour_ms < ${toMs} and alias_id = ${aliasId}
      union all
      select exposed_at_ms - exposed_at_ms % ${sql.lit(HOUR_MS)}, route_id, variant_id, user_id, 1 from exposures
      where workspace_id = ${workspaceId} and id > (select folded_through from w) and alias_id = ${aliasId}
        and exposed_at_ms >= ${fromMs} and exposed_at_ms < ${toMs} and received_at_ms >= ${fromMs - MAX_EXPOSURE_AHEAD_MS}
    ), fresh as materialized (
      select hour_ms, route_id, variant_id, user_id, sum(exposures) as exposures from open group by 1, 2, 3, 4
    ), counted as (
      select hour_ms, route_id, variant_id, exposures, users from exposure_hours
      where workspace_id = ${workspaceId} and alias_id = ${aliasId} and hour_ms >= ${fromMs} and hour_ms < ${toMs}
      union all
      select f.hour_ms, f.route_id, f.variant_id, f.exposures, case when b.placed then 0 else 1 end
      from fresh f left join lateral (
        select true as placed from exposure_buckets b
        where b.workspace_id = ${workspaceId} and b.hour_ms = f.hour_ms and b.user_id = f.user_id
          and b.alias_id = ${aliasId} and b.route_id = f.route_id and b.variant_id = f.variant_id limit 1
      ) b on true
    )
    select hour_ms as "hourMs", route_id as "routeId", variant_id as "variantId",
      sum(exposures)::bigint as exposures, sum(users)::bigint as users
    from counted group by 1, 2, 3 order by 1, 2, 3 limit ${limit}`.execute(tx);
  return rows;
}

/** A router by that name, or exposures of one, whenever they were. */
async function isKnown(db: Queryable, workspaceId: string, aliasId: string): Promise<boolean> {
  const { rows } = await sql`
    select where exists (select from routers where workspace_id = ${workspaceId} and id = ${aliasId})
      or exists (select from exposure_hours where workspace_id = ${workspaceId} and alias_id = ${aliasId})`.execute(db);
  return rows.length === 1;
}
