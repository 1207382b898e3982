// Event definitions: the "events to import" of an integration, with their counters and progress.
import { sql, type RawBuilder } from "kysely";
import type { EventSummary, NewEvent } from "../../domain/event.ts";
import { ConflictError } from "../errors.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import { orIfTaken, type Database, type Queryable, type Transaction } from "../postgres/database.ts";
import { storable } from "../postgres/text.ts";
import type { EventStore } from "./interface.ts";
import { readProperties, readRecords } from "./records.ts";

export function createEventStore(db: Database): EventStore {
  return {
    create: (workspaceId, integrationId, event) =>
      orIfTaken(new ConflictError("There is an event of that name already."), () =>
        db.transaction((tx) => create(tx, workspaceId, integrationId, event)),
      ),

    async list(workspaceId, integrationId, page) {
      const list: CursorList = { name: "events", owner: integrationId, shape: ["number"] };
      const [after = 0] = decodeCursor(list, page.cursor) ?? [];
      const found = await db.execute(sql`
        select from integrations
        where id = ${integrationId} and workspace_id = ${workspaceId} and deleted_at_ms is null`);
      if (found === 0) return null;
      const rows = await readEvents(db, sql`e.integration_id = ${integrationId} and e.id > ${after}`, page.limit + 1);
      return toPage(list, rows, page.limit, (row) => [row.id], toSummary);
    },

    async update(workspaceId, integrationId, name, patch) {
      const id = await eventId(db, workspaceId, integrationId, name);
      if (id === null) return null;
      if (patch.description !== undefined) {
        const description = patch.description && storable(patch.description);
        await db.execute(sql`update event_definitions set description = ${description} where id = ${id}`);
      }
      return readEvent(db, id);
    },

    remove: (workspaceId, integrationId, name) =>
      db.transaction(async (tx) => {
        if (!(await raiseVersion(tx, workspaceId, integrationId, 0))) return false;
        await refuseWhileUsed(tx, integrationId, name);
        const removed = await tx.execute(sql`
          update event_definitions set deleted_at_ms = crosscurrent_now_ms()
          where integration_id = ${integrationId} and name = ${name} and deleted_at_ms is null`);
        return removed === 1;
      }),

    async records(workspaceId, integrationId, name, { userId, ...page }) {
      const id = await eventId(db, workspaceId, integrationId, name);
      return id === null ? null : readRecords(db, { eventId: id, userId }, page);
    },

    async properties(workspaceId, integrationId, name) {
      const id = await eventId(db, workspaceId, integrationId, name);
      return id === null ? null : readProperties(db, id);
    },
  };
}

async function create(
  tx: Transaction,
  workspaceId: string,
  integrationId: string,
  { name, description, source }: NewEvent,
): Promise<EventSummary | null> {
  if (!(await raiseVersion(tx, workspaceId, integrationId, 1))) return null;
  const [created] = await tx.query(sql<{ id: number }>`
    insert into event_definitions (integration_id, name, description, source)
    values (${integrationId}, ${name}, ${description && storable(description)},
      ${source && JSON.stringify(source)}::jsonb)
    returning id`);
  return created === undefined ? null : readEvent(tx, created.id);
}

/** Runs in a later statement than the one that locked the integration: metrics are defined under that lock. */
async function refuseWhileUsed(tx: Transaction, integrationId: string, name: string): Promise<void> {
  const [metric] = await tx.query(sql<{ name: string }>`
    select name from metrics where integration_id = ${integrationId}
      and ${name} in (definition #>> '{measure,event}', definition #>> '{denominator,event}')
    order by ordinal limit 1`);
  if (metric === undefined) return;
  throw new ConflictError(`The metric “${metric.name}” uses the event: change or delete the metric first.`);
}

/** `syncs` is 1 if the change calls for a run at once. Returns false if there is no such integration. */
async function raiseVersion(
  tx: Transaction,
  workspaceId: string,
  integrationId: string,
  syncs: 0 | 1,
): Promise<boolean> {
  const raised = await tx.execute(sql`
    update integrations set version = version + 1, sync_version = sync_version + ${syncs}::integer,
      changed_at_ms = crosscurrent_now_ms()
    where id = ${integrationId} and workspace_id = ${workspaceId} and deleted_at_ms is null`);
  return raised === 1;
}

async function eventId(
  db: Queryable,
  workspaceId: string,
  integrationId: string,
  name: string,
): Promise<number | null> {
  const [event] = await db.query(sql<{ id: number }>`
    select e.id from event_definitions e join integrations i on i.id = e.integration_id
    where i.id = ${integrationId} and i.workspace_id = ${workspaceId} and i.deleted_at_ms is null
      and e.name = ${name} and e.deleted_at_ms is null`);
  return event?.id ?? null;
}

interface EventRow extends EventSummary {
  id: number;
}

const GAPS = sql`(
  select coalesce(
    jsonb_agg(jsonb_build_object('fromDay', r.from_day, 'toDay', r.to_day, 'error', r.error) order by r.from_day), '[]')
  from import_ranges r where r.event_id = e.id and r.purpose = 'gap' and r.error is not null)`;

function readEvents(db: Queryable, where: RawBuilder<unknown>, limit: number): Promise<EventRow[]> {
  return db.query(sql<EventRow>`
    select e.id, i.provider, e.name, e.source, e.description, e.created_at_ms as "createdAtMs", e.imported, e.rejected,
      e.future, e.complete_through_ms as "completeThroughMs", e.error, ${GAPS} as gaps
    from event_definitions e join integrations i on i.id = e.integration_id
    where e.deleted_at_ms is null and ${where} order by e.id limit ${limit}`);
}

async function readEvent(db: Queryable, id: number): Promise<EventSummary | null> {
  const [row] = await readEvents(db, sql`e.id = ${id}`, 1);
  return row === undefined ? null : toSummary(row);
}

function toSummary({ id: _id, ...summary }: EventRow): EventSummary {
  return summary;
}
