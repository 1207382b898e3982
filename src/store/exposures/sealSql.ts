// The statements of sealing. Each runs under the sealer's row lock: nobody else changes what it reads of the workspace's buckets.

const HOUR_MS = 3_600_000;
const KEY = "hour_ms, user_id, alias_id, route_id, variant_id";
const SAME_KEY = ["user_id", "alias_id", "route_id", "variant_id"].map((part) => `s.${part} = n.${part}`).join(" and ");

/** $1 workspace, $2 last id and $3 end of the hours of this pass; one under way takes the later of each. */
export const BEGIN_PASS = `
  update workspaces set pass_through = greatest(pass_through, $2),
    pass_due_ms = greatest(pass_due_ms, $3)
  where id = $1`;

/** What is left of the pass. $1 workspace. */
export const LEFT = `
  select folded_through < pass_through as exposures,
    exists (select from bucket_parts p where p.workspace_id = $1 and p.hour_ms < pass_due_ms) as parts
  from workspaces where id = $1`;

/** Parts of hours that are over become buckets. $1 workspace, $2 rows. */
export const PLACE_PARTS = `
  with step as (
    delete from bucket_parts p where p.workspace_id = $1 and p.ctid = any(array(
      select ctid from bucket_parts
      where workspace_id = $1 and hour_ms < (select pass_due_ms from workspaces where id = $1) order by hour_ms limit $2))
    returning ${KEY}, time_ms, first_exposed_at_ms, exposures
  ), bucket as materialized (
    select ${KEY}, max(time_ms) as time_ms, min(first_exposed_at_ms) as first_exposed_at_ms, sum(exposures)::bigint as exposures
    from step group by ${KEY}
  ), ${place("select folded_through as last from workspaces where id = $1")}`;

/** Raw exposures become buckets, or parts where their hour is not over. $1 workspace, $2 rows. */
export const PLACE_EXPOSURES = `
  with step as materialized (
    select id, exposed_at_ms, user_id, alias_id, route_id, variant_id from exposures
    where workspace_id = $1 and id > (select folded_through from workspaces where id = $1)
      and id <= (select pass_through from workspaces where id = $1) order by id limit $2
  ), folded as materialized (
    select exposed_at_ms - exposed_at_ms % ${HOUR_MS} as hour_ms, user_id, alias_id, route_id, variant_id,
      max(exposed_at_ms) as time_ms, min(exposed_at_ms) as first_exposed_at_ms, count(*) as exposures
    from step group by 1, 2, 3, 4, 5
  ), part as (
    insert into bucket_parts (workspace_id, ${KEY}, time_ms, first_exposed_at_ms, exposures)
    select $1, f.* from folded f where hour_ms >= (select pass_due_ms from workspaces where id = $1) order by hour_ms
  ), bucket as (
    select * from folded where hour_ms < (select pass_due_ms from workspaces where id = $1)
  ), ${place("select case when count(*) < $2 then (select pass_through from workspaces where id = $1) else max(id) end as last from step")}`;

/**
 * Puts the rows of `bucket` where they belong: into a bucket that is there, or into a new one with the next place. Into a sealed
 * one they come late; that counts once for each, and one that moves its time is a revision with a new place. Of an hour after
 * the newest nothing can be there: the join then asks for a null hour, which costs no search. In order of the key, so that
 * the index is read and filled in its order.
 */
function place(last: string): string {
  return `
  w as materialized (select * from workspaces where id = $1),
  found as materialized (
    select n.*, s.ctid as spot, s.first_seal_seq <= w.last_seal_seq as sealed, s.late,
      s.seal_seq <= w.last_seal_seq and n.time_ms > s.time_ms as revised
    from w cross join (select * from bucket order by ${KEY}) n
    left join exposure_buckets s on s.workspace_id = $1
      and s.hour_ms = case when n.hour_ms <= w.newest_hour_ms then n.hour_ms end and ${SAME_KEY}
  ), grown as (
    update exposure_buckets s set time_ms = greatest(s.time_ms, n.time_ms), late = s.late or n.sealed,
      first_exposed_at_ms = least(s.first_exposed_at_ms, n.first_exposed_at_ms), exposures = s.exposures + n.exposures,
      sealed_time_ms = case when n.sealed then s.sealed_time_ms else greatest(s.sealed_time_ms, n.time_ms) end
    from found n where s.workspace_id = $1 and s.ctid = n.spot and not n.revised
  ), revised as (
    update exposure_buckets s set time_ms = n.time_ms, late = true,
      first_exposed_at_ms = least(s.first_exposed_at_ms, n.first_exposed_at_ms), exposures = s.exposures + n.exposures,
      seal_seq = w.placed_seq + n.n
    from w, (select n.*, row_number() over () as n from found n where n.revised) n where s.workspace_id = $1 and s.ctid = n.spot
  ), changed as (
    select count(*) filter (where revised) as revised, count(*) filter (where sealed and not late) as late,
      count(*) filter (where spot is null) as fresh, max(hour_ms) as newest_hour_ms
    from found
  ), fresh as (
    insert into exposure_buckets
      (workspace_id, ${KEY}, time_ms, first_exposed_at_ms, exposures, sealed_time_ms, nth, first_seal_seq, seal_seq)
    select $1, ${KEY}, time_ms, first_exposed_at_ms, exposures, time_ms, w.placed_buckets + f.n, w.placed_seq + c.revised + f.n,
      w.placed_seq + c.revised + f.n
    from w, (select revised from changed) c, (select n.*, row_number() over () as n from found n where spot is null) f
  )
  update workspaces w set folded_through = l.last, placed_seq = w.placed_seq + c.revised + c.fresh,
    placed_buckets = w.placed_buckets + c.fresh, late_buckets = w.late_buckets + c.late,
    newest_hour_ms = greatest(w.newest_hour_ms, c.newest_hour_ms)
  from changed c, (${last}) l where w.id = $1`;
}

/** Everything placed is sealed: readers may have it, and what comes to it from now on is late. $1 workspace. */
export const PUBLISH = `
  update workspaces set last_seal_seq = placed_seq, sealed_buckets = placed_buckets, pass_due_ms = 0 where id = $1
  returning last_seal_seq as "throughSeq"`;
