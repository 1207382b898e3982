// Runs (runs) and the sync requests that they serve.
import type { Page, PageRequest } from "../../domain/page.ts";
import type { Outcome, Run, SyncRequest } from "../../domain/run.ts";
import { sql } from "kysely";
import type { RunStore } from "../store.ts";
import { decodeCursor, toPage, type CursorList } from "../postgres/cursors.ts";
import type { Database, Queryable } from "../postgres/database.ts";
import { newId } from "../postgres/ids.ts";
import { readRejected } from "./rejected.ts";
import { RUN_COLUMNS, toRun, type RunRow } from "./rows.ts";
import { storable, storableJson } from "../postgres/text.ts";

export function createRunStore({ db }: Database): RunStore {
  return {
    async list(workspaceId, integrationId, page) {
      return (await pausedState(db, workspaceId, integrationId)) === null ? null : readRuns(db, integrationId, page);
    },

    async rejected(workspaceId, integrationId, page) {
      return (await pausedState(db, workspaceId, integrationId)) === null
        ? null
        : readRejected(db, integrationId, page);
    },

    async request(workspaceId, integrationId) {
      const state = await pausedState(db, workspaceId, integrationId);
      if (state === null) return null;
      if (state.paused) return "paused";
      const requestId = newId("sync");
      await sql`insert into sync_requests (integration_id, id) values (${integrationId}, ${requestId})`.execute(db);
      return { requestId };
    },

    getRequest: (workspaceId, integrationId, requestId) => getRequest(db, workspaceId, integrationId, requestId),

    record: (input) => record(db, input),
  };
}

/** Null if there is no such integration. */
async function pausedState(
  db: Queryable,
  workspaceId: string,
  integrationId: string,
): Promise<{ paused: boolean } | null> {
  const { rows } = await sql<{ paused: boolean }>`
    select paused from integrations
    where id = ${integrationId} and workspace_id = ${workspaceId} and deleted_at_ms is null`.execute(db);
  return rows[0] ?? null;
}

async function readRuns(db: Queryable, integrationId: string, page: PageRequest): Promise<Page<Run>> {
  const list: CursorList = { name: "runs", owner: integrationId, shape: ["number", "string"] };
  const key = decodeCursor(list, page.cursor);
  const older = key === null ? sql`true` : sql`(started_at_ms, id) < (${key[0]}::bigint, ${key[1]}::text)`;
  const { rows } = await sql<RunRow>`
    select ${RUN_COLUMNS} from runs where integration_id = ${integrationId} and ${older}
    order by started_at_ms desc, id desc limit ${page.limit + 1}`.execute(db);
  return toPage(list, rows, page.limit, (row) => [row.startedAtMs, row.id], toRun);
}

async function getRequest(
  db: Queryable,
  workspaceId: string,
  integrationId: string,
  requestId: string,
): Promise<SyncRequest | null> {
  const { rows } = await sql<{ status: SyncRequest["status"]; runId: string | null; outcome: Outcome | null }>`
    select q.status, q.run_id as "runId", r.outcome
    from sync_requests q
    join integrations i on i.id = q.integration_id
    left join runs r on r.integration_id = q.integration_id and r.id = q.run_id
    where q.integration_id = ${integrationId} and q.id = ${storable(requestId)}
      and i.workspace_id = ${workspaceId} and i.deleted_at_ms is null`.execute(db);
  return rows[0] ?? null;
}

type RunInput = Parameters<RunStore["record"]>[0];

/** Any order of tries is safe: what is finished stays finished, and only the first write of a run counts as its start. */
async function record(db: Queryable, input: RunInput): Promise<void> {
  const { integrationId, runId } = input;
  await db.transaction().execute(async (tx) => {
    const { rows: owner } = await sql`select from integrations where id = ${integrationId} for no key update`.execute(
      tx,
    );
    if (owner.length === 0) return;
    const { numAffectedRows: started } = await sql`
      insert into runs (integration_id, id, started_at_ms, directions)
      values (${integrationId}, ${runId}, ${input.startedAtMs}, '[]') on conflict do nothing`.execute(tx);
    if (started === 1n) await closeLostRuns(tx, integrationId, runId);
    await sql`
      update runs set directions = ${storableJson(input.directions)}::jsonb,
        finished_at_ms = coalesce(${input.finished?.atMs ?? null}::bigint, finished_at_ms),
        outcome = coalesce(${input.finished?.outcome ?? null}::text, outcome)
      where integration_id = ${integrationId} and id = ${runId}
        and (finished_at_ms is null or ${input.finished !== null}::boolean)`.execute(tx);
    await recordRequests(tx, input);
  });
}

/** Runs that an earlier workflow never ended: it was lost, and what it was asked for is asked again. */
async function closeLostRuns(tx: Queryable, integrationId: string, runId: string): Promise<void> {
  await sql`
    with lost as (
      update runs set finished_at_ms = greatest(crosscurrent_now_ms(), started_at_ms), outcome = 'failed',
        directions = (select coalesce(jsonb_agg(case when direction ->> 'outcome' is null then direction || '{"outcome": "failed"}' else direction end), '[]')
          from jsonb_array_elements(directions) direction)
      where integration_id = ${integrationId} and finished_at_ms is null and id <> ${runId} returning id
    )
    update sync_requests set status = 'queued', run_id = null
    where integration_id = ${integrationId} and status = 'running' and run_id in (select id from lost)`.execute(tx);
}

async function recordRequests(tx: Queryable, { integrationId, runId, requestIds, finished }: RunInput): Promise<void> {
  if (requestIds.length === 0) return;
  const status = finished === null ? "running" : "done";
  await sql`
    insert into sync_requests as q (integration_id, id, status, run_id)
    select distinct ${integrationId}, id, ${status}, ${runId} from unnest(${requestIds.map(storable)}::text[]) id
    on conflict (integration_id, id) do update set status = excluded.status, run_id = excluded.run_id
    where q.status <> 'done'`.execute(tx);
}
