// Integrations: settings in the clear, the secret encrypted, one per workspace, provider and project.
import type { Connection } from "../../domain/connection.ts";
import type { Integration, IntegrationPatch, JsonObject, NewIntegration, Provider } from "../../domain/integration.ts";
import { sql } from "kysely";
import { decryptSecret, encryptSecret } from "../secrets.ts";
import { ConflictError, type IntegrationStore } from "../store.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import { isUniqueViolation, type Database, type Queryable } from "../postgres/database.ts";
import { newId } from "../postgres/ids.ts";
import { readIntegrations, toIntegration } from "./rows.ts";

export interface IntegrationOptions {
  secretKeys: Buffer[];
  importLookbackDays: number;
}

export function createIntegrationStore({ db }: Database, options: IntegrationOptions): IntegrationStore {
  return {
    create: (workspaceId, input) => create(db, options, workspaceId, input),

    async get(workspaceId, id) {
      return one(db, workspaceId, id);
    },

    async list(workspaceId, page) {
      const list: CursorList = { name: "integrations", owner: workspaceId, shape: ["number"] };
      const [after = 0] = decodeCursor(list, page.cursor) ?? [];
      const where = sql`i.workspace_id = ${workspaceId} and i.ordinal > ${after}`;
      const rows = await readIntegrations(db, where, page.limit + 1);
      return toPage(list, rows, page.limit, (row) => [row.ordinal], toIntegration);
    },

    update: (workspaceId, id, patch) => update(db, options.secretKeys, workspaceId, id, patch),

    async setPaused(workspaceId, id, paused) {
      await sql`
        update integrations set paused = ${paused}, version = version + 1, changed_at_ms = crosscurrent_now_ms()
        where id = ${id} and workspace_id = ${workspaceId} and deleted_at_ms is null and paused <> ${paused}`.execute(
        db,
      );
      return one(db, workspaceId, id);
    },

    async remove(workspaceId, id) {
      await db.transaction().execute(async (tx) => {
        await sql`
          with removed as (
            update integrations set deleted_at_ms = crosscurrent_now_ms(), secret = null, secret_key_id = null
            where id = ${id} and workspace_id = ${workspaceId} and deleted_at_ms is null returning id
          )
          insert into removed_integrations (workspace_id, id) select ${workspaceId}, id from removed`.execute(tx);
        // In a later statement: metrics are defined under the lock of the row that this one has changed.
        await sql`delete from metrics where integration_id = ${id} and workspace_id = ${workspaceId}`.execute(tx);
      });
      // Removing again is no error: the one who asks may not have got the first answer.
      const { rows } = await sql`
        select 1 from removed_integrations where workspace_id = ${workspaceId} and id = ${id}`.execute(db);
      return rows.length === 1;
    },

    async find(id) {
      const [row] = await readIntegrations(db, sql`i.id = ${id}`, 1);
      return row === undefined ? null : toIntegration(row);
    },

    connection: (id) => connection(db, options.secretKeys, id),
  };
}

async function one(db: Queryable, workspaceId: string, id: string): Promise<Integration | null> {
  const [row] = await readIntegrations(db, sql`i.id = ${id} and i.workspace_id = ${workspaceId}`, 1);
  return row === undefined ? null : toIntegration(row);
}

async function create(
  db: Queryable,
  options: IntegrationOptions,
  workspaceId: string,
  input: NewIntegration,
): Promise<Integration> {
  const id = newId("int");
  const { provider, settings, secret, importFrom, project } = input;
  const sealed = secret === null ? null : encryptSecret(secret, id, options.secretKeys);
  const today = sql`(crosscurrent_now() at time zone 'utc')::date`;
  try {
    await sql`
      insert into integrations (id, workspace_id, provider, project_key, delivers_updates, settings, secret, secret_key_id, import_from)
      values (${id}, ${workspaceId}, ${provider}, ${project.key}, ${input.deliversUpdates}, ${JSON.stringify(settings)}::jsonb,
        ${sealed?.box ?? null}, ${sealed?.keyId ?? null}, coalesce(${importFrom}::text, (${today} - ${options.importLookbackDays}::integer)::text))`.execute(
      db,
    );
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ConflictError(`There is an integration of ${project.name} already.`);
  }
  const created = await one(db, workspaceId, id);
  if (created === null) throw new Error(`Integration ${id} was removed while it was created.`);
  return created;
}

/** Only what a patch names changes; a patch that changes nothing still counts as a change, so that its sender sees it served. */
async function update(
  db: Queryable,
  secretKeys: Buffer[],
  workspaceId: string,
  id: string,
  patch: IntegrationPatch,
): Promise<Integration | null> {
  const sealed = patch.secret === undefined ? null : encryptSecret(patch.secret, id, secretKeys);
  const settings = JSON.stringify(patch.settings ?? {});
  const credentials = sealed !== null || settings !== "{}";
  const exportEnabled = patch.exportEnabled ?? null;
  const importEnabled = patch.importEnabled ?? null;
  await sql`
    update integrations set
      export_enabled = coalesce(${exportEnabled}::boolean, export_enabled),
      import_enabled = coalesce(${importEnabled}::boolean, import_enabled),
      settings = settings || ${settings}::jsonb,
      secret = coalesce(${sealed?.box ?? null}::bytea, secret),
      secret_key_id = coalesce(${sealed?.keyId ?? null}::text, secret_key_id),
      version = version + 1,
      changed_at_ms = crosscurrent_now_ms(),
      sync_version = sync_version + case
        when ${credentials}::boolean then 1
        when ${exportEnabled}::boolean and not export_enabled then 1
        when ${importEnabled}::boolean and not import_enabled then 1
        else 0 end
    where id = ${id} and workspace_id = ${workspaceId} and deleted_at_ms is null`.execute(db);
  return one(db, workspaceId, id);
}

async function connection(db: Queryable, secretKeys: Buffer[], id: string): Promise<Connection | null> {
  const { rows } = await sql<{
    workspaceId: string;
    provider: Provider;
    settings: JsonObject;
    importFrom: string;
    box: Buffer | null;
  }>`
    select workspace_id as "workspaceId", provider, settings, import_from as "importFrom", secret as box
    from integrations where id = ${id} and deleted_at_ms is null`.execute(db);
  const row = rows[0];
  if (row === undefined) return null;
  const { box, ...rest } = row;
  return { integrationId: id, ...rest, secret: box === null ? "" : decryptSecret(box, id, secretKeys) };
}
