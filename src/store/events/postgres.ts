// Event definitions: the "events to import" of an integration, with their counters and progress.
import type { EventSummary, NewEvent } from "../../domain/event.ts";
import { sql, type RawBuilder } from "kysely";
import { ConflictError, type EventStore } from "../store.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import { isUniqueViolation, type Database, type Queryable } from "../postgres/database.ts";
import { readProperties, readRecords } from "./records.ts";
import { storable } from "../postgres/text.ts";

export function createEventStore({ db }: Database): EventStore {
  return {
    create: (workspaceId, integrationId, event) => create(db, workspaceId, integrationId, event),

    async list(workspaceId, integrationId, page) {
      const list: CursorList = { name: "events", owner: integrationId, shape: ["number"] };
      const [after = 0] = decodeCursor(list, page.cursor) ?? [];
      if (!(await exists(db, workspaceId, integrationId))) return null;
      const rows = await readEvents(db, sql`e.integration_id = ${integrationId} and e.id > ${after}`, page.limit + 1);
      return toPage(list, rows, page.limit, (row) => [row.id], toView);
    },

    async update(workspaceId, integrationId, name, patch) {
      const id = await eventId(db, workspaceId, integrationId, name);
      if (id === null) return null;
      if (patch.description !== undefined) {
        const description = patch.description === null ? null : storable(patch.description);
        await sql`update event_definitions set description = ${description} where id = ${id}`.execute(db);
      }
      const [row] = await readEvents(db, sql`e.id = ${id}`, 1);
      return row === undefined ? null : toView(row);
    },

    async remove(workspaceId, integrationId, name) {
      return db.transaction().execute(async (tx) => {
        if (!(await raiseVersion(tx, workspaceId, integrationId, 0))) return false;
        await refuseWhileUsed(tx, integrationId, name);
        const { numAffectedRows } = await sql`
          update event_definitions set deleted_at_ms = crosscurrent_now_ms()
          where integration_id = ${integrationId} and name = ${name} and deleted_at_ms is null`.execute(tx);
        return numAffectedRows === 1n;
      });
    },

    async records(workspaceId, integrationId, name, page) {
      const id = await eventId(db, workspaceId, integrationId, name);
      return id === null ? null : readRecords(db, id, page);
    },

    async properties(workspaceId, integrationId, name) {
      const id = await eventId(db, workspaceId, integrationId, name);
      return id === null ? null : readProperties(db, id);
    },
  };
}

async function create(
  db: Queryable,
  workspaceId: string,
  integrationId: string,
  event: NewEvent,
): Promise<EventSummary | null> {
  const description = event.description === null ? null : storable(event.description);
  const source = event.source === null ? null : JSON.stringify(event.source);
  try {
    const id = await db.transaction().execute(async (tx) => {
      if (!(await raiseVersion(tx, workspaceId, integrationId, 1))) return null;
      const { rows } = await sql<{ id: number }>`
        insert into event_definitions (integration_id, name, description, source)
        values (${integrationId}, ${event.name}, ${description}, ${source}::jsonb) returning id`.execute(tx);
      return rows[0]?.id ?? null;
    });
    const [row] = id === null ? [] : await readEvents(db, sql`e.id = ${id}`, 1);
    return row === undefined ? null : toView(row);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ConflictError("There is an event of that name already.");
  }
}

/** In a later statement than the one that took the integration's lock: metrics are defined under it. */
async function refuseWhileUsed(tx: Queryable, integrationId: string, name: string): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select name from metrics where integration_id = ${integrationId}
      and ${name} in (definition #>> '{measure,event}', definition #>> '{denominator,event}') order by ordinal limit 1`.execute(
    tx,
  );
  if (rows[0] !== undefined)
    throw new ConflictError(`The metric “${rows[0].name}” uses it: change or delete that first.`);
}

/** Notes a change of the configuration; `syncs` 1 if it calls for a run at once. False if there is no such integration. */
async function raiseVersion(tx: Queryable, workspaceId: string, integrationId: string, syncs: 0 | 1): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update integrations set version = version + 1, sync_version = sync_version + ${syncs}::integer, changed_at_ms = crosscurrent_now_ms()
    where id = ${integrationId} and workspace_id = ${workspaceId} and deleted_at_ms is null`.execute(tx);
  return numAffectedRows === 1n;
}

async function exists(db: Queryable, workspaceId: string, integrationId: string): Promise<boolean> {
  const { rows } = await sql`
    select from integrations where id = ${integrationId} and workspace_id = ${workspaceId} and deleted_at_ms is null`.execute(
    db,
  );
  return rows.length === 1;
}

async function eventId(
  db: Queryable,
  workspaceId: string,
  integrationId: string,
  name: string,
): Promise<number | null> {
  const { rows } = await sql<{ id: number }>`
    select e.id from event_definitions e join integrations i on i.id = e.integration_id
    where i.id = ${integrationId} and i.workspace_id = ${workspaceId} and i.deleted_at_ms is null
      and e.name = ${name} and e.deleted_at_ms is null`.execute(db);
  return rows[0]?.id ?? null;
}

interface EventRow extends EventSummary {
  id: number;
}

async function readEvents(db: Queryable, where: RawBuilder<unknown>, limit: number): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select e.id, i.provider, e.name, e.source, e.description, e.created_at_ms as "createdAtMs", e.imported, e.rejected,
      e.complete_through_ms as "completeThroughMs", e.error
    from event_definitions e join integrations i on i.id = e.integration_id where e.deleted_at_ms is null and ${where} order by e.id limit ${limit}`.execute(db);
  return rows;
}

function toView({ id: _id, ...view }: EventRow): EventSummary {
  return view;
}
