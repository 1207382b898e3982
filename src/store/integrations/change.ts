// Changes an integration: directions, credentials, and until the first row also the project.
import { sql } from "kysely";
import type { IntegrationPatch, JsonObject, Project } from "../../domain/integration.ts";
import { ConflictError } from "../errors.ts";
import { orIfTaken, type Database, type Transaction } from "../postgres/database.ts";
import { encryptSecret } from "../secrets.ts";
import { PROJECT_FIXED } from "./rows.ts";

export const projectTaken = ({ name }: Project) => new ConflictError(`There is an integration of ${name} already.`);

/** A patch that changes nothing still counts as a change, so that its sender sees it served. */
export async function changeIntegration(
  db: Database,
  secretKeys: Buffer[],
  workspaceId: string,
  id: string,
  patch: IntegrationPatch,
): Promise<void> {
  await db.transaction(async (tx) => {
    const [locked] = await tx.query(sql<{ settings: JsonObject }>`
      select settings from integrations
      where id = ${id} and workspace_id = ${workspaceId} and deleted_at_ms is null for no key update`);
    if (locked === undefined) return;
    await moveProject(tx, id, locked.settings, patch);
    await change(tx, secretKeys, id, patch);
  });
}

async function change(tx: Transaction, secretKeys: Buffer[], id: string, patch: IntegrationPatch): Promise<void> {
  const sealed = patch.secret === undefined ? null : encryptSecret(patch.secret, id, secretKeys);
  const settings = JSON.stringify(patch.settings ?? {});
  const reconnects = sealed !== null || settings !== "{}";
  const exportEnabled = patch.exportEnabled ?? null;
  const importEnabled = patch.importEnabled ?? null;
  await tx.execute(sql`
    update integrations set
      export_enabled = coalesce(${exportEnabled}::boolean, export_enabled),
      export_usage = coalesce(${patch.exportUsage ?? null}::boolean, export_usage),
      import_enabled = coalesce(${importEnabled}::boolean, import_enabled),
      settings = settings || ${settings}::jsonb,
      account = coalesce(${patch.account ?? null}::text, account),
      secret = coalesce(${sealed?.box ?? null}::bytea, secret),
      secret_key_id = coalesce(${sealed?.keyId ?? null}::text, secret_key_id),
      last_test = case when ${reconnects}::boolean then null else last_test end,
      version = version + 1,
      changed_at_ms = crosscurrent_now_ms(),
      sync_version = sync_version + case
        when ${reconnects}::boolean then 1
        when ${exportEnabled}::boolean and not export_enabled then 1
        when ${importEnabled}::boolean and not import_enabled then 1
        else 0 end
    where id = ${id}`);
  // With other credentials the project may show other names, at once.
  if (reconnects) await tx.execute(sql`delete from project_event_names where integration_id = ${id}`);
}

/** Moves the integration to another project, if the patch says so and the old one has nothing of it. */
async function moveProject(tx: Transaction, id: string, stored: JsonObject, patch: IntegrationPatch): Promise<void> {
  const { settings = {}, fixed } = patch;
  if (fixed === undefined) return;
  const changed = Object.keys(fixed.labels).filter((name) => name in settings && settings[name] !== stored[name]);
  if (changed.length === 0) return;
  const [state] = await tx.query(sql<{ projectFixed: boolean; isRunning: boolean }>`
    select ${PROJECT_FIXED} as "projectFixed",
      exists (select from runs u where u.integration_id = i.id and u.finished_at_ms is null) as "isRunning"
    from integrations i where i.id = ${id}`);
  const names = changed.map((name) => fixed.labels[name]).join(", ");
  if (state?.projectFixed === true) {
    const remedy = "Add another integration for another project.";
    throw new ConflictError(`${names} cannot be changed any more, because rows were sent or stored. ${remedy}`);
  }
  // The run may be sending its first rows to the old project.
  if (state?.isRunning === true) {
    throw new ConflictError(`${names} cannot be changed while a run goes on. Try again when it has finished.`);
  }
  await startOver(tx, id, fixed.projectOf({ ...stored, ...settings }));
}

/** The workflow takes the earlier of its own progress and this one, so it begins again too. */
async function startOver(tx: Transaction, id: string, project: Project): Promise<void> {
  await orIfTaken(projectTaken(project), () =>
    tx.execute(sql`
      update integrations
      set project_key = ${project.key}, export_cursor_seq = 0, export_through_ms = null, learned = '{}',
        export_destination = null, export_made_anew = null
      where id = ${id}`),
  );
  // Days of the other project that could not be read, or were to be read again.
  await tx.execute(sql`
    delete from import_ranges r using event_definitions e where e.id = r.event_id and e.integration_id = ${id}`);
  await tx.execute(sql`
    update event_definitions set complete_through_ms = null, unfinished = null, seen = null, nearest = '{}',
      covered = case when imported = 0 then 0 end
    where integration_id = ${id}`);
}
