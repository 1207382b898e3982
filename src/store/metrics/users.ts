// The users of a router in a range of days: when each was first exposed, to what, and to how many groups.
import { sql, type RawBuilder } from "kysely";
import type { SampleOptions } from "../../domain/metrics/sample.ts";
import { MAX_EXPOSURE_AHEAD_MS } from "../../domain/limits.ts";
import type { Queryable } from "../postgres/database.ts";

/** A cell's number and the time of the first exposure share one integer, whose minimum is the first exposure with its cell. */
const CELL_BITS = 16;

interface UsersQuery extends Pick<SampleOptions, "by" | "routeId" | "fromMs" | "toMs"> {
  workspaceId: string;
  aliasId: string;
}

/** A route and variant that were exposed, by the number that users have for it. */
export interface Cell {
  cell: number;
  routeId: string;
  variantId: string;
  exposures: number;
}

/** They belong to the connection and last as long as a transaction. `metric_missing`: users who are to be counted. */
const TABLES = `
  create temp table if not exists metric_users (
    user_id text collate "C" not null, anchor_ms bigint not null, cell integer not null, mixed boolean not null
  ) on commit delete rows;
  create temp table if not exists metric_missing (
    user_id text collate "C" not null, anchor_ms bigint not null
  ) on commit delete rows`;

/** Fills `metric_users`, and tells what was exposed. */
export async function gatherUsers(tx: Queryable, query: UsersQuery): Promise<Cell[]> {
  await sql.raw(TABLES).execute(tx);
  const { rows } = await sql<Cell>`
    with ${usersCtes(query)}, put as (insert into metric_users select user_id, anchor_ms, cell, mixed from users)
    select cell, route_id as "routeId", variant_id as "variantId", exposures from cells order by cell`.execute(tx);
  return rows;
}

/**
 * `open` (exposures not yet in a bucket), `served` (exposures of each route and variant), `cells` (numbers for these: `cell` for a route
 * and variant, `grp` for what is compared) and `users`. Three places hold exposures: placed buckets, parts of hours that are not over,
 * and raw rows not yet folded; a user's first exposure is the first of all of them.
 */
function usersCtes(query: UsersQuery): RawBuilder<unknown> {
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
      select route_id, variant_id, exposures, row_number() over (order by route_id, variant_id) as cell, dense_rank() over (order by ${group}) as grp
      from served
    ), users as (
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
