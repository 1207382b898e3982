// Versions of routers: written with each change in its transaction, listed, and restored.
import { sql } from "kysely";
import type { Page, PageRequest } from "../../domain/page.ts";
import {
  changesBetween,
  type ChangedValue,
  type RouterChange,
  type RouterVersion,
} from "../../domain/routerVersion.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Queryable, Transaction } from "../postgres/database.ts";
import { readRouter, toRouter, type RouterRow } from "./rows.ts";

/** Of one router. Older ones are deleted. */
const MAX_VERSIONS = 1_000;
const MAX_LISTED_CHANGES = 200;

export interface VersionedChange {
  workspaceId: string;
  routerId: string;
  /** With keys, so that a replaced key shows. Null: the router did not exist, or it does not any more. */
  before: RouterRow | null;
  after: RouterRow | null;
  change: RouterChange;
  restoredFrom?: number;
}

/** The number after all versions that a router of this id ever had. */
export async function nextVersion(tx: Queryable, workspaceId: string, routerId: string): Promise<number> {
  const [row] = await tx.query(sql<{ next: number }>`
    select coalesce(max(version), 0) + 1 as next from router_versions
    where workspace_id = ${workspaceId} and router_id = ${routerId}`);
  return row?.next ?? 1;
}

export async function recordVersion(tx: Transaction, { before, after, ...made }: VersionedChange): Promise<void> {
  const { workspaceId, routerId, change, restoredFrom = null } = made;
  const changes = [...changesBetween(toPublic(before), toPublic(after)), ...changedKeys(before, after)];
  const listed = changes.slice(0, MAX_LISTED_CHANGES);
  const version = after?.version ?? (before?.version ?? 0) + 1;
  if (after !== null) {
    const inserted = { workspaceId, router: after, changes: listed, actor: change.actor, restoredFrom };
    await insertVersion(tx, inserted);
  } else {
    await tx.execute(sql`
      insert into router_versions (workspace_id, router_id, version, actor, changes)
      values (${workspaceId}, ${routerId}, ${version}, ${jsonOf(change.actor)}::jsonb, ${jsonOf(listed)}::jsonb)`);
  }
  await tx.execute(sql`
    delete from router_versions
    where workspace_id = ${workspaceId} and router_id = ${routerId} and version <= ${version - MAX_VERSIONS}`);
}

/** Before the first change of a router from before versions were kept. */
export function keepVersion(tx: Transaction, workspaceId: string, router: RouterRow): Promise<void> {
  return insertVersion(tx, { workspaceId, router, changes: [], actor: null });
}

interface NewVersion {
  workspaceId: string;
  router: RouterRow;
  changes: ChangedValue[];
  actor: RouterChange["actor"];
  restoredFrom?: number | null;
}

/**
 * The rows are copied as PostgreSQL has them, whatever columns they have, but for keys. Does nothing if the version is
 * there.
 */
async function insertVersion(tx: Transaction, { workspaceId, router, changes, actor, restoredFrom }: NewVersion) {
  const ofRouter = sql`workspace_id = ${workspaceId} and router_id = ${router.id}`;
  const inserted = await tx.execute(sql`
    insert into router_versions (
      workspace_id, router_id, version, at_ms, actor, changes, restored_from, router, snapshot)
    values (${workspaceId}, ${router.id}, ${router.version}, ${router.updatedAtMs}, ${jsonOf(actor)}::jsonb,
      ${jsonOf(changes)}::jsonb, ${restoredFrom ?? null}, ${jsonOf(toRouter(router))}::jsonb, jsonb_build_object(
        'routes', (select coalesce(jsonb_agg(to_jsonb(t)), '[]') from routes t where ${ofRouter}),
        'variants', (
          select coalesce(jsonb_agg(to_jsonb(v) - 'secret' - 'secret_key_id' order by ordinal), '[]')
          from variants v where ${ofRouter})))
    on conflict do nothing`);
  if (inserted === 0) return;
  await tx.execute(sql`
    insert into router_version_keys (workspace_id, router_id, version, route_id, variant_id, secret, secret_key_id)
    select workspace_id, router_id, ${router.version}, route_id, id, secret, secret_key_id from variants
    where ${ofRouter} and secret is not null`);
}

export async function listVersions(
  db: Queryable,
  workspaceId: string,
  routerId: string,
  page: PageRequest,
): Promise<Page<RouterVersion> | null> {
  const list: CursorList = { name: "versions", owner: `${workspaceId}/${routerId}`, shape: ["bigint"] };
  const [before = Number.MAX_SAFE_INTEGER] = decodeCursor(list, page.cursor) ?? [];
  const rows = await db.query(sql<RouterVersion>`
    select version, at_ms as "atMs", actor, changes, restored_from as "restoredFrom", router is null as "isDeleted"
    from router_versions
    where workspace_id = ${workspaceId} and router_id = ${routerId} and version < ${before}
    order by version desc limit ${page.limit + 1}`);
  if (rows.length === 0 && page.cursor === null) {
    const router = await readRouter(db, workspaceId, routerId);
    if (router === null) return null;
    const { version, updatedAtMs: atMs } = router;
    const only = { version, atMs, actor: null, changes: [], restoredFrom: null, isDeleted: false };
    return { items: [only], next: null };
  }
  return toPage(
    list,
    rows,
    page.limit,
    ({ version }) => [version],
    (row) => row,
  );
}

