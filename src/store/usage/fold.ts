// Folds calls into what users were assigned, into usage per hour, and into sketches. Runs after each seal.
import { sql, type RawBuilder } from "kysely";
import { asSealer } from "../exposures/sealer.ts";
import type { Database, Transaction } from "../postgres/database.ts";
import { added, ASSIGNED, columnsOf, EXPOSED, HOUR_SUMS, variantsOf } from "./calls.ts";
import { binOf } from "./sketches.ts";

const HOUR_MS = sql.lit(3_600_000);
const STEP_ROWS = 50_000;
const BUCKET_KEY = sql`workspace_id, alias_id, hour_ms, user_id, route_id, variant_id, router_version`;
const HOUR_KEY = sql`workspace_id, alias_id, hour_ms, route_id, variant_id, has_user`;

/** All exposures up to `highestId` are committed. Assignments that are committed later are folded later. */
export async function foldUsage(
  db: Database,
  workspaceId: string,
  highestId: number,
  stepRows = STEP_ROWS,
): Promise<void> {
  for (;;) {
    const isDone = await asSealer(db, workspaceId, (tx) => step(tx, workspaceId, highestId, stepRows));
    if (isDone) return;
  }
}

async function step(tx: Transaction, workspaceId: string, highestId: number, stepRows: number): Promise<boolean> {
  const [folded] = await tx.query(foldStatement(workspaceId, highestId, stepRows));
  return folded === undefined || (folded.exposures < stepRows && folded.assignments < stepRows);
}

export function foldStatement(workspaceId: string, highestId: number, stepRows: number) {
  return sql<{ exposures: number; assignments: number }>`
    with w as materialized (select usage_through from workspaces where id = ${workspaceId}),
    exposed as materialized (
      select id, ${EXPOSED} from exposures
      where workspace_id = ${workspaceId} and id > (select usage_through from w) and id <= ${highestId}
      order by id limit ${stepRows}
    ), taken as (
      delete from assignments where ctid = any(array(
        select ctid from assignments where workspace_id = ${workspaceId} order by received_at_ms limit ${stepRows}))
      returning *
    ), assigned as materialized (
      select ${ASSIGNED} from taken
    ), call as materialized (
      select at_ms, alias_id, route_id, user_id, assigned_id, served_id, told_id, router_version, assigned,
        failed, input_tokens, output_tokens, cost_usd, latency_ms, ttft_ms from exposed
      union all
      select * from assigned
    ), variant as materialized (
      ${variantsOf(sql`call`)}
    ), buckets as (${intoBuckets(workspaceId)}), hours as (${intoHours(workspaceId)}),
    bins as (${intoBins(workspaceId)}), aliases as (${intoAliases(workspaceId)}),
    moved as (
      update workspaces set usage_through = greatest(usage_through, (
        select case when count(*) < ${stepRows} then ${highestId}::bigint else max(id) end from exposed))
      where id = ${workspaceId}
    )
    select (select count(*) from exposed) as exposures, (select count(*) from assigned) as assignments`;
}

/** Of a user. Tokens, cost and times are counted with them, so that a mean leaves out calls that told nothing. */
const BUCKET_SUMS = {
  assigned: sql`sum(assigned)`,
  served: sql`count(served_id)`,
  failed: sql`sum(failed)`,
  input_tokens: sql`coalesce(sum(input_tokens), 0)`,
  output_tokens: sql`coalesce(sum(output_tokens), 0)`,
  token_calls: sql`count(coalesce(input_tokens, output_tokens))`,
  cost_usd: sql`coalesce(sum(cost_usd), 0)`,
  cost_calls: sql`count(cost_usd)`,
  latency_ms: sql`coalesce(sum(latency_ms), 0)`,
  latencies: sql`count(latency_ms)`,
  ttft_ms: sql`coalesce(sum(ttft_ms), 0)`,
  ttfts: sql`count(ttft_ms)`,
};

function intoBuckets(workspaceId: string): RawBuilder<unknown> {
  const names = Object.keys(BUCKET_SUMS);
  return sql`
    insert into assignment_buckets as b (${BUCKET_KEY}, first_assigned_at_ms, ${columnsOf(names)})
    select ${workspaceId}, alias_id, at_ms - at_ms % ${HOUR_MS}, user_id, route_id, assigned_id, router_version,
      min(at_ms) filter (where assigned = 1), ${sql.join(Object.values(BUCKET_SUMS))}
    from call group by 2, 3, 4, 5, 6, 7 order by 2, 3, 4, 5, 6, 7
    on conflict (${BUCKET_KEY}) do update set
      first_assigned_at_ms = least(b.first_assigned_at_ms, excluded.first_assigned_at_ms), ${added("b", names)}`;
}

function intoHours(workspaceId: string): RawBuilder<unknown> {
  const names = Object.keys(HOUR_SUMS);
  return sql`
    insert into usage_hours as h (${HOUR_KEY}, ${columnsOf(names)})
    select ${workspaceId}, alias_id, hour_ms, route_id, variant_id, true, ${sql.join(Object.values(HOUR_SUMS))}
    from variant group by 2, 3, 4, 5 order by 2, 3, 4, 5
    on conflict (${HOUR_KEY}) do update set ${added("h", names)}`;
}

function intoBins(workspaceId: string): RawBuilder<unknown> {
  return sql`
    insert into usage_bins as b (${HOUR_KEY}, measure, bin, calls)
    select ${workspaceId}, alias_id, hour_ms, route_id, variant_id, true, m.measure, ${binOf(sql`m.ms`)}, count(*)
    from variant cross join lateral (values ('latency', latency_ms), ('ttft', ttft_ms)) m (measure, ms)
    where m.ms is not null group by 2, 3, 4, 5, 7, 8 order by 2, 3, 4, 5, 7, 8
    on conflict (${HOUR_KEY}, measure, bin) do update set calls = b.calls + excluded.calls`;
}

function intoAliases(workspaceId: string): RawBuilder<unknown> {
  return sql`
    insert into exposed_aliases as a (workspace_id, alias_id, exposures, last_exposed_at_ms)
    select ${workspaceId}, alias_id, count(*), max(at_ms) from call where served_id is not null
    group by alias_id order by alias_id
    on conflict (workspace_id, alias_id) do update set exposures = a.exposures + excluded.exposures,
      last_exposed_at_ms = greatest(a.last_exposed_at_ms, excluded.last_exposed_at_ms)`;
}
