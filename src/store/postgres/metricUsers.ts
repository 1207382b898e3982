// The users of a router in a range of days: when each was first exposed, to what, and to how many groups.
import { sql, type RawBuilder } from "kysely";
import type { SampleOptions } from "../../domain/metricSample.ts";
import { MAX_EXPOSURE_AHEAD_MS } from "../../domain/limits.ts";

/** A cell's number and the time of the first exposure share one integer, whose minimum is the first exposure with its cell. */
const CELL_BITS = 16;

interface UsersQuery extends Pick<SampleOptions, "by" | "routeId" | "fromMs" | "toMs"> {
  workspaceId: string;
  aliasId: string;
}

/**
 * `open` (exposures not yet in a bucket), `served` (exposures of each route and variant), `cells` (numbers for these: `cell` for a route
 * and variant, `grp` for what is compared) and `users`. Three places hold exposures: placed buckets, parts of hours that are not over,
 * and raw rows not yet folded; a user's first exposure is the first of all of them.
 */
export function usersCtes(query: UsersQuery): RawBuilder<unknown> {
  const { workspaceId, aliasId, fromMs, toMs, routeId } = query;
  const within = sql`workspace_id = ${workspaceId} and alias_id = ${aliasId}${routeId === null ? sql`` : sql` and route_id = ${routeId}`}`;
  const hours = sql`${within} and hour_ms >= ${fromMs}::bigint and hour_ms < ${toMs}::bigint`;
  const group = query.by === "route" ? sql`route_id` : sql`variant_id`;
  return sql`
    open as materialized (
      select user_id, route_id, variant_id, first_exposed_at_ms, exposures from bucket_parts where ${hours}
      union all
      select user_id, route_id, variant_id, exposed_at_ms, 1 from exposures
      where ${within} and id > (select folded_through from workspaces where id = ${workspaceId})
        and exposed_at_ms >= ${fromMs}::bigint and exposed_at_ms < ${toMs}::bigint
        and received_at_ms >= ${fromMs - MAX_EXPOSURE_AHEAD_MS}::bigint
    ), served as materialized (
      select route_id, variant_id, sum(exposures)::bigint as exposures from (
        select route_id, variant_id, exposures from exposure_hours where ${hours}
        union all
        select route_id, variant_id, exposures from open
      ) both_of_it group by 1, 2
    ), cells as materialized (
      select route_id, variant_id, row_number() over (order by route_id, variant_id) as cell, dense_rank() over (order by ${group}) as grp
      from served
    ), users as materialized (
      select user_id, min(first >> ${sql.lit(CELL_BITS)}) as anchor_ms,
        min(first) & ${sql.lit((1 << CELL_BITS) - 1)} as cell, min(grp) <> max(grp) as mixed
      from (
        select b.user_id, c.grp, b.first_exposed_at_ms << ${sql.lit(CELL_BITS)} | c.cell as first
        from (
          select user_id, route_id, variant_id, first_exposed_at_ms from exposure_buckets where ${hours}
          union all
          select user_id, route_id, variant_id, first_exposed_at_ms from open
        ) b join cells c on c.route_id = b.route_id and c.variant_id = b.variant_id
      ) seen group by user_id
    )`;
}
