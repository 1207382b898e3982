// Integrations: settings in the clear, the secret encrypted, one per workspace, provider and project.
import { sql, type RawBuilder } from "kysely";
import type { Connection } from "../../domain/connection.ts";
import type { Integration, IntegrationPatch, IntegrationStatus, NewIntegration } from "../../domain/integration.ts";
import { ConflictError } from "../errors.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import { orIfTaken, type Database, type Queryable } from "../postgres/database.ts";
import { newId } from "../postgres/ids.ts";
import { RUN_COLUMNS } from "../runs/postgres.ts";
import { decryptSecret, encryptSecret } from "../secrets.ts";
import type { IntegrationStore } from "./interface.ts";

interface IntegrationOptions {
  secretKeys: Buffer[];
  importLookbackDays: number;
}

export function createIntegrationStore(db: Database, options: IntegrationOptions): IntegrationStore {
  return {
    create: (workspaceId, input) => create(db, options, workspaceId, input),
    get: (workspaceId, id) => readOne(db, workspaceId, id),

    async list(workspaceId, page) {
      const list: CursorList = { name: "integrations", owner: workspaceId, shape: ["number"] };
      const [after = 0] = decodeCursor(list, page.cursor) ?? [];
      const where = sql`i.workspace_id = ${workspaceId} and i.ordinal > ${after}`;
      const rows = await readIntegrations(db, where, page.limit + 1);
      return toPage(list, rows, page.limit, (row) => [row.ordinal], toIntegration);
    },

    update: (workspaceId, id, patch) => update(db, options.secretKeys, workspaceId, id, patch),

    async setPaused(workspaceId, id, paused) {
      await db.execute(sql`
        update integrations set paused = ${paused}, version = version + 1, changed_at_ms = crosscurrent_now_ms()
        where id = ${id} and workspace_id = ${workspaceId} and deleted_at_ms is null and paused <> ${paused}`);
      return readOne(db, workspaceId, id);
    },

    async remove(workspaceId, id) {
      await db.transaction(async (tx) => {
        await tx.execute(sql`
          with removed as (
            update integrations set deleted_at_ms = crosscurrent_now_ms(), secret = null, secret_key_id = null
            where id = ${id} and workspace_id = ${workspaceId} and deleted_at_ms is null returning id
          )
          insert into removed_integrations (workspace_id, id) select ${workspaceId}, id from removed`);
        // In a later statement: metrics are defined under the lock of the row that the first one changed.
        await tx.execute(sql`delete from metrics where integration_id = ${id} and workspace_id = ${workspaceId}`);
      });
      // Removing again is no error: the caller may not have got the first answer.
      const found = await db.execute(sql`
        select from removed_integrations where workspace_id = ${workspaceId} and id = ${id}`);
      return found === 1;
    },

    find: (id) => readIntegration(db, sql`i.id = ${id}`),
    connection: (id) => connection(db, options.secretKeys, id),
  };
}

function readOne(db: Queryable, workspaceId: string, id: string): Promise<Integration | null> {
  return readIntegration(db, sql`i.id = ${id} and i.workspace_id = ${workspaceId}`);
}

async function readIntegration(db: Queryable, where: RawBuilder<unknown>): Promise<Integration | null> {
  const [row] = await readIntegrations(db, where, 1);
  return row === undefined ? null : toIntegration(row);
}

async function create(
  db: Queryable,
  options: IntegrationOptions,
  workspaceId: string,
  input: NewIntegration,
): Promise<Integration> {
  const id = newId("int");
  const { provider, settings, secret, importFrom, project, deliversUpdates } = input;
  const sealed = secret === null ? null : encryptSecret(secret, id, options.secretKeys);
  const today = sql`(crosscurrent_now() at time zone 'utc')::date`;
  const importDay = sql`coalesce(${importFrom}::text, (${today} - ${options.importLookbackDays}::integer)::text)`;
  await orIfTaken(new ConflictError(`There is an integration of ${project.name} already.`), () =>
    db.execute(sql`
      insert into integrations
        (id, workspace_id, provider, project_key, delivers_updates, settings, secret, secret_key_id, import_from)
      values (${id}, ${workspaceId}, ${provider}, ${project.key}, ${deliversUpdates},
        ${JSON.stringify(settings)}::jsonb, ${sealed?.box ?? null}, ${sealed?.keyId ?? null}, ${importDay})`),
  );
  const created = await readOne(db, workspaceId, id);
  if (created === null) throw new Error(`Integration ${id} was removed while it was created.`);
  return created;
}

