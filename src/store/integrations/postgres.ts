// Integrations: settings in the clear, the secret encrypted, one per workspace, provider and project.
import { sql, type RawBuilder } from "kysely";
import type { Connection } from "../../domain/connection.ts";
import type { Integration, NewIntegration } from "../../domain/integration.ts";
import { overdueGraceMs } from "../../domain/schedule.ts";
import { refuseWhileUsed } from "../metrics/blockers.ts";
import { refuseTooMany } from "../postgres/countedCreations.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import { orIfTaken, type Database, type Queryable, type Transaction } from "../postgres/database.ts";
import { newId } from "../postgres/ids.ts";
import { storableJson } from "../postgres/text.ts";
import { codeOf } from "../ownership/code.ts";
import { decryptSecret, encryptSecret } from "../secrets.ts";
import { changeIntegration, projectTaken } from "./change.ts";
import type { IntegrationStore } from "./interface.ts";
import { readIntegrations, toIntegration, type IntegrationRow } from "./rows.ts";

interface IntegrationOptions {
  secretKeys: Buffer[];
  importLookbackDays: number;
  /** Default: no limit. */
  integrationsPerWorkspace?: number;
  /** How far due runs are spread. Default: not at all. */
  syncJitterMs?: number;
  /** Every pass of the reconciler shows that a worker runs. Default: a minute. */
  reconcileIntervalMs?: number;
}

const RECONCILE_INTERVAL_MS = 60_000;
/** Passes that may fail or be slow before a worker counts as gone. */
const MAX_MISSED_PASSES = 3;

type Read = (db: Queryable, where: RawBuilder<unknown>) => Promise<Integration | null>;

export function createIntegrationStore(db: Database, options: IntegrationOptions): IntegrationStore {
  const overdue = {
    graceMs: overdueGraceMs(options.syncJitterMs ?? 0),
    maxSilenceMs: MAX_MISSED_PASSES * (options.reconcileIntervalMs ?? RECONCILE_INTERVAL_MS),
  };
  const read: Read = async (from, where) => {
    const [row] = await readIntegrations(from, where, 1);
    return row === undefined ? null : toIntegration(await withCode(db, options.secretKeys, row), overdue);
  };
  const readOne = (workspaceId: string, id: string) => read(db, sql`i.id = ${id} and i.workspace_id = ${workspaceId}`);
  return {
    async create(workspaceId, input) {
      const id = await create(db, options, workspaceId, input);
      const created = await readOne(workspaceId, id);
      if (created === null) throw new Error(`Integration ${id} was removed while it was created.`);
      return created;
    },
    get: readOne,

    async list(workspaceId, page) {
      const list: CursorList = { name: "integrations", owner: workspaceId, shape: ["bigint"] };
      const [after = 0] = decodeCursor(list, page.cursor) ?? [];
      const where = sql`i.workspace_id = ${workspaceId} and i.ordinal > ${after}`;
      const found = await readIntegrations(db, where, page.limit + 1);
      const rows = await Promise.all(found.map((row) => withCode(db, options.secretKeys, row)));
      return toPage(
        list,
        rows,
        page.limit,
        (row) => [row.ordinal],
        (row) => toIntegration(row, overdue),
      );
    },

    async update(workspaceId, id, patch) {
      await changeIntegration(db, options.secretKeys, workspaceId, id, patch);
      return readOne(workspaceId, id);
    },

    async setPaused(workspaceId, id, paused) {
      await db.execute(sql`
        update integrations set paused = ${paused}, version = version + 1, pause_version = version + 1,
          changed_at_ms = crosscurrent_now_ms()
        where id = ${id} and workspace_id = ${workspaceId} and deleted_at_ms is null and paused <> ${paused}`);
      return readOne(workspaceId, id);
    },

    async recordTest(tested, { ok, steps }) {
      const current = await connection(db, options.secretKeys, tested.integrationId);
      if (current === null || !isSameConnection(current, tested)) return;
      await db.execute(sql`
        update integrations
        set last_test = ${storableJson({ ok, steps })}::jsonb || jsonb_build_object('atMs', crosscurrent_now_ms())
        where id = ${tested.integrationId} and deleted_at_ms is null`);
    },

    async remove(workspaceId, id, { force } = { force: false }) {
      await db.transaction((tx) => remove(tx, workspaceId, id, force));
      // Removing again is no error: the caller may not have got the first answer.
      const found = await db.execute(sql`
        select from removed_integrations where workspace_id = ${workspaceId} and id = ${id}`);
      return found === 1;
    },

    find: (id) => read(db, sql`i.id = ${id}`),
    connection: (id) => connection(db, options.secretKeys, id),
  };
}

/** An integration that is older than codes gets one when it is first shown. */
async function withCode(db: Database, secretKeys: Buffer[], row: IntegrationRow): Promise<IntegrationRow> {
  if (row.account === null || row.code !== null || secretKeys.length === 0) return row;
  return { ...row, code: await codeOf(db, secretKeys, row.workspaceId) };
}

async function remove(tx: Transaction, workspaceId: string, id: string, force: boolean): Promise<void> {
  const removed = await tx.execute(sql`
    with removed as (
      update integrations set deleted_at_ms = crosscurrent_now_ms(), secret = null, secret_key_id = null
      where id = ${id} and workspace_id = ${workspaceId} and deleted_at_ms is null returning id
    )
    insert into removed_integrations (workspace_id, id) select ${workspaceId}, id from removed`);
  if (removed === 0) return;
  if (!force) await refuseWhileUsed(tx, "its events", sql`integration_id = ${id}`);
  await tx.execute(sql`delete from metrics where integration_id = ${id}`);
}

async function create(
  db: Database,
  options: IntegrationOptions,
  workspaceId: string,
  input: NewIntegration,
): Promise<string> {
  const id = newId("int");
  const { provider, settings, secret, importFrom, project, account, deliversUpdates } = input;
  const sealed = secret === null ? null : encryptSecret(secret, id, options.secretKeys);
  const today = sql`(crosscurrent_now() at time zone 'utc')::date`;
  const importDay = sql`coalesce(${importFrom}::text, (${today} - ${options.importLookbackDays}::integer)::text)`;
  const insert = async (tx: Transaction) => {
    await refuseTooManyIntegrations(tx, workspaceId, options.integrationsPerWorkspace);
    await tx.execute(sql`
      insert into integrations
        (id, workspace_id, provider, project_key, account, delivers_updates, settings, secret, secret_key_id,
          import_from)
      values (${id}, ${workspaceId}, ${provider}, ${project.key}, ${account ?? null}, ${deliversUpdates},
        ${JSON.stringify(settings)}::jsonb, ${sealed?.box ?? null}, ${sealed?.keyId ?? null}, ${importDay})`);
  };
  await orIfTaken(projectTaken(project), () => db.transaction(insert));
  return id;
}

/** Each integration has a workflow, and a place in every pass of the reconciler. */
async function refuseTooManyIntegrations(tx: Transaction, workspaceId: string, max = Infinity): Promise<void> {
  if (max === Infinity) return;
  const counted = sql<{ count: number }>`
    select count(*) as count from integrations where workspace_id = ${workspaceId} and deleted_at_ms is null`;
  await refuseTooMany(tx, workspaceId, { kind: "integrations", max, counted });
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

function isSameConnection(a: Connection, b: Connection): boolean {
  return a.secret === b.secret && JSON.stringify(a.settings) === JSON.stringify(b.settings);
}
