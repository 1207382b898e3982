// The configuration that workflows read, the projection of their state, and what the reconciler must put right.
import { sql } from "kysely";
import { UNFOLDED_ROWS_MAX } from "../../domain/limits.ts";
import type { StatusProjection } from "../../domain/run.ts";
import { overdueGraceMs } from "../../domain/schedule.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Database, Transaction } from "../postgres/database.ts";
import { storableJson } from "../postgres/text.ts";
import type { BehindIntegration, IntegrationConfigRow, ListedIntegration, SyncStateStore } from "./interface.ts";

/** How long a change or a request may wait for its own signal before the reconciler sends another. */
const SIGNAL_GRACE_MS = 5_000;
/** Exposures that no run folds for longer would keep their day's partition from being dropped. */
const UNSEALED_MS = 24 * 3_600_000;
/** By then the hours in which a take-over began have been sealed. */
const TAKEN_OVER_MS = 3 * 3_600_000;
const UNSEALED_WORKSPACES_MAX = 100;

const INTEGRATIONS_LIST: CursorList = { name: "all integrations", owner: "", shape: ["bigint"] };
const LISTED = sql`i.id as "integrationId", i.workspace_id as "workspaceId", i.provider, i.paused`;
const SIGNALLED_BEFORE = sql`(crosscurrent_now_ms() - ${SIGNAL_GRACE_MS}::bigint)`;

/** `syncJitterMs`: how far overdue runs are spread, which is no reason to send a signal. */
export function createSyncStateStore(db: Database, { syncJitterMs = 0 }: { syncJitterMs?: number }): SyncStateStore {
  const overdueMs = overdueGraceMs(syncJitterMs);
  return {
    loadConfig: (integrationId) => db.transaction((tx) => loadConfig(tx, integrationId)),
    recordStatus: (status) => db.transaction((tx) => recordStatus(tx, status)),

    async noteWorker() {
      await db.execute(sql`
        insert into worker_signs (at_ms) values (crosscurrent_now_ms())
        on conflict (is_only) do update set at_ms = excluded.at_ms`);
    },

    async list(page) {
      const [after = 0] = decodeCursor(INTEGRATIONS_LIST, page.cursor) ?? [];
      const rows = await db.query(sql<ListedIntegration & { ordinal: number }>`
        select i.ordinal, ${LISTED} from integrations i where i.deleted_at_ms is null and i.ordinal > ${after}
        order by i.ordinal limit ${page.limit + 1}`);
      const toItem = ({ ordinal: _ordinal, ...item }: (typeof rows)[number]): ListedIntegration => item;
      return toPage(INTEGRATIONS_LIST, rows, page.limit, (row) => [row.ordinal], toItem);
    },

    async countIntegrations() {
      const [row] = await db.query(sql<{ count: number }>`
        select count(*) as count from integrations where deleted_at_ms is null`);
      return Number(row?.count);
    },

    behind: (limit) => db.query(behindStatement(limit, overdueMs)),

    async unended(limit) {
      const rows = await db.query(sql<{ id: string }>`
        select id from integrations where deleted_at_ms < ${SIGNALLED_BEFORE} and ended_at_ms is null limit ${limit}`);
      return rows.map(({ id }) => id);
    },

    async noteEnded(integrationId) {
      await db.execute(sql`
        update integrations set ended_at_ms = crosscurrent_now_ms()
        where id = ${integrationId} and deleted_at_ms is not null`);
    },

    async claimList(everyMs) {
      const claimed = await db.execute(sql`
        update worker_signs set listed_at_ms = crosscurrent_now_ms()
        where listed_at_ms <= crosscurrent_now_ms() - ${everyMs}::bigint`);
      return claimed === 1;
    },

    async forgetList() {
      await db.execute(sql`update worker_signs set listed_at_ms = 0`);
    },

    async takeTurn(workspaceId, everyMs, burst) {
      const stepMs = Math.ceil(everyMs);
      const [turn] = await db.query(sql<{ startAtMs: number; nowMs: number }>`
        insert into workspace_turns as t (workspace_id, next_run_ms)
        values (${workspaceId}, crosscurrent_now_ms() + ${stepMs}::bigint)
        on conflict (workspace_id) do update
          set next_run_ms = greatest(t.next_run_ms, crosscurrent_now_ms()) + ${stepMs}::bigint
        returning next_run_ms - ${stepMs * burst}::bigint as "startAtMs", crosscurrent_now_ms() as "nowMs"`);
      return turn === undefined || turn.startAtMs <= turn.nowMs ? null : turn.startAtMs;
    },

    async unsealedWorkspaces() {
      const workspaces = await db.query(unsealedStatement());
      return workspaces.map(({ id }) => id);
    },
  };
}

/**
 * The oldest unfolded exposure of each workspace is one look into the index. How many there are is a walk along it,
 * which ends at the limit. Exposures that only the buckets have, since a worker of the version before folded them or a
 * worker died in between, are unfolded too. A take-over goes on while there are buckets, and ends once the hours are
 * over that had begun before it.
 */
