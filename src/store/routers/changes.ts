// Changes of one router. Each runs under the lock of the router's row, so that what it checks still holds when it commits.
import type { NewRoute, NewVariant, RoutePatch, RouterPatch, VariantPatch } from "../../domain/router.ts";
import { sql } from "kysely";
import { MAX_ROUTES_PER_ROUTER, MAX_VARIANTS_PER_ROUTER } from "../../domain/limits.ts";
import { encryptSecret } from "../secrets.ts";
import { ConflictError, RouterChangeError } from "../store.ts";
import { isUniqueViolation, type Queryable } from "../postgres/database.ts";
import { readRouter, type RouterRow } from "./rows.ts";

/** One router under change. */
export interface Change {
  tx: Queryable;
  workspaceId: string;
  router: RouterRow;
  secretKeys: Buffer[];
}

/** Runs `work` on the locked router and notes the change; null where there is no such router or `work` finds nothing to change. */
export async function changeRouter<T>(
  db: Queryable,
  secretKeys: Buffer[],
  at: { workspaceId: string; routerId: string },
  work: (change: Change) => Promise<T | null>,
): Promise<T | null> {
  const { workspaceId, routerId } = at;
  return db.transaction().execute(async (tx) => {
    const locked = await sql`
      select from routers where workspace_id = ${workspaceId} and id = ${routerId} for update`.execute(tx);
    if (locked.rows.length === 0) return null;
    // In a later statement: its snapshot holds what the lock was waited for.
    const router = await readRouter(tx, workspaceId, routerId);
    const result = router && (await work({ tx, workspaceId, router, secretKeys }));
    if (result === null) return null;
    await sql`
      update routers set updated_at_ms = crosscurrent_now_ms()
      where workspace_id = ${workspaceId} and id = ${routerId}`.execute(tx);
    return result;
  });
}

export async function patchRouter({ tx, workspaceId, router }: Change, patch: RouterPatch): Promise<true> {
  if (patch.description !== undefined) {
    await sql`
      update routers set description = ${patch.description}
      where workspace_id = ${workspaceId} and id = ${router.id}`.execute(tx);
  }
  const order = patch.routeOrder;
  if (order === undefined) return true;
  const isSame = order.length === router.routes.length && router.routes.every(({ id }) => order.includes(id));
  if (!isSame) throw new RouterChangeError("routeOrder", "must name each of the router's routes once");
  await sql`
    update routes t set position = n.position
    from unnest(${order}::text[]) with ordinality n (id, position)
    where t.workspace_id = ${workspaceId} and t.router_id = ${router.id} and t.id = n.id`.execute(tx);
  return true;
}

export async function insertRoute(change: Change, route: NewRoute): Promise<true> {
  const { tx, workspaceId, router } = change;
  if (router.routes.length >= MAX_ROUTES_PER_ROUTER) {
    throw new ConflictError(`A router has at most ${MAX_ROUTES_PER_ROUTER} routes: delete one first.`);
  }
  const position = Math.max(0, ...router.routes.map((one) => one.position)) + 1;
  await orTaken(`There is a route ${route.id} already.`, () =>
    sql`
      insert into routes (workspace_id, router_id, id, position, conditions)
      values (${workspaceId}, ${router.id}, ${route.id}, ${position}, ${JSON.stringify(route.conditions)}::jsonb)`.execute(
      tx,
    ),
  );
  const { id, conditions } = route;
  const inserted = { id, position, conditions, fallbackVariantId: null, variants: [] };
  router.routes.push(inserted);
  for (const variant of route.variants) {
    await insertVariant(change, id, variant);
    const { baseUrl, model } = variant.upstream;
    router.routes
      .at(-1)
      ?.variants.push({ id: variant.id, weight: variant.weight, baseUrl, model, hasApiKey: false, box: null });
  }
  if (route.fallbackVariantId !== null) await setFallback(change, id, route.fallbackVariantId);
  return true;
}

