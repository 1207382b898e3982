// Reads routers in one statement, with routes and variants nested into it.
import { sql, type RawBuilder } from "kysely";
import type { Route, Router, Variant } from "../../domain/router.ts";
import type { Queryable } from "../postgres/database.ts";

export interface VariantRow extends Variant {
  /** The encrypted key and headers in base64; null unless secrets were asked for. */
  box: string | null;
  headerBox: string | null;
}

interface RouteRow extends Route {
  position: number;
  variants: VariantRow[];
}

export interface RouterRow extends Router {
  routes: RouteRow[];
}

/**
 * Routers that match `where` (over `r`), by id. For example, two routes with a variant each become one row:
 *
 *     routers  shop            id shop, routes [{ id: "main",  variants: [{ id: "a", upstream: … }], … },
 *     routes   main, other                      { id: "other", variants: [{ id: "b", upstream: … }], … }]
 *     variants main/a, other/b
 */
export function readRouters(
  db: Queryable,
  where: RawBuilder<unknown>,
  options: { limit: number; withSecrets?: boolean },
): Promise<RouterRow[]> {
  const boxOf = (column: RawBuilder<unknown>) =>
    options.withSecrets === true ? sql`translate(encode(${column}, 'base64'), E'\n', '')` : sql`null`;
  const upstream = sql`v.options || jsonb_build_object('baseUrl', v.base_url, 'model', v.model,
    'hasApiKey', v.secret is not null, 'headerNames', to_jsonb(v.header_names))`;
  const variants = sql`
    select coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'weight', v.weight, 'upstream', ${upstream},
      'price', v.price, 'box', ${boxOf(sql`v.secret`)}, 'headerBox', ${boxOf(sql`v.header_secret`)})
      order by v.ordinal), '[]')
    from variants v where v.workspace_id = r.workspace_id and v.router_id = r.id and v.route_id = t.id`;
  const routes = sql`
    select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'position', t.position, 'conditions', t.conditions,
      'fallbackVariantIds', to_jsonb(t.fallback_variant_ids), 'variants', (${variants})) order by t.position), '[]')
    from routes t where t.workspace_id = r.workspace_id and t.router_id = r.id`;
  return db.query(sql<RouterRow>`
    select r.id, r.version, r.description, r.created_at_ms as "createdAtMs", r.updated_at_ms as "updatedAtMs",
      (${routes}) as routes
    from routers r where ${where} order by r.id limit ${options.limit}`);
}

export async function readRouter(
  db: Queryable,
  workspaceId: string,
  id: string,
  { withSecrets = false } = {},
): Promise<RouterRow | null> {
  const where = sql`r.workspace_id = ${workspaceId} and r.id = ${id}`;
  const [row] = await readRouters(db, where, { limit: 1, withSecrets });
  return row ?? null;
}

export function toRouter(row: RouterRow): Router {
  return { ...row, routes: row.routes.map(toRoute) };
}

export function toRoute({ position: _position, ...route }: RouteRow): Route {
  return { ...route, variants: route.variants.map(toVariant) };
}

export function toVariant({ box: _box, headerBox: _headerBox, ...variant }: VariantRow): Variant {
  return variant;
}
