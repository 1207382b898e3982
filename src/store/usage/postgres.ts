// Usage in PostgreSQL: sums per hour that sealing keeps, and calls that are not folded yet.
import { sql, type RawBuilder } from "kysely";
import { MAX_EXPOSURE_AHEAD_MS } from "../../domain/limits.ts";
import type { VariantUsage } from "../../domain/usage.ts";
import { orFewerDays, type Database, type Transaction } from "../postgres/database.ts";
import { listAliases } from "./aliases.ts";
import { addAnonymous } from "./anonymous.ts";
import { ASSIGNED, EXPOSED, VARIANT_SUMS, variantsOf } from "./calls.ts";
import type { UsageRange, UsageStore } from "./interface.ts";
import { binOf, percentilesOf, type Bin } from "./sketches.ts";

/** Of the rows that are not folded only the oldest are read. The reconciler folds long before there are more. */
const RAW_ROWS_MAX = 1_000_000;

export function createUsageStore(pools: Record<"reports" | "ingest", Database>): UsageStore {
  return {
    async variants(workspaceId, aliasId, range) {
      // The tables grow faster than their statistics: the planner must not conclude that a whole table is quicker.
      const settings = sql`set transaction isolation level repeatable read; set local enable_seqscan = off`;
      return await pools.reports
        .transaction((tx) => readVariants(tx, { workspaceId, aliasId, ...range }), settings)
        .catch((error: unknown) => {
          throw orFewerDays(error);
        });
    },

    addAnonymous: (workspaceId, usage) => pools.ingest.transaction((tx) => addAnonymous(tx, workspaceId, usage)),
    aliases: (workspaceId, page) => listAliases(pools.reports, workspaceId, page),
  };
}

interface UsageQuery extends UsageRange {
  workspaceId: string;
  aliasId: string;
}

type VariantKey = Pick<VariantUsage, "routeId" | "variantId">;
type SumsRow = Omit<VariantUsage, "latencyMs" | "ttftMs" | "users">;
type BinRow = VariantKey & Bin & { measure: "latency" | "ttft" };

async function readVariants(tx: Transaction, query: UsageQuery): Promise<VariantUsage[] | null> {
  const sums = await readSums(tx, query);
  const bins = new Map<string, Bin[]>();
  for (const row of await readBins(tx, query)) {
    const key = `${keyOf(row)}\n${row.measure}`;
    bins.set(key, [...(bins.get(key) ?? []), row]);
  }
  const users = new Map((await readUsers(tx, query)).map((row) => [keyOf(row), row.users]));
  const variants = sums.map((row) => ({
    ...row,
    users: users.get(keyOf(row)) ?? 0,
    latencyMs: percentilesOf(bins.get(`${keyOf(row)}\nlatency`) ?? []),
    ttftMs: percentilesOf(bins.get(`${keyOf(row)}\nttft`) ?? []),
  }));
  return variants.length > 0 || (await isKnown(tx, query)) ? variants : null;
}

const keyOf = ({ routeId, variantId }: VariantKey): string => `${routeId}\n${variantId}`;

const KEY = sql`route_id as "routeId", variant_id as "variantId"`;

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

function readSums(tx: Transaction, query: UsageQuery): Promise<SumsRow[]> {
  return tx.query(sql<SumsRow>`
    select ${KEY}, sum(assigned)::bigint as assigned, sum(served)::bigint as served, sum(failed)::bigint as failed,
      sum(fallbacks)::bigint as fallbacks, sum(without_user)::bigint as "withoutUser",
      sum(input_tokens)::double precision as "inputTokens", sum(output_tokens)::double precision as "outputTokens",
      sum(cost_usd)::double precision as "costUsd"
    from (
      select route_id, variant_id, assigned, served, failed, fallbacks, without_user, input_tokens, output_tokens,
        cost_usd
      from usage_hours where ${hoursOf(query)}
      union all
      select route_id, variant_id, assigned, served, failed, fallbacks, 0, input_tokens, output_tokens, cost_usd from (
        select route_id, variant_id, ${VARIANT_SUMS} from (${variantsOf(openCalls(query))}) v group by 1, 2
      ) open
    ) u group by route_id, variant_id order by route_id, variant_id`);
}

function readBins(tx: Transaction, query: UsageQuery): Promise<BinRow[]> {
  return tx.query(sql<BinRow>`
    select ${KEY}, measure, bin, sum(calls)::bigint as calls from (
      select route_id, variant_id, measure, bin, calls from usage_bins where ${hoursOf(query)}
      union all
      select route_id, variant_id, m.measure, ${binOf(sql`m.ms`)}, 1 from (${variantsOf(openCalls(query))}) v
      cross join lateral (values ('latency', latency_ms), ('ttft', ttft_ms)) m (measure, ms) where m.ms is not null
    ) b group by route_id, variant_id, measure, bin order by bin`);
}

/** A user counts once for a variant, in however many hours it was assigned to it. */
function readUsers(tx: Transaction, query: UsageQuery): Promise<(VariantKey & { users: number })[]> {
  return tx.query(sql<VariantKey & { users: number }>`
    select ${KEY}, count(distinct user_id) as users from (
      select route_id, variant_id, user_id from assignment_buckets where ${hoursOf(query)} and assigned > 0
      union all
      select route_id, assigned_id, user_id from ${openCalls(query)} c where assigned = 1
    ) u group by route_id, variant_id`);
}

async function isKnown(tx: Transaction, { workspaceId, aliasId }: UsageQuery): Promise<boolean> {
  const found = await tx.execute(sql`
    select where exists (select from routers where workspace_id = ${workspaceId} and id = ${aliasId})
      or exists (select from usage_hours where workspace_id = ${workspaceId} and alias_id = ${aliasId})
      or exists (select from ${openCalls({ workspaceId, aliasId, routeId: null, fromMs: 0, toMs: 2 ** 52 })} c)`);
  return found > 0;
}
