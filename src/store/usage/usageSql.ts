// The statement that reads the usage of an alias: sums per hour, bins, users, and calls that are not folded.
import { sql, type RawBuilder } from "kysely";
import { MAX_EXPOSURE_AHEAD_MS } from "../../domain/limits.ts";
import type { VariantUsage } from "../../domain/usage.ts";
import { ASSIGNED, columnsOf, EXPOSED, HOUR_SUMS, variantsOf } from "./calls.ts";
import type { UsageRange } from "./interface.ts";
import { binOf, type Bin } from "./sketches.ts";

/** Of the rows that are not folded only the oldest are read. The reconciler folds long before there are more. */
const RAW_ROWS_MAX = 1_000_000;

export interface UsageQuery extends UsageRange {
  workspaceId: string;
  aliasId: string;
}

export type VariantKey = Pick<VariantUsage, "routeId" | "variantId">;
type SumsRow = Omit<VariantUsage, "latencyMs" | "ttftMs" | "users">;
type BinRow = VariantKey & Bin & { measure: "latency" | "ttft" };

interface UsageRow {
  sums: SumsRow[];
  bins: BinRow[];
  users: (VariantKey & { users: number })[];
  isKnown: boolean;
}

function hoursOf({ workspaceId, aliasId, routeId, fromMs, toMs }: UsageQuery): RawBuilder<unknown> {
  return sql`workspace_id = ${workspaceId} and alias_id = ${aliasId} ${routeOf(routeId)}
    and hour_ms >= ${fromMs}::bigint and hour_ms < ${toMs}::bigint`;
}

const routeOf = (routeId: string | null): RawBuilder<unknown> =>
  routeId === null ? sql`` : sql`and route_id = ${routeId}`;

/** A subquery with the calls of the range that are not folded. */
function openCalls({ workspaceId, aliasId, routeId, fromMs, toMs }: UsageQuery): RawBuilder<unknown> {
  const its = sql`alias_id = ${aliasId} ${routeOf(routeId)}`;
  return sql`(
    select ${EXPOSED} from (
      select * from exposures
      where workspace_id = ${workspaceId} and id > (select usage_through from workspaces where id = ${workspaceId})
        and received_at_ms >= ${fromMs - MAX_EXPOSURE_AHEAD_MS}::bigint
      order by id limit ${RAW_ROWS_MAX}
    ) e where ${its} and exposed_at_ms >= ${fromMs}::bigint and exposed_at_ms < ${toMs}::bigint
    union all
    select ${ASSIGNED} from (
      select * from assignments where workspace_id = ${workspaceId} order by received_at_ms limit ${RAW_ROWS_MAX}
    ) a where ${its} and at_ms >= ${fromMs}::bigint and at_ms < ${toMs}::bigint
  )`;
}

/** One statement, so that calls which are not folded are read once. A user counts once, in however many hours. */
export function usageStatement(query: UsageQuery) {
  const { workspaceId, aliasId } = query;
  const key = sql`route_id as "routeId", variant_id as "variantId"`;
  const listOf = (rows: string) => sql`(select coalesce(jsonb_agg(to_jsonb(r)), '[]') from ${sql.table(rows)} r)`;
  const its = sql`workspace_id = ${workspaceId} and alias_id = ${aliasId}`;
  const names = Object.keys(HOUR_SUMS);
  const sums = Object.values(HOUR_SUMS);
  return sql<UsageRow>`
    with open as materialized ${openCalls(query)},
    variant as materialized (${variantsOf(sql`open`)}),
    sums as (
      select ${key}, coalesce(sum(assigned) filter (where has_user), 0) as assigned,
        coalesce(sum(served) filter (where has_user), 0) as served, sum(failed) as failed,
        sum(fallbacks) as fallbacks, coalesce(sum(assigned) filter (where not has_user), 0) as "withoutUser",
        sum(input_tokens) as "inputTokens", sum(output_tokens) as "outputTokens", sum(token_calls) as "tokenCalls",
        sum(cost_usd) as "costUsd", sum(cost_calls) as "costCalls"
      from (
        select route_id, variant_id, has_user, ${columnsOf(names)} from usage_hours where ${hoursOf(query)}
        union all
        select route_id, variant_id, true, ${sql.join(sums)} from variant group by route_id, variant_id
      ) u group by route_id, variant_id order by route_id, variant_id
    ), bins as (
      select ${key}, measure, bin, sum(calls) as calls from (
        select route_id, variant_id, measure, bin, calls from usage_bins where ${hoursOf(query)}
        union all
        select route_id, variant_id, m.measure, ${binOf(sql`m.ms`)}, 1 from variant
        cross join lateral (values ('latency', latency_ms), ('ttft', ttft_ms)) m (measure, ms) where m.ms is not null
      ) b group by route_id, variant_id, measure, bin
    ), users as (
      select ${key}, count(distinct user_id) as users from (
        select route_id, variant_id, user_id from assignment_buckets where ${hoursOf(query)}
        union all
        select route_id, assigned_id, user_id from open
      ) u group by route_id, variant_id
    )
    select ${listOf("sums")} as sums, ${listOf("bins")} as bins, ${listOf("users")} as users,
      exists (select from routers where workspace_id = ${workspaceId} and id = ${aliasId})
        or exists (select from usage_hours where ${its}) or ${isOpen(query)} as "isKnown"`;
}

/** Whether the alias has calls that are not folded, in whatever hour. */
function isOpen({ workspaceId, aliasId }: UsageQuery): RawBuilder<unknown> {
  return sql`exists (
    select from ${openCalls({ workspaceId, aliasId, routeId: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })} c)`;
}
