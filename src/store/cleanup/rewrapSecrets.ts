// After a key rotation: wraps secrets of older keys with the first key, so that the older keys can leave the setting.
import { sql } from "kysely";
import type { Database } from "../postgres/database.ts";
import { secretOwner } from "../routers/variantSecrets.ts";
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
  const variants = await db.query(sql<{ workspace: string; router: string; route: string; id: string; box: Buffer }>`
    select workspace_id as workspace, router_id as router, route_id as route, id, secret as box from variants
    where secret_key_id = any(${olderIds}::text[]) limit ${SECRETS_MAX}`);
  for (const { workspace, router, route, id, box } of variants) {
    const sealed = reencrypt(box, secretOwner(workspace, router, route, id), secretKeys);
    await db.execute(sql`
      update variants set secret = ${sealed.box}, secret_key_id = ${sealed.keyId}
      where workspace_id = ${workspace} and router_id = ${router} and route_id = ${route} and id = ${id}
        and secret = ${box}`);
  }
  const kept = await db.query(sql<{
    workspace: string;
    router: string;
    version: number;
    route: string;
    id: string;
    box: Buffer;
  }>`
    select workspace_id as workspace, router_id as router, version, route_id as route, variant_id as id, secret as box
    from router_version_keys where secret_key_id = any(${olderIds}::text[]) limit ${SECRETS_MAX}`);
  for (const { workspace, router, version, route, id, box } of kept) {
    const sealed = reencrypt(box, secretOwner(workspace, router, route, id), secretKeys);
    await db.execute(sql`
      update router_version_keys set secret = ${sealed.box}, secret_key_id = ${sealed.keyId}
      where workspace_id = ${workspace} and router_id = ${router} and version = ${version} and route_id = ${route}
        and variant_id = ${id}`);
  }
}
