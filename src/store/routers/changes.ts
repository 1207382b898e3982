// Changes of one router, under the lock of its row: what they check still holds when they commit.
import { sql } from "kysely";
import { MAX_ROUTES_PER_ROUTER } from "../../domain/limits.ts";
import type { NewRoute, RoutePatch, RouterPatch } from "../../domain/router.ts";
import type { RouterChange } from "../../domain/routerVersion.ts";
import { ConflictError, InvalidFieldError, VersionError } from "../errors.ts";
import { orIfTaken, type Database } from "../postgres/database.ts";
import { readRouter, type RouterRow } from "./rows.ts";
import { insertVariant, type Change } from "./variantChanges.ts";
import { keepVersion, recordVersion } from "./versions.ts";

/** Returns false if the route or variant that it changes does not exist. */
export type Work = (change: Change) => Promise<boolean>;

interface ChangeTarget {
  workspaceId: string;
  routerId: string;
  change: RouterChange;
}

/**
 * Runs `work` on the locked router and records the version that it makes. Returns the changed router, or null if there
 * is none or `work` returns false.
 */
export function changeRouter(
  db: Database,
  secretKeys: Buffer[],
  target: ChangeTarget,
  work: Work,
): Promise<RouterRow | null> {
  const { workspaceId, routerId, change } = target;
  return db.transaction(async (tx) => {
    const found = await tx.execute(sql`
      select from routers where workspace_id = ${workspaceId} and id = ${routerId} for update`);
    if (found === 0) return null;
    // In a later statement: its snapshot holds what the lock waited for.
    const router = await readRouter(tx, workspaceId, routerId, { withSecrets: true });
    if (router === null) return null;
    checkVersion(router, change);
    const before = structuredClone(router);
    await keepVersion(tx, workspaceId, before);
    if (!(await work({ tx, workspaceId, router, secretKeys }))) return null;
    await tx.execute(sql`
      update routers set updated_at_ms = crosscurrent_now_ms(), version = version + 1
      where workspace_id = ${workspaceId} and id = ${routerId}`);
    const after = await readRouter(tx, workspaceId, routerId, { withSecrets: true });
    await recordVersion(tx, { ...target, before, after });
    return after;
  });
}

/** Another change may have come between what the caller read and its own change. */
export function checkVersion({ version }: Pick<RouterRow, "version">, { ifVersions }: RouterChange): void {
  if (ifVersions?.includes(version) === false) throw new VersionError(version);
}

export async function patchRouter({ tx, workspaceId, router }: Change, patch: RouterPatch): Promise<true> {
  if (patch.description !== undefined) {
    await tx.execute(sql`
      update routers set description = ${patch.description}
      where workspace_id = ${workspaceId} and id = ${router.id}`);
  }
  const order = patch.routeOrder;
  if (order === undefined) return true;
  const isSame = order.length === router.routes.length && router.routes.every(({ id }) => order.includes(id));
  if (!isSame) throw new InvalidFieldError("routeOrder", "must name each of the router's routes once");
  await tx.execute(sql`
    update routes t set position = n.position
    from unnest(${order}::text[]) with ordinality n (id, position)
    where t.workspace_id = ${workspaceId} and t.router_id = ${router.id} and t.id = n.id`);
  return true;
}

export async function insertRoute(change: Change, route: NewRoute): Promise<true> {
  const { tx, workspaceId, router } = change;
  const { id, conditions, fallbackVariantIds } = route;
  if (router.routes.length >= MAX_ROUTES_PER_ROUTER) {
    throw new ConflictError(`A router has at most ${MAX_ROUTES_PER_ROUTER} routes: delete one first.`);
  }
  const position = Math.max(0, ...router.routes.map((one) => one.position)) + 1;
  await orIfTaken(new ConflictError(`There is a route ${id} already.`), () =>
    tx.execute(sql`
      insert into routes (workspace_id, router_id, id, position, conditions)
      values (${workspaceId}, ${router.id}, ${id}, ${position}, ${JSON.stringify(conditions)}::jsonb)`),
  );
  const inserted: RouterRow["routes"][number] = { id, position, conditions, fallbackVariantIds: [], variants: [] };
  router.routes.push(inserted);
  for (const variant of route.variants) await insertVariant(change, id, variant);
  if (fallbackVariantIds.length > 0) await setFallbacks(change, id, fallbackVariantIds);
  return true;
}

export async function patchRoute(change: Change, routeId: string, patch: RoutePatch): Promise<boolean> {
  const { tx, workspaceId, router } = change;
  if (!router.routes.some(({ id }) => id === routeId)) return false;
  if (patch.conditions !== undefined) {
    await tx.execute(sql`
      update routes set conditions = ${JSON.stringify(patch.conditions)}::jsonb
      where workspace_id = ${workspaceId} and router_id = ${router.id} and id = ${routeId}`);
  }
  if (patch.fallbackVariantIds !== undefined) await setFallbacks(change, routeId, patch.fallbackVariantIds);
  return true;
}

async function setFallbacks({ tx, workspaceId, router }: Change, routeId: string, variantIds: string[]) {
  const variants = router.routes.find(({ id }) => id === routeId)?.variants ?? [];
  const unknown = variantIds.findIndex((variantId) => !variants.some(({ id }) => id === variantId));
  if (unknown !== -1) {
    throw new InvalidFieldError(`fallbackVariantIds[${unknown}]`, "must be the id of a variant of this route");
  }
  await tx.execute(sql`
    update routes set fallback_variant_ids = ${variantIds}::text[]
    where workspace_id = ${workspaceId} and router_id = ${router.id} and id = ${routeId}`);
}

export async function removeRoute({ tx, workspaceId, router }: Change, routeId: string): Promise<boolean> {
  const removed = await tx.execute(sql`
    delete from routes where workspace_id = ${workspaceId} and router_id = ${router.id} and id = ${routeId}`);
  return removed === 1;
}
