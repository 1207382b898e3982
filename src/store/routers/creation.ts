// Routers are created, removed and restored: their versions go on counting through all of it.
import { sql } from "kysely";
import { MAX_ROUTERS_PER_WORKSPACE } from "../../domain/limits.ts";
import type { NewRouter, Router } from "../../domain/router.ts";
import type { RouterChange } from "../../domain/routerVersion.ts";
import { ConflictError } from "../errors.ts";
import { refuseTooMany } from "../postgres/countedCreations.ts";
import { orIfTaken, type Transaction } from "../postgres/database.ts";
import { checkVersion, insertRoute } from "./changes.ts";
import { readRouter, toRouter, type RouterRow } from "./rows.ts";
import { restoreVersion } from "./restoring.ts";
import { hasVersion, keepVersion, newestVersion, recordVersion } from "./versions.ts";

interface Creation {
  workspaceId: string;
  router: NewRouter;
  how: RouterChange;
}

export async function create(tx: Transaction, secretKeys: Buffer[], { workspaceId, router, how }: Creation) {
  const { id, description } = router;
  await insertRouter(tx, workspaceId, id);
  await tx.execute(sql`
    update routers set description = ${description} where workspace_id = ${workspaceId} and id = ${id}`);
  const created = await readInserted(tx, workspaceId, id);
  for (const route of router.routes) await insertRoute({ tx, workspaceId, router: created, secretKeys }, route);
  const after = await readInserted(tx, workspaceId, id);
  await recordVersion(tx, { workspaceId, routerId: id, before: null, after, change: how });
  return toRouter(after);
}

/** A trigger sets the version that follows all that a router of this id ever had. */
async function insertRouter(tx: Transaction, workspaceId: string, id: string): Promise<void> {
  const counted = sql<{ count: number }>`select count(*) as count from routers where workspace_id = ${workspaceId}`;
  await refuseTooMany(tx, workspaceId, { kind: "routers", max: MAX_ROUTERS_PER_WORKSPACE, counted });
  await orIfTaken(new ConflictError(`There is a router ${id} already.`), () =>
    tx.execute(sql`insert into routers (workspace_id, id) values (${workspaceId}, ${id})`),
  );
}

async function readInserted(tx: Transaction, workspaceId: string, id: string): Promise<RouterRow> {
  const router = await readRouter(tx, workspaceId, id, { withSecrets: true });
  if (router === null) throw new Error(`Router ${id} was removed while it was created.`);
  return router;
}

/** Returns null if there is no such router. */
async function lockRouter(tx: Transaction, workspaceId: string, id: string): Promise<RouterRow | null> {
  await tx.execute(sql`select from routers where workspace_id = ${workspaceId} and id = ${id} for update`);
  return await readRouter(tx, workspaceId, id, { withSecrets: true });
}

export async function remove(tx: Transaction, workspaceId: string, id: string, how: RouterChange): Promise<boolean> {
  const before = await lockRouter(tx, workspaceId, id);
  if (before === null) return false;
  checkVersion(before, how);
  await keepVersion(tx, workspaceId, before);
  await tx.execute(sql`delete from routers where workspace_id = ${workspaceId} and id = ${id}`);
  await recordVersion(tx, { workspaceId, routerId: id, before, after: null, change: how });
  return true;
}

interface Restoration {
  workspaceId: string;
  id: string;
  version: number;
  how: RouterChange;
}

/** Null: the router never had this version, or it was deleted with it. */
export async function restore(tx: Transaction, { workspaceId, id, version, how }: Restoration): Promise<Router | null> {
  const before = await lockRouter(tx, workspaceId, id);
  if (before !== null) await keepVersion(tx, workspaceId, before);
  if (!(await hasVersion(tx, workspaceId, id, version))) return null;
  checkVersion({ version: before?.version ?? (await newestVersion(tx, workspaceId, id)) }, how);
  if (before === null) await insertRouter(tx, workspaceId, id);
  await restoreVersion(tx, workspaceId, id, version);
  if (before !== null) {
    await tx.execute(sql`
      update routers set updated_at_ms = crosscurrent_now_ms(), version = version + 1
      where workspace_id = ${workspaceId} and id = ${id}`);
  }
  const after = await readInserted(tx, workspaceId, id);
  await recordVersion(tx, { workspaceId, routerId: id, before, after, change: how, restoredFrom: version });
  return toRouter(after);
}
