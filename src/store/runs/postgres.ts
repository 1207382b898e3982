// Runs and the sync requests that they serve.
import { sql } from "kysely";
import type { Page, PageRequest } from "../../domain/page.ts";
import type { Run, RunRecord, SyncRequest } from "../../domain/run.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Database, Queryable, Transaction } from "../postgres/database.ts";
import { storable, storableJson } from "../postgres/text.ts";
import type { RunStore } from "./interface.ts";
import { readRejected } from "./rejected.ts";
import { queueRequest } from "./queueRequest.ts";
import { requestResend } from "./resend.ts";

/** The results of directions are stored as JSON, their counts in columns that commits raise. */
export const RUN_COLUMNS = sql`
  id, started_at_ms as "startedAtMs", finished_at_ms as "finishedAtMs", outcome,
  (select coalesce(jsonb_agg(d.result || case d.result ->> 'direction'
      when 'export' then jsonb_build_object('records', export_records, 'rejected', export_rejected)
      else jsonb_strip_nulls(jsonb_build_object('records', import_records, 'rejected', import_rejected,
        'estimatedBytes', import_bytes)) end order by d.position), '[]')
    from jsonb_array_elements(directions) with ordinality d (result, position)) as directions`;

export function createRunStore(db: Database): RunStore {
  return {
    list: async (workspaceId, integrationId, page) =>
      (await isPaused(db, workspaceId, integrationId)) === null ? null : readRuns(db, integrationId, page),
    rejected: async (workspaceId, integrationId, page) =>
      (await isPaused(db, workspaceId, integrationId)) === null ? null : readRejected(db, integrationId, page),

    requestResend: (workspaceId, integrationId, recordIds) =>
      db.transaction((tx) => requestResend(tx, workspaceId, integrationId, recordIds)),

    request: (workspaceId, integrationId) =>
      db.transaction(async (tx) => {
        const [row] = await tx.query(sql<{ paused: boolean }>`
          select paused from integrations
          where id = ${integrationId} and workspace_id = ${workspaceId} and deleted_at_ms is null for no key update`);
        if (row === undefined) return null;
        return row.paused ? "paused" : queueRequest(tx, integrationId);
      }),

    async isRecorded(integrationId, runId) {
      return (await db.execute(sql`select from runs where integration_id = ${integrationId} and id = ${runId}`)) === 1;
    },

    async requestsOf(integrationId, runId) {
      const rows = await db.query(sql<{ id: string }>`
        select id from sync_requests where integration_id = ${integrationId} and run_id = ${runId}
        order by created_at_ms, id`);
      return rows.map(({ id }) => id);
    },

    async getRequest(workspaceId, integrationId, requestId) {
      const [request] = await db.query(sql<SyncRequest>`
        select q.status, q.run_id as "runId", r.outcome
        from sync_requests q
        join integrations i on i.id = q.integration_id
        left join runs r on r.integration_id = q.integration_id and r.id = q.run_id
        where q.integration_id = ${integrationId} and q.id = ${storable(requestId)}
          and i.workspace_id = ${workspaceId} and i.deleted_at_ms is null`);
      return request ?? null;
    },

    record: (run) => db.transaction((tx) => record(tx, run)),
  };
}

async function isPaused(db: Queryable, workspaceId: string, integrationId: string): Promise<boolean | null> {
  const [row] = await db.query(sql<{ paused: boolean }>`
    select paused from integrations
    where id = ${integrationId} and workspace_id = ${workspaceId} and deleted_at_ms is null`);
  return row?.paused ?? null;
}

async function readRuns(db: Queryable, integrationId: string, page: PageRequest): Promise<Page<Run>> {
  const list: CursorList = { name: "runs", owner: integrationId, shape: ["bigint", "text"] };
  const key = decodeCursor(list, page.cursor);
  const older = key === null ? sql`true` : sql`(started_at_ms, id) < (${key[0]}::bigint, ${key[1]}::text)`;
  const rows = await db.query(sql<Run>`
    select ${RUN_COLUMNS} from runs where integration_id = ${integrationId} and ${older}
    order by started_at_ms desc, id desc limit ${page.limit + 1}`);
  const keyOf = (run: Run) => [run.startedAtMs, run.id];
  return toPage(list, rows, page.limit, keyOf, (row) => row);
}

/** Tries may come in any order: a finished run stays finished, and only its first write counts as its start. */
async function record(tx: Transaction, run: RunRecord): Promise<void> {
  const { integrationId, runId, finished } = run;
  const found = await tx.execute(sql`select from integrations where id = ${integrationId} for no key update`);
  if (found === 0) return;
  const started = await tx.execute(sql`
    insert into runs (integration_id, id, started_at_ms, directions)
    values (${integrationId}, ${runId}, ${run.startedAtMs}, '[]') on conflict do nothing`);
  if (started === 1) await closeLostRuns(tx, integrationId, runId);
  await tx.execute(sql`
    update runs set directions = ${storableJson(run.directions)}::jsonb,
      finished_at_ms = coalesce(${finished?.atMs ?? null}::bigint, finished_at_ms),
      outcome = coalesce(${finished?.outcome ?? null}::text, outcome)
    where integration_id = ${integrationId} and id = ${runId}
      and (finished_at_ms is null or ${finished !== null}::boolean)`);
  await recordRequests(tx, run);
}

async function closeLostRuns(tx: Transaction, integrationId: string, runId: string): Promise<void> {
  await tx.execute(sql`
    with lost as (
      update runs set finished_at_ms = greatest(crosscurrent_now_ms(), started_at_ms), outcome = 'failed',
        directions = (
          select coalesce(jsonb_agg(
            case when d ->> 'outcome' is null then d || '{"outcome": "failed"}' else d end), '[]')
          from jsonb_array_elements(directions) d)
      where integration_id = ${integrationId} and finished_at_ms is null and id <> ${runId} returning id
    )
    update sync_requests set status = 'queued', run_id = null
    where integration_id = ${integrationId} and status = 'running' and run_id in (select id from lost)`);
}

async function recordRequests(tx: Transaction, run: RunRecord): Promise<void> {
  const status = run.finished === null ? "running" : "done";
  if (run.finished === null) {
    await tx.execute(sql`
      update sync_requests set status = 'running', run_id = ${run.runId}
      where integration_id = ${run.integrationId} and status = 'queued'`);
  }
  if (run.requestIds.length === 0) return;
  await tx.execute(sql`
    insert into sync_requests as q (integration_id, id, status, run_id)
    select distinct ${run.integrationId}, id, ${status}, ${run.runId}
    from unnest(${run.requestIds.map(storable)}::text[]) id
    on conflict (integration_id, id) do update set status = excluded.status, run_id = excluded.run_id
    where q.status <> 'done'`);
}
