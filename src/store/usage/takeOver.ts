// Takes over what buckets held before assignments were recorded: what served a user then was assigned to it. In steps.
import { sql } from "kysely";
import { MAX_EXPOSURE_AHEAD_MS } from "../../domain/limits.ts";
import { asSealer } from "../exposures/sealer.ts";
import type { Database, Transaction } from "../postgres/database.ts";
import { added, columnsOf } from "./calls.ts";

const HOUR_MS = sql.lit(3_600_000);
const STEP_BUCKETS = 20_000;
/** The share of one seal, so that no export waits for long; the reconciler asks for the next one. */
const STEPS_MAX = 50;
const KEY = sql`hour_ms, user_id, alias_id, route_id, variant_id`;
const BUCKET_KEY = sql`workspace_id, alias_id, hour_ms, user_id, route_id, variant_id, router_version`;
const HOUR_KEY = sql`workspace_id, alias_id, hour_ms, route_id, variant_id, has_user`;
const COUNTS = ["assigned", "served"];
const zeros = (names: string[]) => sql.join(names.map(() => sql.lit(0)));

export async function takeOver(db: Database, workspaceId: string, stepBuckets = STEP_BUCKETS): Promise<void> {
  for (let left = STEPS_MAX; left > 0; left--) {
    const isDone = await asSealer(db, workspaceId, (tx) => step(tx, workspaceId, stepBuckets));
    if (isDone) return;
  }
}

async function step(tx: Transaction, workspaceId: string, stepBuckets: number): Promise<boolean> {
  const [pending] = await tx.query(sql<{ hasDueParts: boolean }>`
    select exists (
      select from bucket_parts p where p.workspace_id = t.workspace_id and p.hour_ms < w.seal_before_ms
    ) as "hasDueParts"
    from usage_take_overs t join workspaces w on w.id = t.workspace_id where t.workspace_id = ${workspaceId}`);
  // While a pass moves parts into buckets, a bucket may hold some of its exposures only.
  if (pending === undefined || pending.hasDueParts) return true;
  const [taken] = await tx.query(takeBuckets(workspaceId, stepBuckets));
  if (taken !== undefined && taken.buckets === stepBuckets) return false;
  await tx.execute(sql`
    delete from usage_take_overs t where workspace_id = ${workspaceId} and not exists (
      select from bucket_parts p where p.workspace_id = t.workspace_id
        and p.hour_ms <= t.began_at_ms + ${sql.lit(MAX_EXPOSURE_AHEAD_MS)}::bigint)`);
  return true;
}

/**
 * The next buckets by their number, without exposures that came after the upgrade: those are folded as calls. For
 * example, when exposures up to id 7 were in buckets, and 8 and 9 have been folded since:
 *
 *     bucket    9:00, user u, variant a: 5 exposures
 *     ids 8, 9  9:00, user u, variant a
 *     taken     9:00, user u, variant a: assigned 3, served 3
 */
export function takeBuckets(workspaceId: string, stepBuckets: number) {
  const told = ["input_tokens", "output_tokens", "token_calls", "cost_usd", "cost_calls"];
  const noSums = ["failed", ...told, "latency_ms", "latencies", "ttft_ms", "ttfts"];
  const noHourSums = ["failed", "fallbacks", ...told];
  return sql<{ buckets: number }>`
    with t as materialized (
      select t.*, w.folded_through from usage_take_overs t join workspaces w on w.id = t.workspace_id
      where t.workspace_id = ${workspaceId}
    ), step as materialized (
      select ${KEY}, first_seal_seq, exposures, time_ms, first_exposed_at_ms from exposure_buckets
      where workspace_id = ${workspaceId} and first_seal_seq > (select through_seq from t)
      order by first_seal_seq limit ${stepBuckets}
    ), hours as materialized (
      select min(hour_ms) as first, max(hour_ms) as last from step
    ), every as (
      select ${KEY}, exposures, time_ms, first_exposed_at_ms, true as is_bucket from step
      union all
      select ${KEY}, exposures, time_ms, first_exposed_at_ms, false from bucket_parts
      where workspace_id = ${workspaceId} and hour_ms between (select first from hours) and (select last from hours)
      union all
      select exposed_at_ms - exposed_at_ms % ${HOUR_MS}, user_id, alias_id, route_id, variant_id, -1, null, null, false
      from exposures
      where workspace_id = ${workspaceId} and id > (select exposures_through from t)
        and id <= (select folded_through from t)
        and exposed_at_ms between (select first from hours) and (select last from hours) + ${HOUR_MS} - 1
    ), bucket as materialized (
      select ${KEY}, sum(exposures)::bigint as exposures, max(time_ms) as time_ms,
        min(first_exposed_at_ms) as first_exposed_at_ms
      from every group by ${KEY} having bool_or(is_bucket) and sum(exposures) > 0
    ), buckets as (
      insert into assignment_buckets as b (${BUCKET_KEY}, first_assigned_at_ms, assigned, served, ${columnsOf(noSums)})
      select ${workspaceId}, alias_id, hour_ms, user_id, route_id, variant_id, 0, first_exposed_at_ms,
        exposures, exposures, ${zeros(noSums)}
      from bucket order by alias_id, hour_ms, user_id, route_id, variant_id
      on conflict (${BUCKET_KEY}) do update set ${added("b", COUNTS)},
        first_assigned_at_ms = least(b.first_assigned_at_ms, excluded.first_assigned_at_ms)
    ), sums as (
      insert into usage_hours as h (${HOUR_KEY}, assigned, served, ${columnsOf(noHourSums)})
      select ${workspaceId}, alias_id, hour_ms, route_id, variant_id, true, sum(exposures)::bigint,
        sum(exposures)::bigint, ${zeros(noHourSums)}
      from bucket group by alias_id, hour_ms, route_id, variant_id order by alias_id, hour_ms, route_id, variant_id
      on conflict (${HOUR_KEY}) do update set ${added("h", COUNTS)}
    ), aliases as (
      insert into exposed_aliases as a (workspace_id, alias_id, exposures, last_exposed_at_ms)
      select ${workspaceId}, alias_id, sum(exposures)::bigint, max(time_ms)
      from bucket group by alias_id order by alias_id
      on conflict (workspace_id, alias_id) do update set exposures = a.exposures + excluded.exposures,
        last_exposed_at_ms = greatest(a.last_exposed_at_ms, excluded.last_exposed_at_ms)
    ), moved as (
      update usage_take_overs set through_seq = greatest(through_seq, (select max(first_seal_seq) from step))
      where workspace_id = ${workspaceId}
    )
    select count(*) as buckets from step`;
}
