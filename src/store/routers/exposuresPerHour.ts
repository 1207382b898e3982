// Exposures per hour, route and variant: counts that the sealer keeps, plus what it has not folded into buckets yet.
import { sql } from "kysely";
import type { ExposureHour } from "../../domain/exposure.ts";
import { MAX_EXPOSURE_AHEAD_MS } from "../../domain/limits.ts";
import { orFewerDays, type Database, type Transaction } from "../postgres/database.ts";
import type { HourRange } from "./interface.ts";

const HOUR_MS = 3_600_000;
/** Of the rows that are not folded only the oldest are read. The reconciler folds long before there are more. */
const RAW_ROWS_MAX = 1_000_000;

export async function exposuresPerHour(
  db: Database,
  workspaceId: string,
  aliasId: string,
  range: HourRange,
): Promise<ExposureHour[] | null> {
  // The tables grow faster than their statistics: the planner must not conclude that reading a whole table is quicker.
  const settings = sql`set local enable_seqscan = off`;
  const hours = await db
    .transaction((tx) => readHours(tx, workspaceId, aliasId, range), settings)
    .catch((error: unknown) => {
      throw orFewerDays(error);
    });
  if (hours.length > 0) return hours;
  const known = await db.execute(sql`
    select where exists (select from routers where workspace_id = ${workspaceId} and id = ${aliasId})
      or exists (select from exposure_hours where workspace_id = ${workspaceId} and alias_id = ${aliasId})`);
  return known === 0 ? null : [];
}

/**
 * Exposures are in three places: buckets (counted in `exposure_hours`), parts of hours that are not over, and raw rows
 * that are not folded. A user of the last two counts unless the primary key finds a bucket of it. For example:
 *
 *     exposure_hours   9:00, 5 exposures, 3 users (u1 u2 u3)
 *     open, fresh      9:00, u3, 2 exposures; 9:00, u4, 1 exposure
 *     counted          5 exposures 3 users; 2 exposures 0 users; 1 exposure 1 user
 *     result           9:00, 8 exposures, 4 users
 */
function readHours(
  tx: Transaction,
  workspaceId: string,
  aliasId: string,
  { fromMs, toMs, limit }: HourRange,
): Promise<ExposureHour[]> {
  return tx.query(sql<ExposureHour>`
    with w as materialized (select folded_through from workspaces where id = ${workspaceId}),
    open as (
      select hour_ms, route_id, variant_id, user_id, exposures from bucket_parts
      where workspace_id = ${workspaceId} and hour_ms >= ${fromMs} and hour_ms < ${toMs} and alias_id = ${aliasId}
      union all
      select exposed_at_ms - exposed_at_ms % ${sql.lit(HOUR_MS)}, route_id, variant_id, user_id, 1 from (
        select exposed_at_ms, alias_id, route_id, variant_id, user_id from exposures
        where workspace_id = ${workspaceId} and id > (select folded_through from w)
          and received_at_ms >= ${fromMs - MAX_EXPOSURE_AHEAD_MS}
        order by id limit ${RAW_ROWS_MAX}
      ) raw
      where alias_id = ${aliasId} and exposed_at_ms >= ${fromMs} and exposed_at_ms < ${toMs}
    ), fresh as materialized (
      select hour_ms, route_id, variant_id, user_id, sum(exposures) as exposures from open group by 1, 2, 3, 4
    ), counted as (
      select hour_ms, route_id, variant_id, exposures, users from exposure_hours
      where workspace_id = ${workspaceId} and alias_id = ${aliasId} and hour_ms >= ${fromMs} and hour_ms < ${toMs}
      union all
      select f.hour_ms, f.route_id, f.variant_id, f.exposures, case when b.found then 0 else 1 end
      from fresh f left join lateral (
        select true as found from exposure_buckets b
        where b.workspace_id = ${workspaceId} and b.hour_ms = f.hour_ms and b.user_id = f.user_id
          and b.alias_id = ${aliasId} and b.route_id = f.route_id and b.variant_id = f.variant_id limit 1
      ) b on true
    )
    select hour_ms as "hourMs", route_id as "routeId", variant_id as "variantId",
      sum(exposures)::bigint as exposures, sum(users)::bigint as users
    from counted group by 1, 2, 3 order by 1, 2, 3 limit ${limit}`);
}
