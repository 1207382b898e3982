// The configuration that workflows read, the projection of their state, and what the reconciler must put right.
import { sql } from "kysely";
import { UNFOLDED_ROWS_MAX } from "../../domain/limits.ts";
import type { StatusProjection } from "../../domain/run.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Database, Transaction } from "../postgres/database.ts";
import { storableJson } from "../postgres/text.ts";
import type { IntegrationConfigRow, ReconcileCandidate, SyncStateStore } from "./interface.ts";

/** How long a change or a request may wait for its own signal before the reconciler sends another. */
const SIGNAL_GRACE_MS = 5_000;
/** Pending requests of one integration in one pass; the next pass takes the rest. */
const PENDING_REQUESTS_MAX = 100;

/** Exposures that no run folds for longer would keep their day's partition from being dropped. */
const UNSEALED_MS = 24 * 3_600_000;
const UNSEALED_WORKSPACES_MAX = 100;

const RECONCILE_LIST: CursorList = { name: "reconcilable", owner: "", shape: ["bigint"] };

export function createSyncStateStore(db: Database): SyncStateStore {
  return {
    loadConfig: (integrationId) => db.transaction((tx) => loadConfig(tx, integrationId)),
    recordStatus: (status) => db.transaction((tx) => recordStatus(tx, status)),

    async noteWorker() {
      await db.execute(sql`
        insert into worker_signs (at_ms) values (crosscurrent_now_ms())
        on conflict (is_only) do update set at_ms = excluded.at_ms`);
    },

    async reconcileCandidates(page) {
      const [after = 0] = decodeCursor(RECONCILE_LIST, page.cursor) ?? [];
      const signalledBefore = sql`crosscurrent_now_ms() - ${SIGNAL_GRACE_MS}::bigint`;
      const rows = await db.query(sql<ReconcileCandidate & { ordinal: number }>`
        select i.ordinal, i.id, i.workspace_id as "workspaceId", i.provider, i.paused,
          i.version > i.seen_version and i.changed_at_ms < ${signalledBefore} as behind,
          (select coalesce(json_agg(q.id order by q.created_at_ms), '[]') from (
            select id, created_at_ms from sync_requests
            where integration_id = i.id and status = 'queued' and created_at_ms < ${signalledBefore}
            order by created_at_ms limit ${PENDING_REQUESTS_MAX}
          ) q) as "pendingRequests"
        from integrations i where i.deleted_at_ms is null and i.ordinal > ${after}
        order by i.ordinal limit ${page.limit + 1}`);
      const toItem = ({ ordinal: _ordinal, ...item }: (typeof rows)[number]): ReconcileCandidate => item;
      return toPage(RECONCILE_LIST, rows, page.limit, (row) => [row.ordinal], toItem);
    },

    async unsealedWorkspaces() {
      // The oldest unfolded exposure of each workspace is one look into the index. How many there are is a walk along
      // it, which ends at the limit.
      const unfolded = sql`from exposures e where e.workspace_id = w.id and e.id > w.folded_through order by e.id`;
      const workspaces = await db.query(sql<{ id: string }>`
        select w.id from workspaces w
        where (select e.received_at_ms ${unfolded} limit 1) < crosscurrent_now_ms() - ${UNSEALED_MS}::bigint
          or exists (select ${unfolded} offset ${UNFOLDED_ROWS_MAX} limit 1)
        limit ${UNSEALED_WORKSPACES_MAX}`);
      return workspaces.map(({ id }) => id);
    },
  };
}

async function loadConfig(tx: Transaction, integrationId: string): Promise<IntegrationConfigRow | null> {
  // The row lock comes first: an event that is added later also raises the version later.
  const [config] = await tx.query(sql<Omit<IntegrationConfigRow, "events">>`
    update integrations set seen_version = version where id = ${integrationId} and deleted_at_ms is null
    returning version, sync_version as "syncVersion", paused, provider, workspace_id as "workspaceId",
      export_enabled as "exportEnabled", import_enabled as "importEnabled", export_cursor_seq as "exportCursorSeq"`);
  if (config === undefined) return null;
  const events = await tx.query(sql<{ name: string }>`
    select name from event_definitions where integration_id = ${integrationId} and deleted_at_ms is null order by id`);
  return { ...config, events: events.map((event) => event.name) };
}

/** The row's own `paused` stays while the workflow has not seen its latest change: the signal is still on its way. */
async function recordStatus(tx: Transaction, status: StatusProjection): Promise<void> {
  const { integrationId } = status;
  const json = (value: unknown) => (value === null ? null : storableJson(value));
  await tx.execute(sql`
    update integrations set
      paused = case when version = seen_version then coalesce(${status.paused}::boolean, paused) else paused end,
      next_run_at_ms = ${status.nextRunAtMs},
      export_error = ${json(status.exportError)}::jsonb,
      import_error = ${json(status.importError)}::jsonb
    where id = ${integrationId} and deleted_at_ms is null`);
  await tx.execute(sql`
    with state as (select ${json(status.eventErrors)}::jsonb as errors)
    update event_definitions e set error = state.errors -> e.name from state
    where e.integration_id = ${integrationId} and e.deleted_at_ms is null
      and e.error is distinct from state.errors -> e.name`);
}