export async function patchRoute(change: Change, routeId: string, patch: RoutePatch): Promise<true | null> {
  const { tx, workspaceId, router } = change;
  if (!router.routes.some(({ id }) => id === routeId)) return null;
  if (patch.conditions !== undefined) {
    await sql`
      update routes set conditions = ${JSON.stringify(patch.conditions)}::jsonb
      where workspace_id = ${workspaceId} and router_id = ${router.id} and id = ${routeId}`.execute(tx);
  }
  if (patch.fallbackVariantId !== undefined) await setFallback(change, routeId, patch.fallbackVariantId);
  return true;
}

async function setFallback({ tx, workspaceId, router }: Change, routeId: string, variantId: string | null) {
  const route = router.routes.find(({ id }) => id === routeId);
  if (variantId !== null && route?.variants.some(({ id }) => id === variantId) !== true) {
    throw new RouterChangeError("fallbackVariantId", "must be the id of a variant of this route");
  }
  await sql`
    update routes set fallback_variant_id = ${variantId}
    where workspace_id = ${workspaceId} and router_id = ${router.id} and id = ${routeId}`.execute(tx);
}

export async function insertVariant(change: Change, routeId: string, variant: NewVariant): Promise<true | null> {
  const { tx, workspaceId, router, secretKeys } = change;
  if (!router.routes.some(({ id }) => id === routeId)) return null;
  if (router.routes.reduce((count, { variants }) => count + variants.length, 0) >= MAX_VARIANTS_PER_ROUTER) {
    throw new ConflictError(`A router has at most ${MAX_VARIANTS_PER_ROUTER} variants: delete one first.`);
  }
  const { baseUrl, model, apiKey } = variant.upstream;
  const owner = secretOwner(workspaceId, router.id, routeId, variant.id);
  const sealed = apiKey === null ? null : encryptSecret(apiKey, owner, secretKeys);
  await orTaken(`There is a variant ${variant.id} already.`, () =>
    sql`
      insert into variants (workspace_id, router_id, route_id, id, weight, base_url, model, secret, secret_key_id)
      values (${workspaceId}, ${router.id}, ${routeId}, ${variant.id}, ${variant.weight}, ${baseUrl}, ${model},
        ${sealed?.box ?? null}, ${sealed?.keyId ?? null})`.execute(tx),
  );
  return true;
}

export async function patchVariant(
  { tx, workspaceId, router, secretKeys }: Change,
  routeId: string,
  variantId: string,
  patch: VariantPatch,
): Promise<true | null> {
  const before = router.routes.find(({ id }) => id === routeId)?.variants.find(({ id }) => id === variantId);
  if (before === undefined) return null;
  const { baseUrl, model, apiKey } = patch.upstream ?? {};
  const movesAway = baseUrl !== undefined && new URL(baseUrl).origin !== new URL(before.baseUrl).origin;
  if (movesAway && before.hasApiKey && apiKey === undefined) {
    throw new RouterChangeError(
      "upstream.apiKey",
      "is required with a baseUrl of another host (null for none): the stored key belongs to the one before",
    );
  }
  const owner = secretOwner(workspaceId, router.id, routeId, variantId);
  const sealed = apiKey === undefined || apiKey === null ? null : encryptSecret(apiKey, owner, secretKeys);
  const keepsKey = apiKey === undefined;
  await sql`
    update variants set
      weight = coalesce(${patch.weight ?? null}::double precision, weight),
      base_url = coalesce(${baseUrl ?? null}::text, base_url),
      model = coalesce(${model ?? null}::text, model),
      secret = case when ${keepsKey} then secret else ${sealed?.box ?? null}::bytea end,
      secret_key_id = case when ${keepsKey} then secret_key_id else ${sealed?.keyId ?? null}::text end
    where workspace_id = ${workspaceId} and router_id = ${router.id} and route_id = ${routeId} and id = ${variantId}`.execute(
    tx,
  );
  return true;
}

/** Whom a variant's key is encrypted for. Ids hold no slash. */
export function secretOwner(workspaceId: string, routerId: string, routeId: string, variantId: string): string {
  return `variant ${workspaceId}/${routerId}/${routeId}/${variantId}`;
}

export async function orTaken<T>(message: string, insert: () => Promise<T>): Promise<T> {
  try {
    return await insert();
  } catch (error) {
    if (isUniqueViolation(error)) throw new ConflictError(message);
    throw error;
  }
}
