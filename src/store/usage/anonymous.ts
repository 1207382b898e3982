// Adds calls without a user to the sums of the current hour. They have no rows of their own.
import { sql } from "kysely";
import type { AnonymousUsage } from "../../domain/usage.ts";
import type { Transaction } from "../postgres/database.ts";
import { binOf } from "./sketches.ts";

const HOUR = sql`crosscurrent_now_ms() - crosscurrent_now_ms() % 3600000`;
const KEY = sql`workspace_id, alias_id, hour_ms, route_id, variant_id`;

export async function addAnonymous(tx: Transaction, workspaceId: string, usage: AnonymousUsage[]): Promise<void> {
  const [now] = await tx.query(sql<{ hourMs: number }>`select ${HOUR} as "hourMs"`);
  const hourMs = now?.hourMs ?? 0;
  // In order, so that two transactions do not wait for each other.
  const rows = usage.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  for (const row of rows) {
    await tx.execute(sql`
      insert into usage_hours as h (${KEY}, assigned, served, failed, fallbacks, without_user, input_tokens,
        output_tokens, cost_usd)
      values (${workspaceId}, ${row.aliasId}, ${hourMs}, ${row.routeId}, ${row.variantId}, 0, 0, 0, 0, ${row.calls},
        ${row.inputTokens}, ${row.outputTokens}, ${row.costUsd})
      on conflict (${KEY}) do update set without_user = h.without_user + excluded.without_user,
        input_tokens = h.input_tokens + excluded.input_tokens,
        output_tokens = h.output_tokens + excluded.output_tokens, cost_usd = h.cost_usd + excluded.cost_usd`);
    await tx.execute(sql`
      insert into usage_bins as b (${KEY}, measure, bin, calls)
      select ${workspaceId}, ${row.aliasId}, ${hourMs}::bigint, ${row.routeId}, ${row.variantId}, measure,
        ${binOf(sql`ms`)} as bin, count(*)
      from (
        select 'latency' as measure, unnest(${row.latenciesMs}::double precision[]) as ms
        union all
        select 'ttft', unnest(${row.ttftsMs}::double precision[])
      ) m group by measure, bin order by measure, bin
      on conflict (${KEY}, measure, bin) do update set calls = b.calls + excluded.calls`);
  }
}

const orderOf = ({ aliasId, routeId, variantId }: AnonymousUsage): string => `${aliasId}\n${routeId}\n${variantId}`;