function unsealedStatement() {
  const unfolded = sql`from exposures e
    where e.workspace_id = w.id and e.id > least(w.folded_through, w.usage_through) order by e.id`;
  const overdue = sql`< crosscurrent_now_ms() - ${UNSEALED_MS}::bigint`;
  return sql<{ id: string }>`
    select w.id from workspaces w
    where (select e.received_at_ms ${unfolded} limit 1) ${overdue}
      or (
        select a.received_at_ms from assignments a where a.workspace_id = w.id order by a.received_at_ms limit 1
      ) ${overdue}
      or exists (select ${unfolded} offset ${UNFOLDED_ROWS_MAX} limit 1)
      or exists (
        select from usage_take_overs t where t.workspace_id = w.id and (
          t.began_at_ms < crosscurrent_now_ms() - ${TAKEN_OVER_MS}::bigint
          or exists (select from exposure_buckets b where b.workspace_id = w.id and b.first_seal_seq > t.through_seq)))
    limit ${UNSEALED_WORKSPACES_MAX}`;
}

/**
 * Each reason is a look into an index of what is behind: a pass costs what it repairs. Paused integrations keep their
 * requests until they are resumed. A lost workflow is found by its overdue run.
 */
function behindStatement(limit: number, overdueMs: number) {
  const isBehind = sql`i.version > i.seen_version and i.changed_at_ms < ${SIGNALLED_BEFORE}`;
  const isOverdue = sql`not i.paused and i.next_run_at_ms < crosscurrent_now_ms() - ${overdueMs}::bigint
    and not exists (select from runs r where r.integration_id = i.id and r.finished_at_ms is null)`;
  const isQueued = sql`q.status = 'queued' and q.created_at_ms < ${SIGNALLED_BEFORE}`;
  return sql<BehindIntegration>`
    with behind as (
      select i.id from integrations i where i.deleted_at_ms is null and ${isBehind} order by random() limit ${limit}
    ), overdue as (
      select i.id from integrations i where i.deleted_at_ms is null and ${isOverdue} order by random() limit ${limit}
    ), asked as (
      select i.id, min(q.created_at_ms) from sync_requests q join integrations i on i.id = q.integration_id
      where ${isQueued} and not i.paused and i.deleted_at_ms is null group by i.id order by random() limit ${limit}
    )
    select ${LISTED}, i.id in (select id from behind) as "isBehind", i.id in (select id from overdue) as "isOverdue",
      (select q.id from sync_requests q where q.integration_id = i.id and ${isQueued} and not i.paused
        order by q.created_at_ms limit 1) as "requestId"
    from integrations i
    where i.id in (select id from behind union select id from overdue union select id from asked)`;
}

async function loadConfig(tx: Transaction, integrationId: string): Promise<IntegrationConfigRow | null> {
  // The row lock comes first: an event that is added later also raises the version later.
  const [config] = await tx.query(sql<Omit<IntegrationConfigRow, "events">>`
    update integrations set seen_version = version where id = ${integrationId} and deleted_at_ms is null
    returning version, sync_version as "syncVersion", paused, pause_version as "pauseVersion", provider,
      workspace_id as "workspaceId",
      export_enabled as "exportEnabled", import_enabled as "importEnabled", export_cursor_seq as "exportCursorSeq"`);
  if (config === undefined) return null;
  const events = await tx.query(sql<{ name: string }>`
    select name from event_definitions where integration_id = ${integrationId} and deleted_at_ms is null order by id`);
  return { ...config, events: events.map((event) => event.name) };
}

/** The row's own `paused` stays while the workflow does not know its latest change: the signal is still on its way. */
async function recordStatus(tx: Transaction, status: StatusProjection): Promise<boolean> {
  const { integrationId } = status;
  const json = (value: unknown) => (value === null ? null : storableJson(value));
  const isSeen = sql`version = seen_version
    and pause_version = coalesce(${status.pauseVersion ?? null}::bigint, pause_version)`;
  const [row] = await tx.query(sql<{ isSeen: boolean }>`
    update integrations set
      paused = case when ${isSeen} then coalesce(${status.paused}::boolean, paused) else paused end,
      next_run_at_ms = ${status.nextRunAtMs},
      export_error = ${json(status.exportError)}::jsonb,
      import_error = ${json(status.importError)}::jsonb
    where id = ${integrationId} and deleted_at_ms is null returning (${isSeen}) as "isSeen"`);
  await tx.execute(sql`
    with state as (select ${json(status.eventErrors)}::jsonb as errors)
    update event_definitions e set error = state.errors -> e.name from state
    where e.integration_id = ${integrationId} and e.deleted_at_ms is null
      and e.error is distinct from state.errors -> e.name`);
  return status.paused === null || row?.isSeen !== false;
}