/** Whether there is such a version that can be restored. */
export async function hasVersion(tx: Queryable, workspaceId: string, routerId: string, version: number) {
  const found = await tx.execute(sql`
    select from router_versions where workspace_id = ${workspaceId} and router_id = ${routerId}
      and version = ${version} and snapshot is not null`);
  return found === 1;
}

/**
 * Gives the locked router the rows of a version. A variant that exists keeps its key and headers, as they may have been
 * replaced, unless the version names another host; all others get the key that they had.
 */
export async function restoreVersion(tx: Transaction, workspaceId: string, routerId: string, version: number) {
  const id = sql`workspace_id = ${workspaceId} and router_id = ${routerId}`;
  const [saved] = await tx.query(sql<{
    snapshot: { routes: object[]; variants: object[] };
    description: string | null;
  }>`
    select snapshot, router ->> 'description' as description from router_versions
    where ${id} and version = ${version} and snapshot is not null`);
  if (saved === undefined) throw new Error(`Version ${version} of router ${routerId} is gone.`);
  const routes = jsonOf(saved.snapshot.routes);
  await tx.execute(sql`
    create temp table if not exists keys_before_restore (
      route_id text, id text, base_url text, secret bytea, secret_key_id text, header_names text[], keyless boolean
    ) on commit delete rows`);
  await tx.execute(sql`
    insert into keys_before_restore
    select route_id, id, base_url, secret, secret_key_id, header_names, keyless from variants where ${id}`);
  await tx.execute(sql`delete from routes where ${id}`);
  await tx.execute(sql`
    insert into routes (workspace_id, router_id, id, position, conditions, fallback_variant_ids)
    select workspace_id, router_id, id, position, conditions, fallback_variant_ids
    from jsonb_populate_recordset(null::routes, ${routes}::jsonb)`);
  await tx.execute(sql`
    insert into variants overriding system value
    select * from jsonb_populate_recordset(null::variants, ${jsonOf(saved.snapshot.variants)}::jsonb)`);
  const origin = (url: string) => sql`substring(${sql.ref(url)} from '^[^/]*//[^/]*')`;
  await tx.execute(sql`
    update variants v set secret = k.secret, secret_key_id = k.secret_key_id,
      header_names = coalesce(k.header_names, v.header_names), keyless = coalesce(k.keyless, v.keyless)
    from (
      select s.route_id, s.variant_id, s.secret, s.secret_key_id, null::text[] as header_names,
        null::boolean as keyless
      from router_version_keys s
      where s.workspace_id = ${workspaceId} and s.router_id = ${routerId} and s.version = ${version}
        and not exists (
          select from keys_before_restore b join variants n on n.workspace_id = ${workspaceId}
            and n.router_id = ${routerId} and n.route_id = b.route_id and n.id = b.id
          where b.route_id = s.route_id and b.id = s.variant_id and ${origin("b.base_url")} = ${origin("n.base_url")})
      union all
      select b.route_id, b.id, b.secret, b.secret_key_id, b.header_names, b.keyless
      from keys_before_restore b join variants n on n.workspace_id = ${workspaceId}
        and n.router_id = ${routerId} and n.route_id = b.route_id and n.id = b.id
      where ${origin("b.base_url")} = ${origin("n.base_url")}
    ) k
    where v.workspace_id = ${workspaceId} and v.router_id = ${routerId} and v.route_id = k.route_id
      and v.id = k.variant_id`);
  await tx.execute(sql`
    update routers set description = ${saved.description} where workspace_id = ${workspaceId} and id = ${routerId}`);
}

const jsonOf = (value: unknown): string => JSON.stringify(value);
const toPublic = (row: RouterRow | null) => row && toRouter(row);

/** Keys show only that they changed. */
function changedKeys(before: RouterRow | null, after: RouterRow | null): ChangedValue[] {
  if (before === null || after === null) return [];
  const boxes = new Map<string, string | null>();
  for (const { id: route, variants } of before.routes) {
    for (const { id, box } of variants) boxes.set(`routes/${route}/variants/${id}`, box);
  }
  return after.routes.flatMap(({ id: route, variants }) =>
    variants
      .map(({ id, box }) => ({ path: `routes/${route}/variants/${id}`, box }))
      .filter(({ path, box }) => boxes.has(path) && boxes.get(path) !== box)
      .map(({ path }) => ({ path: `${path}/upstream/apiKey` })),
  );
}
