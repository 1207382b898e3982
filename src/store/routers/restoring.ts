// Gives a router the rows of one of its versions.
import { sql } from "kysely";
import type { Transaction } from "../postgres/database.ts";
import type { SecretKind } from "./variantSecrets.ts";

/** A row of `variants` as JSON. Secrets are bytea as text. */
interface VariantJson {
  route_id: string;
  id: string;
  base_url: string;
  header_names: string[];
  secret: string | null;
  secret_key_id: string | null;
  header_secret: string | null;
  header_secret_key_id: string | null;
}

interface SavedVersion {
  snapshot: { routes: object[]; variants: Omit<VariantJson, keyof Secrets>[] };
  description: string | null;
}

type Secrets = Pick<VariantJson, "secret" | "secret_key_id" | "header_secret" | "header_secret_key_id">;

interface SavedSecret {
  route: string;
  variant: string;
  kind: SecretKind;
  secret: string;
  keyId: string;
}

/**
 * A variant that exists keeps its key and headers, as they may have been replaced, unless the version names another
 * host; all others get those that they had. The router is locked.
 */
export async function restoreVersion(tx: Transaction, workspaceId: string, routerId: string, version: number) {
  const ofRouter = sql`workspace_id = ${workspaceId} and router_id = ${routerId}`;
  const [saved] = await tx.query(sql<SavedVersion>`
    select snapshot, router ->> 'description' as description from router_versions
    where ${ofRouter} and version = ${version} and snapshot is not null`);
  if (saved === undefined) throw new Error(`Version ${version} of router ${routerId} is gone.`);
  const savedSecrets = await tx.query(sql<SavedSecret>`
    select route_id as route, variant_id as variant, kind, secret::text as secret, secret_key_id as "keyId"
    from router_version_keys where ${ofRouter} and version = ${version}`);
  const before = await tx.query(sql<{ variant: VariantJson }>`
    select to_jsonb(v) as variant from variants v where ${ofRouter}`);
  const current = new Map(before.map(({ variant }) => [pathOf(variant), variant]));
  const variants = saved.snapshot.variants.map((variant) => {
    const own = current.get(pathOf(variant));
    const keeps = own !== undefined && new URL(own.base_url).origin === new URL(variant.base_url).origin;
    return { ...variant, ...(keeps ? secretsOf(own) : chosenSecrets(variant, savedSecrets)) };
  });
  const routes = JSON.stringify(saved.snapshot.routes);
  await tx.execute(sql`delete from routes where ${ofRouter}`);
  await tx.execute(sql`
    insert into routes (workspace_id, router_id, id, position, conditions)
    select workspace_id, router_id, id, position, conditions
    from jsonb_populate_recordset(null::routes, ${routes}::jsonb)`);
  await tx.execute(sql`
    insert into variants overriding system value
    select * from jsonb_populate_recordset(null::variants, ${JSON.stringify(variants)}::jsonb)`);
  // Last, because a fallback must be there.
  await tx.execute(sql`
    update routes t set fallback_variant_ids = n.fallback_variant_ids
    from jsonb_populate_recordset(null::routes, ${routes}::jsonb) n
    where t.workspace_id = ${workspaceId} and t.router_id = ${routerId} and t.id = n.id`);
  await tx.execute(sql`
    update routers set description = ${saved.description} where workspace_id = ${workspaceId} and id = ${routerId}`);
}

const pathOf = ({ route_id: route, id }: Pick<VariantJson, "route_id" | "id">): string => `${route}/${id}`;

function secretsOf(variant: VariantJson): Secrets & Pick<VariantJson, "header_names"> {
  const { secret, secret_key_id, header_secret, header_secret_key_id, header_names } = variant;
  return { secret, secret_key_id, header_secret, header_secret_key_id, header_names };
}

function chosenSecrets(variant: Pick<VariantJson, "route_id" | "id">, saved: SavedSecret[]): Secrets {
  const of = (kind: SecretKind) =>
    saved.find((one) => one.route === variant.route_id && one.variant === variant.id && one.kind === kind);
  const [key, headers] = [of("key"), of("headers")];
  return {
    secret: key?.secret ?? null,
    secret_key_id: key?.keyId ?? null,
    header_secret: headers?.secret ?? null,
    header_secret_key_id: headers?.keyId ?? null,
  };
}
