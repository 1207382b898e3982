// Reading routers: one statement, routes and variants nested into it.
import type { Route, Router, Variant } from "../../domain/router.ts";
import { sql, type RawBuilder } from "kysely";
import type { RouteConditions } from "../../domain/router.ts";
import type { Queryable } from "../postgres/database.ts";

interface VariantRow {
  id: string;
  weight: number;
  baseUrl: string;
  model: string;
  hasApiKey: boolean;
  /** Base64; only where secrets were asked for. */
  box: string | null;
}

export interface RouteRow {
  id: string;
  position: number;
  conditions: RouteConditions;
  fallbackVariantId: string | null;
  variants: VariantRow[];
}

export interface RouterRow {
  id: string;
  description: string | null;
  createdAtMs: number;
  updatedAtMs: number;
  routes: RouteRow[];
}

/** Routers that match `where` (over `r`), by id. */
export async function readRouters(
  db: Queryable,
  where: RawBuilder<unknown>,
  options: { limit: number; withSecrets?: boolean },
): Promise<RouterRow[]> {
  const box = options.withSecrets === true ? sql`translate(encode(v.secret, 'base64'), E'\n', '')` : sql`null`;
  const variants = sql`
    select coalesce(jsonb_agg(jsonb_build_object('id', v.id, 'weight', v.weight, 'baseUrl', v.base_url, 'model', v.model,
      'hasApiKey', v.secret is not null, 'box', ${box}) order by v.ordinal), '[]')
    from variants v where v.workspace_id = r.workspace_id and v.router_id = r.id and v.route_id = t.id`;
  const routes = sql`
    select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'position', t.position, 'conditions', t.conditions,
      'fallbackVariantId', t.fallback_variant_id, 'variants', (${variants})) order by t.position), '[]')
    from routes t where t.workspace_id = r.workspace_id and t.router_id = r.id`;
  const { rows } = await sql<RouterRow>`
    select r.id, r.description, r.created_at_ms as "createdAtMs", r.updated_at_ms as "updatedAtMs", (${routes}) as routes
    from routers r where ${where} order by r.id limit ${options.limit}`.execute(db);
  return rows;
}

export async function readRouter(db: Queryable, workspaceId: string, id: string): Promise<RouterRow | null> {
  const [row] = await readRouters(db, sql`r.workspace_id = ${workspaceId} and r.id = ${id}`, { limit: 1 });
  return row ?? null;
}

export function toRouter(row: RouterRow): Router {
  return { ...row, routes: row.routes.map(toRoute) };
}

export function toRoute({ id, conditions, fallbackVariantId, variants }: RouteRow): Route {
  return { id, conditions, fallbackVariantId, variants: variants.map(toVariant) };
}

export function toVariant({ id, weight, baseUrl, model, hasApiKey }: VariantRow): Variant {
  return { id, weight, upstream: { baseUrl, model, hasApiKey } };
}
