// Calls as rows of one shape, from exposures and from assignments, and what each tells of its variants.
import { sql, type RawBuilder } from "kysely";

const HOUR_MS = sql.lit(3_600_000);
const MEASURES = sql`input_tokens, output_tokens, cost_usd, latency_ms, ttft_ms`;

/** Columns of `exposures`, as a call. */
export const EXPOSED = sql`exposed_at_ms as at_ms, alias_id, route_id, user_id,
  coalesce(assigned_variant_id, variant_id) as assigned_id, variant_id as served_id, variant_id as told_id,
  coalesce(router_version, 0) as router_version, is_assignment::integer as assigned, 0 as failed, ${MEASURES}`;

/** Columns of `assignments`, as a call. */
export const ASSIGNED = sql`at_ms, alias_id, route_id, user_id, variant_id as assigned_id, null::text as served_id,
  told_variant_id as told_id, coalesce(router_version, 0) as router_version, is_assignment::integer as assigned,
  failed::integer as failed, ${MEASURES}`;

/**
 * A call tells of two variants: of the one that was assigned, and of the one that answered or began to. For example:
 *
 *     call       assigned a, served b, 10 tokens
 *     a          assigned 1, fallbacks 1
 *     b          served 1, 10 tokens
 *
 *     call       assigned a, b broke off after 10 tokens
 *     a          assigned 1, failed 1
 *     b          10 tokens
 */
export function variantsOf(calls: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select alias_id, at_ms, at_ms - at_ms % ${HOUR_MS} as hour_ms, route_id, v.*
    from ${calls} c cross join lateral (values
      (assigned_id, assigned, 0, failed, (served_id <> assigned_id)::integer, null::numeric, null::numeric,
        null::numeric, null::numeric, null::numeric),
      (told_id, 0, (served_id is not null)::integer, 0, 0, input_tokens, output_tokens, cost_usd,
        case when served_id is not null then latency_ms end, case when served_id is not null then ttft_ms end)
    ) v (variant_id, assigned, served, failed, fallbacks, input_tokens, output_tokens, cost_usd, latency_ms, ttft_ms)
    where v.variant_id is not null`;
}

/** What `usage_hours` has of what `variantsOf` returns. */
export const HOUR_SUMS = {
  assigned: sql`sum(assigned)::bigint`,
  served: sql`sum(served)::bigint`,
  failed: sql`sum(failed)::bigint`,
  fallbacks: sql`coalesce(sum(fallbacks), 0)::bigint`,
  input_tokens: sql`coalesce(sum(input_tokens), 0)`,
  output_tokens: sql`coalesce(sum(output_tokens), 0)`,
  token_calls: sql`count(coalesce(input_tokens, output_tokens))`,
  cost_usd: sql`coalesce(sum(cost_usd), 0)`,
  cost_calls: sql`count(cost_usd)`,
};

/** As in `a, b, c`. */
export const columnsOf = (names: string[]): RawBuilder<unknown> => sql.join(names.map((name) => sql.ref(name)));

/** As in `a = t.a + excluded.a, …`, for rows that are there. */
export function added(table: string, names: string[]): RawBuilder<unknown> {
  return sql.join(
    names.map((name) => sql`${sql.ref(name)} = ${sql.ref(`${table}.${name}`)} + excluded.${sql.ref(name)}`),
  );
}
