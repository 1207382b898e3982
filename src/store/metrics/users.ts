// The users of a router in a range of days: when and to what each was first exposed, and whether to several groups.
import { sql, type RawBuilder } from "kysely";
import type { SampleOptions } from "../../domain/metrics/sample.ts";
import { MAX_EXPOSURE_AHEAD_MS } from "../../domain/limits.ts";
import type { Transaction } from "../postgres/database.ts";

/** The time of an exposure and its cell share one integer: the minimum is the first exposure with its cell. */
const CELL_BITS = 16;

interface UsersQuery extends Pick<SampleOptions, "by" | "routeId" | "fromMs" | "toMs"> {
  workspaceId: string;
  aliasId: string;
}

/** A route and variant that were exposed, with the number that stands for them. */
export interface Cell {
  cell: number;
  routeId: string;
  variantId: string;
  exposures: number;
}

/**
 * Tables last as long as the connection, rows as long as the transaction. `metric_missing`: users to count.
 * `metric_rivals`: users of an event of whose rows some are other exposed users', with these (rivals.ts).
 */
const CREATE_TABLES = sql`
  create temp table if not exists metric_users (
    user_id text collate "C" not null, anchor_ms bigint not null, cell integer not null, is_multiple boolean not null
  ) on commit delete rows;
  create temp table if not exists metric_missing (
    user_id text collate "C" not null, anchor_ms bigint not null, rivals bigint not null, rival_ids text[]
  ) on commit delete rows;
  create temp table if not exists metric_rivals (
    event_id integer not null, user_id text collate "C" not null, rivals bigint not null, rival_ids text[] not null
  ) on commit delete rows`;

/** Fills `metric_users`, and returns what was exposed. */
export async function gatherUsers(tx: Transaction, query: UsersQuery): Promise<Cell[]> {
  await tx.execute(CREATE_TABLES);
  return tx.query(sql<Cell>`
    with ${usersCtes(query)}, put as (insert into metric_users select user_id, anchor_ms, cell, is_multiple from users)
    select cell, route_id as "routeId", variant_id as "variantId", exposures from cells order by cell`);
}

/**
 * Exposures are in three places: buckets, parts of hours that are not over, and raw rows that are not folded. A
 * user's first exposure is the first of all of them. For example, compared by variant:
 *
 *     exposure_buckets      u1 route r variant a, first 9:10
 *     open                  u1 route r variant b, first 10:05; u2 route r variant b, first 10:20
 *     served                r/a 1 exposure; r/b 2 exposures
 *     cells                 r/a cell 1, group 1; r/b cell 2, group 2
 *     users                 u1 anchor 9:10, cell 1, is_multiple; u2 anchor 10:20, cell 2
 */
function usersCtes(query: UsersQuery): RawBuilder<unknown> {
  const { workspaceId, aliasId, fromMs, toMs, routeId } = query;
  const route = routeId === null ? sql`` : sql`and route_id = ${routeId}`;
  const within = sql`workspace_id = ${workspaceId} and alias_id = ${aliasId} ${route}`;
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
      select route_id, variant_id, exposures, row_number() over (order by route_id, variant_id) as cell,
        dense_rank() over (order by ${group}) as grp
      from served
    ), users as (
      select user_id, min(first >> ${sql.lit(CELL_BITS)}) as anchor_ms,
        min(first) & ${sql.lit((1 << CELL_BITS) - 1)} as cell, min(grp) <> max(grp) as is_multiple
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