/** A patch that changes nothing still counts as a change, so that its sender sees it served. */
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
  await db.execute(sql`
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
    where id = ${id} and workspace_id = ${workspaceId} and deleted_at_ms is null`);
  return readOne(db, workspaceId, id);
}

async function connection(db: Queryable, secretKeys: Buffer[], id: string): Promise<Connection | null> {
  const [row] = await db.query(sql<Omit<Connection, "secret"> & { box: Buffer | null }>`
    select id as "integrationId", workspace_id as "workspaceId", provider, settings, import_from as "importFrom",
      learned, secret as box
    from integrations where id = ${id} and deleted_at_ms is null`);
  if (row === undefined) return null;
  const { box, ...connected } = row;
  return { ...connected, secret: box === null ? "" : decryptSecret(box, id, secretKeys) };
}

interface IntegrationRow extends Omit<Integration, "status"> {
  ordinal: number;
  isRunning: boolean;
  hasFailedEvents: boolean;
}

/** Sealed buckets beyond the cursor. With 9 sealed, cursor 7, and bucket 3 revised to 10: 2, or 3 with revisions. */
const PENDING = sql`w.sealed_buckets - crosscurrent_buckets_through(w.id, i.export_cursor_seq, i.delivers_updates)`;

/** Cheap on purpose: counters and one index range, no scan of imported rows. */
function readIntegrations(db: Queryable, where: RawBuilder<unknown>, limit: number): Promise<IntegrationRow[]> {
  return db.query(sql<IntegrationRow>`
    select i.id, i.ordinal, i.workspace_id as "workspaceId", i.provider, i.settings, i.import_from as "importFrom",
      i.created_at_ms as "createdAtMs", i.version, i.paused, i.next_run_at_ms as "nextRunAtMs",
      jsonb_build_object('enabled', i.export_enabled, 'completeThroughMs', i.export_through_ms, 'sent', i.export_sent,
        'rejected', i.export_rejected, 'pending', ${PENDING}, 'late', w.late_buckets,
        'error', i.export_error) as export,
      jsonb_build_object('enabled', i.import_enabled, 'error', i.import_error) as import,
      exists (select from event_definitions e
        where e.integration_id = i.id and e.deleted_at_ms is null and e.error is not null) as "hasFailedEvents",
      exists (select from runs u where u.integration_id = i.id and u.finished_at_ms is null) as "isRunning",
      (select to_jsonb(run) from (
        select ${RUN_COLUMNS} from runs where integration_id = i.id order by started_at_ms desc, id desc limit 1
      ) run) as "lastRun"
    from integrations i join workspaces w on w.id = i.workspace_id
    where i.deleted_at_ms is null and ${where}
    order by i.ordinal limit ${limit}`);
}

function toIntegration(row: IntegrationRow): Integration {
  const { ordinal: _ordinal, isRunning: _isRunning, hasFailedEvents: _hasFailedEvents, ...integration } = row;
  return { ...integration, status: statusOf(row) };
}

function statusOf(row: IntegrationRow): IntegrationStatus {
  if (row.paused) return "paused";
  if (row.isRunning) return "syncing";
  const exportFailed = row.export.enabled && row.export.error !== null;
  const importFailed = row.import.enabled && (row.import.error !== null || row.hasFailedEvents);
  return exportFailed || importFailed ? "attention" : "idle";
}
