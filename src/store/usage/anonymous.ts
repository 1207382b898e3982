// Adds calls without a user to the sums of the current hour. They have no rows of their own.
import { sql } from "kysely";
import type { AnonymousUsage } from "../../domain/usage.ts";
import type { Transaction } from "../postgres/database.ts";
import { added, columnsOf, HOUR_SUMS } from "./calls.ts";
import { binOf } from "./sketches.ts";

const KEY = sql`workspace_id, alias_id, hour_ms, route_id, variant_id, has_user`;
const IDS = sql`alias_id text, route_id text, variant_id text`;
const NAMES = Object.keys(HOUR_SUMS);

/** All hours and then all bins, in the order of the key, so that two servers do not wait for each other. */
export async function addAnonymous(tx: Transaction, workspaceId: string, usage: AnonymousUsage[]): Promise<void> {
  const hour = sql`crosscurrent_now_ms() - crosscurrent_now_ms() % 3600000`;
  const [now] = await tx.query(sql<{ hourMs: number }>`select ${hour} as "hourMs"`);
  const hourMs = sql`${now?.hourMs ?? 0}::bigint`;
  const order = sql`alias_id collate "C", route_id collate "C", variant_id collate "C"`;
  const types = sql.join(NAMES.map((name) => sql`${sql.ref(name)} ${sql.raw(TYPES.get(name) ?? "bigint")}`));
  await tx.execute(sql`
    insert into usage_hours as h (${KEY}, ${columnsOf(NAMES)})
    select ${workspaceId}, alias_id, ${hourMs}, route_id, variant_id, false, ${columnsOf(NAMES)}
    from jsonb_to_recordset(${JSON.stringify(usage.map(sumsOf))}::jsonb) u (${IDS}, ${types})
    order by ${order}
    on conflict (${KEY}) do update set ${added("h", NAMES)}`);
  await tx.execute(sql`
    insert into usage_bins as b (${KEY}, measure, bin, calls)
    select ${workspaceId}, alias_id, ${hourMs}, route_id, variant_id, false, measure, ${binOf(sql`ms`)} as bin, count(*)
    from jsonb_to_recordset(${JSON.stringify(usage.flatMap(timesOf))}::jsonb) u (${IDS}, measure text, times jsonb)
      cross join lateral (select t::text::double precision as ms from jsonb_array_elements(times) t) m
    group by alias_id, route_id, variant_id, measure, bin
    order by ${order}, measure, bin
    on conflict (${KEY}, measure, bin) do update set calls = b.calls + excluded.calls`);
}

const TYPES = new Map(["input_tokens", "output_tokens", "cost_usd"].map((name) => [name, "numeric"]));

type Sums = Record<keyof typeof HOUR_SUMS, number>;

const idsOf = (usage: AnonymousUsage) => ({
  alias_id: usage.aliasId,
  route_id: usage.routeId,
  variant_id: usage.variantId,
});

function sumsOf(usage: AnonymousUsage): ReturnType<typeof idsOf> & Sums {
  const { assigned, served, failed, fallbacks } = usage;
  return {
    ...idsOf(usage),
    assigned,
    served,
    failed,
    fallbacks,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    token_calls: usage.tokenCalls,
    cost_usd: usage.costUsd,
    cost_calls: usage.costCalls,
  };
}

function timesOf(usage: AnonymousUsage) {
  return [
    { ...idsOf(usage), measure: "latency", times: usage.latenciesMs },
    { ...idsOf(usage), measure: "ttft", times: usage.ttftsMs },
  ];
}
