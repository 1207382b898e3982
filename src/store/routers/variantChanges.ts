// Changes of the variants of a router, under the lock of its row.
import { sql } from "kysely";
import { MAX_VARIANTS_PER_ROUTER } from "../../domain/limits.ts";
import type { NewVariant, UpstreamOptions, VariantPatch } from "../../domain/router.ts";
import { ConflictError, InvalidFieldError } from "../errors.ts";
import { orIfTaken, type Transaction } from "../postgres/database.ts";
import type { RouterRow, VariantRow } from "./rows.ts";
import { sealHeaders, sealKey } from "./variantSecrets.ts";

export interface Change {
  tx: Transaction;
  workspaceId: string;
  router: RouterRow;
  secretKeys: Buffer[];
}

const OPTIONS = [
  "query",
  "body",
  "forwardUser",
  "forwardMetadata",
  "firstByteSeconds",
  "idleSeconds",
  "failedStatuses",
] as const satisfies (keyof UpstreamOptions)[];

export async function insertVariant(change: Change, routeId: string, variant: NewVariant): Promise<boolean> {
  const { tx, workspaceId, router, secretKeys } = change;
  const route = router.routes.find(({ id }) => id === routeId);
  if (route === undefined) return false;
  if (router.routes.reduce((count, { variants }) => count + variants.length, 0) >= MAX_VARIANTS_PER_ROUTER) {
    throw new ConflictError(`A router has at most ${MAX_VARIANTS_PER_ROUTER} variants: delete one first.`);
  }
  const { id, weight, upstream, price = null } = variant;
  const { baseUrl, model } = upstream;
  const options = changedOptions({}, upstream);
  const path = { workspaceId, routerId: router.id, routeId, variantId: id };
  const key = sealKey(upstream.apiKey, path, secretKeys);
  const headers = sealHeaders(upstream.headers ?? {}, path, secretKeys);
  await orIfTaken(new ConflictError(`There is a variant ${id} already.`), () =>
    tx.execute(sql`
      insert into variants (workspace_id, router_id, route_id, id, weight, base_url, model, options, price,
        secret, secret_key_id, header_names, header_secret, header_secret_key_id)
      values (${workspaceId}, ${router.id}, ${routeId}, ${id}, ${weight}, ${baseUrl}, ${model},
        ${JSON.stringify(options)}::jsonb, ${price === null ? null : JSON.stringify(price)}::jsonb,
        ${key.box}, ${key.keyId}, ${headers.names}::text[], ${headers.box}, ${headers.keyId})`),
  );
  const shown = { ...options, baseUrl, model, hasApiKey: upstream.apiKey !== null, headerNames: headers.names };
  route.variants.push({ id, weight, upstream: shown, price, box: null, headerBox: null });
  return true;
}

export async function patchVariant(
  change: Change,
  routeId: string,
  variantId: string,
  patch: VariantPatch,
): Promise<boolean> {
  const { tx, workspaceId, router, secretKeys } = change;
  const before = router.routes.find(({ id }) => id === routeId)?.variants.find(({ id }) => id === variantId);
  if (before === undefined) return false;
  const upstream = patch.upstream ?? {};
  refuseOtherHost(before, upstream);
  const { baseUrl = before.upstream.baseUrl, model = before.upstream.model } = upstream;
  const { weight = before.weight, price = before.price } = patch;
  const options = changedOptions(before.upstream, upstream);
  const where = sql`workspace_id = ${workspaceId} and router_id = ${router.id} and route_id = ${routeId}
    and id = ${variantId}`;
  await tx.execute(sql`
    update variants set weight = ${weight}, base_url = ${baseUrl}, model = ${model},
      options = ${JSON.stringify(options)}::jsonb, price = ${price === null ? null : JSON.stringify(price)}::jsonb
    where ${where}`);
  const path = { workspaceId, routerId: router.id, routeId, variantId };
  if (upstream.apiKey !== undefined) {
    const { box, keyId } = sealKey(upstream.apiKey, path, secretKeys);
    await tx.execute(sql`update variants set secret = ${box}, secret_key_id = ${keyId} where ${where}`);
  }
  if (upstream.headers !== undefined) {
    const { box, keyId, names } = sealHeaders(upstream.headers ?? {}, path, secretKeys);
    await tx.execute(sql`
      update variants set header_secret = ${box}, header_secret_key_id = ${keyId}, header_names = ${names}::text[]
      where ${where}`);
  }
  return true;
}

/** Stored secrets never go to another host than they were entered for. */
function refuseOtherHost({ upstream: before }: VariantRow, upstream: NonNullable<VariantPatch["upstream"]>): void {
  const { baseUrl, apiKey, headers } = upstream;
  if (baseUrl === undefined || new URL(baseUrl).origin === new URL(before.baseUrl).origin) return;
  const missing =
    before.hasApiKey && apiKey === undefined
      ? "apiKey"
      : before.headerNames.length > 0 && headers === undefined
        ? "headers"
        : null;
  if (missing === null) return;
  throw new InvalidFieldError(
    `upstream.${missing}`,
    "is required with a baseUrl of another host (null for none): what is stored belongs to the previous host",
  );
}

function changedOptions(before: UpstreamOptions, patch: NonNullable<VariantPatch["upstream"]>): UpstreamOptions {
  const entries = OPTIONS.flatMap((name) => {
    const value = patch[name] === undefined ? before[name] : patch[name];
    return value === undefined || value === null ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
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
  // An id may be `constructor`, which every object has.
  if (route.variants.every(({ id, weight }) => (Object.hasOwn(weights, id) ? weights[id] : weight) === 0)) {
    throw new InvalidFieldError("weights", "must not all be 0: no variant could serve");
  }
  await tx.execute(sql`
    update variants v set weight = n.weight
    from unnest(${Object.keys(weights)}::text[], ${Object.values(weights)}::double precision[]) n (id, weight)
    where v.workspace_id = ${workspaceId} and v.router_id = ${router.id} and v.route_id = ${routeId} and v.id = n.id`);
  return true;
}

/** A trigger takes it out of the fallbacks of its route. */
export async function removeVariant({ tx, workspaceId, router }: Change, routeId: string, variantId: string) {
  const removed = await tx.execute(sql`
    delete from variants
    where workspace_id = ${workspaceId} and router_id = ${router.id} and route_id = ${routeId} and id = ${variantId}`);
  return removed === 1;
}
