// Versions of routers: written with each change in its transaction, and listed.
import { sql } from "kysely";
import type { Page, PageRequest } from "../../domain/page.ts";
import {
  changesBetween,
  type ChangedValue,
  type RouterChange,
  type RouterVersion,
} from "../../domain/routerVersion.ts";
import { decodeCursor, toPart, type CursorList } from "../postgres/cursors.ts";
import type { Queryable, Transaction } from "../postgres/database.ts";
import { pageByBytes } from "../postgres/pageByBytes.ts";
import { readRouter, toRouter, type RouterRow } from "./rows.ts";

/** Of one router, as many as there are at most, and as large. Older ones are deleted. */
const MAX_VERSIONS = 1_000;
const MAX_STORED_BYTES = 64 * 1024 * 1024;
/** Of one change. Beyond the bytes a changed value has its path alone. */
const MAX_LISTED_CHANGES = 200;
const MAX_LISTED_BYTES = 32 * 1024;

/** Columns of variants of which copies have rows of their own. */
const SECRET_COLUMNS = ["secret", "secret_key_id", "header_secret", "header_secret_key_id"];

export interface VersionedChange {
  workspaceId: string;
  routerId: string;
  /** With keys, so that a replaced key shows. Null: the router did not exist, or it does not any more. */
  before: RouterRow | null;
  after: RouterRow | null;
  change: RouterChange;
  restoredFrom?: number;
}

/** The highest number that a router of this id ever had; 0 if there was none. */
export async function newestVersion(tx: Queryable, workspaceId: string, routerId: string): Promise<number> {
  const [row] = await tx.query(sql<{ newest: number }>`
    select coalesce(max(version), 0) as newest from router_versions
    where workspace_id = ${workspaceId} and router_id = ${routerId}`);
  return row?.newest ?? 0;
}

export async function recordVersion(tx: Transaction, { before, after, ...made }: VersionedChange): Promise<void> {
  const { workspaceId, routerId, change, restoredFrom = null } = made;
  const changes = [...changesBetween(toPublic(before), toPublic(after)), ...changedSecrets(before, after)];
  const listed = withinBytes(changes.slice(0, MAX_LISTED_CHANGES));
  if (after !== null) {
    const inserted = { workspaceId, router: after, changes: listed, actor: change.actor, restoredFrom };
    await insertVersion(tx, inserted);
  } else {
    // A trigger has made the version: whichever server deletes a router, there is one.
    await tx.execute(sql`
      update router_versions set actor = ${jsonOf(change.actor)}::jsonb, changes = ${jsonOf(listed)}::jsonb
      where workspace_id = ${workspaceId} and router_id = ${routerId} and version = ${(before?.version ?? 0) + 1}`);
  }
  await deleteOldest(tx, workspaceId, routerId);
}

/** The newest one always stays. */
async function deleteOldest(tx: Transaction, workspaceId: string, routerId: string): Promise<void> {
  await tx.execute(sql`
    delete from router_versions v using (
      select version, row_number() over newest as n,
        sum(pg_column_size(changes) + pg_column_size(router) + pg_column_size(snapshot)) over newest as bytes
      from router_versions where workspace_id = ${workspaceId} and router_id = ${routerId}
      window newest as (order by version desc)
    ) o
    where v.workspace_id = ${workspaceId} and v.router_id = ${routerId} and v.version = o.version
      and o.n > 1 and (o.n > ${MAX_VERSIONS} or o.bytes > ${MAX_STORED_BYTES})`);
}

function withinBytes(changes: ChangedValue[]): ChangedValue[] {
  let left = MAX_LISTED_BYTES;
  return changes.map((change) => {
    const bytes = Buffer.byteLength(jsonOf(change));
    if (bytes > left) return { path: change.path };
    left -= bytes;
    return change;
  });
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
 * The rows are copied as PostgreSQL has them, whatever columns they have, but for secrets. Does nothing if the version
 * is there.
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
          select coalesce(jsonb_agg(to_jsonb(v) - ${SECRET_COLUMNS}::text[] order by ordinal), '[]')
          from variants v where ${ofRouter})))
    on conflict do nothing`);
  if (inserted === 0) return;
  await tx.execute(sql`
    insert into router_version_keys (
      workspace_id, router_id, version, route_id, variant_id, kind, secret, secret_key_id)
    select workspace_id, router_id, ${router.version}, route_id, id, s.kind, s.secret, s.key_id
    from variants cross join lateral (
      values ('key', secret, secret_key_id), ('headers', header_secret, header_secret_key_id)
    ) s (kind, secret, key_id)
    where ${ofRouter} and s.secret is not null`);
}

export async function listVersions(
  db: Queryable,
  workspaceId: string,
  routerId: string,
  page: PageRequest,
): Promise<Page<RouterVersion> | null> {
  const list: CursorList = { name: "versions", owner: `${workspaceId}/${routerId}`, shape: ["bigint"] };
  const [first = Number.MAX_SAFE_INTEGER] = decodeCursor(list, page.cursor) ?? [];
  const { rows, hasMore } = await pageByBytes<RouterVersion>(page.limit, (after, limit) =>
    db.query(sql<RouterVersion>`
      select version, at_ms as "atMs", actor, changes, restored_from as "restoredFrom", router is null as "isDeleted"
      from router_versions
      where workspace_id = ${workspaceId} and router_id = ${routerId} and version < ${after?.version ?? first}
      order by version desc limit ${limit}`),
  );
  if (rows.length === 0 && page.cursor === null) {
    const router = await readRouter(db, workspaceId, routerId);
    if (router === null) return null;
    const { version, updatedAtMs: atMs } = router;
    const only = { version, atMs, actor: null, changes: [], restoredFrom: null, isDeleted: false };
    return { items: [only], next: null };
  }
  return toPart(
    list,
    rows,
    hasMore,
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

const jsonOf = (value: unknown): string => JSON.stringify(value);
const toPublic = (row: RouterRow | null) => row && toRouter(row);

/** Keys and headers show only that they changed. */
function changedSecrets(before: RouterRow | null, after: RouterRow | null): ChangedValue[] {
  if (before === null || after === null) return [];
  const [from, to] = [boxesOf(before), boxesOf(after)];
  return [...to].filter(([path, box]) => from.has(path) && from.get(path) !== box).map(([path]) => ({ path }));
}

function boxesOf({ routes }: RouterRow): Map<string, string | null> {
  return new Map(
    routes.flatMap(({ id: route, variants }) =>
      variants.flatMap(({ id, box, headerBox }) => {
        const path = `routes/${route}/variants/${id}/upstream`;
        return [
          [`${path}/apiKey`, box],
          [`${path}/headers`, headerBox],
        ] as const;
      }),
    ),
  );
}
