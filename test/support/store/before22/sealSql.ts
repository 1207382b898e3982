// How workers fold exposures that know nothing of migration 0022, as they go on during an upgrade to it.
import { sql, type RawBuilder } from "kysely";

const HOUR_MS = sql.lit(3_600_000);
const KEY = sql`hour_ms, user_id, alias_id, route_id, variant_id`;

export function foldParts(workspaceId: string, stepRows: number): RawBuilder<unknown> {
  return sql`
    with w as materialized (select * from workspaces where id = ${workspaceId}),
    step as (
      delete from bucket_parts p where p.workspace_id = ${workspaceId} and p.ctid = any(array(
        select ctid from bucket_parts where workspace_id = ${workspaceId} and hour_ms < (select seal_before_ms from w)
        order by hour_ms limit ${stepRows}))
      returning ${KEY}, time_ms, first_exposed_at_ms, exposures
    ), bucket as materialized (
      select ${KEY}, max(time_ms) as time_ms, min(first_exposed_at_ms) as first_exposed_at_ms,
        sum(exposures)::bigint as exposures
      from step group by ${KEY}
    ), ${mergeBuckets(workspaceId, sql`select folded_through as last from w`)}`;
}

/** Turns raw exposures into buckets, or into parts if their hour is not over. */
export function foldExposures(workspaceId: string, stepRows: number): RawBuilder<unknown> {
  return sql`
    with w as materialized (select * from workspaces where id = ${workspaceId}),
    step as materialized (
      select id, exposed_at_ms, user_id, alias_id, route_id, variant_id from exposures
      where workspace_id = ${workspaceId} and id > (select folded_through from w) and id <= (select pass_through from w)
      order by id limit ${stepRows}
    ), folded as materialized (
      select exposed_at_ms - exposed_at_ms % ${HOUR_MS} as hour_ms, user_id, alias_id, route_id, variant_id,
        max(exposed_at_ms) as time_ms, min(exposed_at_ms) as first_exposed_at_ms, count(*) as exposures
      from step group by 1, 2, 3, 4, 5
    ), part as (
      insert into bucket_parts (workspace_id, ${KEY}, time_ms, first_exposed_at_ms, exposures)
      select ${workspaceId}, f.* from folded f where hour_ms >= (select seal_before_ms from w) order by hour_ms
    ), bucket as (
      select * from folded where hour_ms < (select seal_before_ms from w)
    ), ${mergeBuckets(
      workspaceId,
      sql`select case when count(*) < ${stepRows} then (select pass_through from w) else max(id) end as last from step`,
    )}`;
}

/**
 * Merges the rows of `bucket` into exposure_buckets; `last` is the highest exposure id that is folded afterwards. For
 * example, while assigned_seq is 7, user u has exposures at 9:10 and 9:50 with route r and variant a:
 *
 *     row of `bucket`         what is there                  becomes
 *     9:00, time 9:50, 2 exp  nothing                fresh   seq 8, time 9:50, 2 exposures         assigned_seq 8
 *
 * Once seq 8 is published, the bucket is sealed, and what comes is late. It is one of two:
 *
 *     9:00, time 9:20, 1 exp  seq 8, time 9:50       grown   seq 8, time 9:50, 3 exposures, late   assigned_seq 8
 *     9:00, time 9:55, 1 exp  seq 8, time 9:50     revised   seq 9, time 9:55, 3 exposures, late   assigned_seq 9
 *
 * Revisions keep `first_seal_seq` 8 and `sealed_time_ms` 9:50. No bucket is of an hour after `newest_hour_ms`: the
 * join then asks for a null hour, which costs no search. Rows are in the order of the key, so that the index is read
 * and filled in order. `offset 0` keeps the search by the whole key, whatever the statistics say of a growing table.
 */
function mergeBuckets(workspaceId: string, last: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
  found as materialized (
    select n.*, s.ctid as spot, s.first_seal_seq <= w.last_seal_seq as sealed, s.late,
      s.seal_seq <= w.last_seal_seq and n.time_ms > s.time_ms as revised
    from w cross join (select * from bucket order by ${KEY}) n
    left join lateral (
      select ctid, first_seal_seq, late, seal_seq, time_ms from exposure_buckets where workspace_id = ${workspaceId}
        and hour_ms = case when n.hour_ms <= w.newest_hour_ms then n.hour_ms end and user_id = n.user_id
        and alias_id = n.alias_id and route_id = n.route_id and variant_id = n.variant_id offset 0
    ) s on true
  ), grown as (
    update exposure_buckets s set time_ms = greatest(s.time_ms, n.time_ms), late = s.late or n.sealed,
      first_exposed_at_ms = least(s.first_exposed_at_ms, n.first_exposed_at_ms), exposures = s.exposures + n.exposures,
      sealed_time_ms = case when n.sealed then s.sealed_time_ms else greatest(s.sealed_time_ms, n.time_ms) end
    from found n where s.workspace_id = ${workspaceId} and s.ctid = n.spot and not n.revised
  ), revised as (
    update exposure_buckets s set time_ms = n.time_ms, late = true,
      first_exposed_at_ms = least(s.first_exposed_at_ms, n.first_exposed_at_ms), exposures = s.exposures + n.exposures,
      seal_seq = w.assigned_seq + n.n
    from w, (select n.*, row_number() over () as n from found n where n.revised) n
    where s.workspace_id = ${workspaceId} and s.ctid = n.spot
  ), changed as (
    select count(*) filter (where revised) as revised, count(*) filter (where sealed and not late) as late,
      count(*) filter (where spot is null) as fresh, max(hour_ms) as newest_hour_ms
    from found
  ), fresh as (
    insert into exposure_buckets (workspace_id, ${KEY}, time_ms, first_exposed_at_ms, exposures, sealed_time_ms,
      bucket_number, first_seal_seq, seal_seq)
    select ${workspaceId}, ${KEY}, time_ms, first_exposed_at_ms, exposures, time_ms, w.assigned_buckets + f.n,
      w.assigned_seq + c.revised + f.n, w.assigned_seq + c.revised + f.n
    from w, (select revised from changed) c, (select n.*, row_number() over () as n from found n where spot is null) f
  )
  update workspaces w set folded_through = l.last, assigned_seq = w.assigned_seq + c.revised + c.fresh,
    assigned_buckets = w.assigned_buckets + c.fresh, late_buckets = w.late_buckets + c.late,
    newest_hour_ms = greatest(w.newest_hour_ms, c.newest_hour_ms)
  from changed c, (${last}) l where w.id = ${workspaceId}`;
}
