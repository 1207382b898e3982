// Changes of one router, under the lock of its row: what they check still holds when they commit.
import { sql } from "kysely";
import { MAX_ROUTES_PER_ROUTER, MAX_VARIANTS_PER_ROUTER } from "../../domain/limits.ts";
import type { NewRoute, NewVariant, RoutePatch, RouterPatch, VariantPatch } from "../../domain/router.ts";
import type { RouterChange } from "../../domain/routerVersion.ts";
import { ConflictError, InvalidFieldError, VersionError } from "../errors.ts";
import { orIfTaken, type Database, type Transaction } from "../postgres/database.ts";
import { encryptSecret } from "../secrets.ts";
import { readRouter, type RouterRow } from "./rows.ts";
import { keepVersion, recordVersion } from "./versions.ts";

export interface Change {
  tx: Transaction;
  workspaceId: string;
  router: RouterRow;
  secretKeys: Buffer[];
}

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
export function checkVersion({ version }: RouterRow, { ifVersions }: RouterChange): void {
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
  const { id, conditions, fallbackVariantId } = route;
  if (router.routes.length >= MAX_ROUTES_PER_ROUTER) {
    throw new ConflictError(`A router has at most ${MAX_ROUTES_PER_ROUTER} routes: delete one first.`);
  }
  const position = Math.max(0, ...router.routes.map((one) => one.position)) + 1;
  await orIfTaken(new ConflictError(`There is a route ${id} already.`), () =>
    tx.execute(sql`
      insert into routes (workspace_id, router_id, id, position, conditions)
      values (${workspaceId}, ${router.id}, ${id}, ${position}, ${JSON.stringify(conditions)}::jsonb)`),
  );
  const inserted: RouterRow["routes"][number] = { id, position, conditions, fallbackVariantId: null, variants: [] };
  router.routes.push(inserted);
  for (const variant of route.variants) {
    await insertVariant(change, id, variant);
    inserted.variants.push({ ...variant, upstream: { ...variant.upstream, hasApiKey: false }, box: null });
  }
  if (fallbackVariantId !== null) await setFallback(change, id, fallbackVariantId);
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
  if (patch.fallbackVariantId !== undefined) await setFallback(change, routeId, patch.fallbackVariantId);
  return true;
}

async function setFallback({ tx, workspaceId, router }: Change, routeId: string, variantId: string | null) {
  const route = router.routes.find(({ id }) => id === routeId);
  if (variantId !== null && route?.variants.some(({ id }) => id === variantId) !== true) {
    throw new InvalidFieldError("fallbackVariantId", "must be the id of a variant of this route");
  }
  await tx.execute(sql`
    update routes set fallback_variant_id = ${variantId}
    where workspace_id = ${workspaceId} and router_id = ${router.id} and id = ${routeId}`);
}

export async function removeRoute({ tx, workspaceId, router }: Change, routeId: string): Promise<boolean> {
  const removed = await tx.execute(sql`
    delete from routes where workspace_id = ${workspaceId} and router_id = ${router.id} and id = ${routeId}`);
  return removed === 1;
}

export async function insertVariant(change: Change, routeId: string, variant: NewVariant): Promise<boolean> {
  const { tx, workspaceId, router, secretKeys } = change;
  if (!router.routes.some(({ id }) => id === routeId)) return false;
  if (router.routes.reduce((count, { variants }) => count + variants.length, 0) >= MAX_VARIANTS_PER_ROUTER) {
    throw new ConflictError(`A router has at most ${MAX_VARIANTS_PER_ROUTER} variants: delete one first.`);
  }
  const { baseUrl, model, apiKey } = variant.upstream;
  const owner = secretOwner(workspaceId, router.id, routeId, variant.id);
  const sealed = apiKey === null ? null : encryptSecret(apiKey, owner, secretKeys);
  await orIfTaken(new ConflictError(`There is a variant ${variant.id} already.`), () =>
    tx.execute(sql`
      insert into variants (workspace_id, router_id, route_id, id, weight, base_url, model, secret, secret_key_id)
      values (${workspaceId}, ${router.id}, ${routeId}, ${variant.id}, ${variant.weight}, ${baseUrl}, ${model},
        ${sealed?.box ?? null}, ${sealed?.keyId ?? null})`),
  );
  return true;
}

export async function patchVariant(
  { tx, workspaceId, router, secretKeys }: Change,
  routeId: string,
  variantId: string,
  patch: VariantPatch,
): Promise<boolean> {
  const before = router.routes.find(({ id }) => id === routeId)?.variants.find(({ id }) => id === variantId);
  if (before === undefined) return false;
  const { baseUrl, model, apiKey } = patch.upstream ?? {};
  const movesAway = baseUrl !== undefined && new URL(baseUrl).origin !== new URL(before.upstream.baseUrl).origin;
  if (movesAway && before.upstream.hasApiKey && apiKey === undefined) {
    throw new InvalidFieldError(
      "upstream.apiKey",
      "is required with a baseUrl of another host (null for none): the stored key belongs to the previous host",
    );
  }
  const owner = secretOwner(workspaceId, router.id, routeId, variantId);
  const sealed = apiKey === undefined || apiKey === null ? null : encryptSecret(apiKey, owner, secretKeys);
  const keepsKey = apiKey === undefined;
  await tx.execute(sql`
    update variants set
      weight = coalesce(${patch.weight ?? null}::double precision, weight),
      base_url = coalesce(${baseUrl ?? null}::text, base_url),
      model = coalesce(${model ?? null}::text, model),
      secret = case when ${keepsKey} then secret else ${sealed?.box ?? null}::bytea end,
      secret_key_id = case when ${keepsKey} then secret_key_id else ${sealed?.keyId ?? null}::text end
    where workspace_id = ${workspaceId} and router_id = ${router.id} and route_id = ${routeId} and id = ${variantId}`);
  return true;
}

/** Weights that are not named stay. */
export async function setWeights(
  { tx, workspaceId, router }: Change,
  routeId: string,
  weights: Record<string, number>,
): Promise<boolean> {
  const route = router.routes.find(({ id }) => id === routeId);
  if (route === undefined) return false;
  const unknown = Object.keys(weights).find((name) => !route.variants.some(({ id }) => id === name));
  if (unknown !== undefined) throw new InvalidFieldError(`weights.${unknown}`, "is no variant of this route");
  if (route.variants.every(({ id, weight }) => (weights[id] ?? weight) === 0)) {
    throw new InvalidFieldError("weights", "must not all be 0: no variant could serve");
  }
  await tx.execute(sql`
    update variants v set weight = n.weight
    from unnest(${Object.keys(weights)}::text[], ${Object.values(weights)}::double precision[]) n (id, weight)
    where v.workspace_id = ${workspaceId} and v.router_id = ${router.id} and v.route_id = ${routeId} and v.id = n.id`);
  return true;
}

export async function removeVariant({ tx, workspaceId, router }: Change, routeId: string, variantId: string) {
  const removed = await tx.execute(sql`
    delete from variants
    where workspace_id = ${workspaceId} and router_id = ${router.id} and route_id = ${routeId} and id = ${variantId}`);
  return removed === 1;
}

/** The owner for whom a variant's key is encrypted. Ids hold no slash. */
export function secretOwner(workspaceId: string, routerId: string, routeId: string, variantId: string): string {
  return `variant ${workspaceId}/${routerId}/${routeId}/${variantId}`;
}
