// After a key rotation: wraps secrets of older keys with the first key, so that the older keys can leave the setting.
import { sql, type RawBuilder } from "kysely";
import type { Database } from "../postgres/database.ts";
import { secretOwner, type SecretKind, type VariantPath } from "../routers/variantSecrets.ts";
import { keyIdOf, reencrypt } from "../secrets.ts";

const SECRETS_MAX = 1_000;

/** Rewraps some; the next purge continues. A secret that was replaced meanwhile is not overwritten. */
export async function rewrapSecrets(db: Database, secretKeys: Buffer[]): Promise<void> {
  const olderIds = secretKeys.slice(1).map(keyIdOf);
  if (olderIds.length === 0) return;
  const integrations = await db.query(sql<{ id: string; box: Buffer }>`
    select id, secret as box from integrations
    where deleted_at_ms is null and secret_key_id = any(${olderIds}::text[]) limit ${SECRETS_MAX}`);
  for (const { id, box } of integrations) {
    const sealed = reencrypt(box, id, secretKeys);
    await db.execute(sql`
      update integrations set secret = ${sealed.box}, secret_key_id = ${sealed.keyId}
      where id = ${id} and secret = ${box}`);
  }
  await rewrapVariants(db, secretKeys, olderIds, "key");
  await rewrapVariants(db, secretKeys, olderIds, "headers");
  await rewrapVersions(db, secretKeys, olderIds);
}

const COLUMNS: Record<SecretKind, { secret: RawBuilder<unknown>; keyId: RawBuilder<unknown> }> = {
  key: { secret: sql`secret`, keyId: sql`secret_key_id` },
  headers: { secret: sql`header_secret`, keyId: sql`header_secret_key_id` },
};

async function rewrapVariants(db: Database, secretKeys: Buffer[], olderIds: string[], kind: SecretKind): Promise<void> {
  const { secret, keyId } = COLUMNS[kind];
  const variants = await db.query(sql<VariantPath & { box: Buffer }>`
    select workspace_id as "workspaceId", router_id as "routerId", route_id as "routeId", id as "variantId",
      ${secret} as box
    from variants where ${keyId} = any(${olderIds}::text[]) limit ${SECRETS_MAX}`);
  for (const { box, ...path } of variants) {
    const sealed = reencrypt(box, secretOwner(path, kind), secretKeys);
    await db.execute(sql`
      update variants set ${secret} = ${sealed.box}, ${keyId} = ${sealed.keyId}
      where workspace_id = ${path.workspaceId} and router_id = ${path.routerId} and route_id = ${path.routeId}
        and id = ${path.variantId} and ${secret} = ${box}`);
  }
}

async function rewrapVersions(db: Database, secretKeys: Buffer[], olderIds: string[]): Promise<void> {
  const kept = await db.query(sql<VariantPath & { version: number; kind: SecretKind; box: Buffer }>`
    select workspace_id as "workspaceId", router_id as "routerId", version, route_id as "routeId",
      variant_id as "variantId", kind, secret as box
    from router_version_keys where secret_key_id = any(${olderIds}::text[]) limit ${SECRETS_MAX}`);
  for (const { version, kind, box, ...path } of kept) {
    const sealed = reencrypt(box, secretOwner(path, kind), secretKeys);
    await db.execute(sql`
      update router_version_keys set secret = ${sealed.box}, secret_key_id = ${sealed.keyId}
      where workspace_id = ${path.workspaceId} and router_id = ${path.routerId} and version = ${version}
        and route_id = ${path.routeId} and variant_id = ${path.variantId} and kind = ${kind}`);
  }
}
