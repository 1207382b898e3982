// Event definitions: the "events to import" of an integration, with their counters and progress.
import { sql } from "kysely";
import type { EventPatch, EventSummary, NewEvent } from "../../domain/event.ts";
import { MAX_EVENT_DEFINITIONS } from "../../domain/limits.ts";
import { ConflictError } from "../errors.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import { orIfTaken, type Database, type Queryable, type Transaction } from "../postgres/database.ts";
import { storable } from "../postgres/text.ts";
import { rereadWhole } from "../imports/rereads.ts";
import { refuseWhileUsed } from "../metrics/blockers.ts";
import { checkNames } from "./checkNames.ts";
import { checkSources } from "./checkSources.ts";
import type { EventStore } from "./interface.ts";
import { readProperties, readRecords } from "./records.ts";
import { readEvent, readEvents, toSummary } from "./rows.ts";

interface EventPools {
  bookkeeping: Database;
  reports: Database;
}

export function createEventStore({ bookkeeping: db, reports }: EventPools): EventStore {
  return {
    create: (workspaceId, integrationId, event) =>
      orIfTaken(new ConflictError("There is an event of that name already."), () =>
        db.transaction((tx) => create(tx, workspaceId, integrationId, event)),
      ),

    async list(workspaceId, integrationId, page) {
      const list: CursorList = { name: "events", owner: integrationId, shape: ["integer"] };
      const [after = 0] = decodeCursor(list, page.cursor) ?? [];
      const found = await db.execute(sql`
        select from integrations
        where id = ${integrationId} and workspace_id = ${workspaceId} and deleted_at_ms is null`);
      if (found === 0) return null;
      const rows = await readEvents(db, sql`e.integration_id = ${integrationId} and e.id > ${after}`, page.limit + 1);
      return toPage(list, rows, page.limit, (row) => [row.id], toSummary);
    },

    update: (workspaceId, integrationId, name, patch) =>
      db.transaction((tx) => update(tx, workspaceId, integrationId, name, patch)),

    remove: (workspaceId, integrationId, name) =>
      db.transaction(async (tx) => {
        if (!(await raiseVersion(tx, workspaceId, integrationId, 0))) return false;
        await refuseWhileUsed(
          tx,
          "this event",
          sql`integration_id = ${integrationId}
            and ${name} in (definition #>> '{measure,event}', definition #>> '{denominator,event}')`,
        );
        const removed = await tx.execute(sql`
          update event_definitions set deleted_at_ms = crosscurrent_now_ms()
          where integration_id = ${integrationId} and name = ${name} and deleted_at_ms is null`);
        return removed === 1;
      }),

    async records(workspaceId, integrationId, name, { userId, ...page }) {
      const id = await eventId(db, workspaceId, integrationId, name);
      return id === null ? null : readRecords(reports, { eventId: id, userId }, page);
    },

    async properties(workspaceId, integrationId, name) {
      const id = await eventId(db, workspaceId, integrationId, name);
      return id === null ? null : readProperties(db, id);
    },

    checkNames: (integrationId, ask, options) => checkNames(db, integrationId, ask, options),
    checkSources: (integrationId, ask, options) => checkSources(db, integrationId, ask, options),

    async get(workspaceId, integrationId, name) {
      const id = await eventId(db, workspaceId, integrationId, name);
      return id === null ? null : readEvent(db, id);
    },
  };
}

async function create(
  tx: Transaction,
  workspaceId: string,
  integrationId: string,
  { name, description, source }: NewEvent,
): Promise<EventSummary | null> {
  // This locks the integration's row, so creations of its events run one after the other and the count holds.
  if (!(await raiseVersion(tx, workspaceId, integrationId, 1))) return null;
  const [row] = await tx.query(sql<{ count: number }>`
    select count(*) as count from event_definitions
    where integration_id = ${integrationId} and deleted_at_ms is null`);
  if ((row?.count ?? 0) >= MAX_EVENT_DEFINITIONS) {
    throw new ConflictError(`An integration imports at most ${MAX_EVENT_DEFINITIONS} events: delete one first.`);
  }
  const [created] = await tx.query(sql<{ id: number }>`
    insert into event_definitions (integration_id, name, description, source)
    values (${integrationId}, ${name}, ${description && storable(description)},
      ${source && JSON.stringify(source)}::jsonb)
    returning id`);
  return created === undefined ? null : readEvent(tx, created.id);
}

async function update(
  tx: Transaction,
  workspaceId: string,
  integrationId: string,
  name: string,
  { description, source, isReread }: EventPatch,
): Promise<EventSummary | null> {
  if (source !== undefined && !(await raiseVersion(tx, workspaceId, integrationId, 1))) return null;
  const id = await eventId(tx, workspaceId, integrationId, name);
  if (id === null) return null;
  if (description !== undefined) {
    const text = description && storable(description);
    await tx.execute(sql`update event_definitions set description = ${text} where id = ${id}`);
  }
  if (source !== undefined) {
    await tx.execute(sql`
      update event_definitions set source = jsonb_strip_nulls(source || ${JSON.stringify(source)}::jsonb)
      where id = ${id}`);
  }
  if (isReread === true) await rereadWhole(tx, sql`e.id = ${id}`);
  return readEvent(tx, id);
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
