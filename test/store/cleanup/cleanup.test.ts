// What keeps the database small and current: migrations, day partitions, the purge.
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { MIGRATIONS } from "../../../src/store/migrations/index.ts";
import { migrate } from "../../../src/store/postgres/migrate.ts";
import { SESSION_IDLE_MS } from "../../../src/store/store.ts";
import { exposure } from "../../support/store/contract/exposures.ts";
import {
  commitRows,
  HOUR_MS,
  newEvent,
  newIntegration,
  newWorkspace,
  readAll,
  row,
} from "../../support/store/contract/harness.ts";
import { makePostgresHarness, RETENTION_DAYS, type PostgresHarness } from "../../support/store/storeDatabase.ts";

const DAY_MS = 24 * HOUR_MS;
let harness: PostgresHarness;
beforeAll(async () => {
  harness = await makePostgresHarness();
});
afterAll(() => harness.close());

const count = async (query: string, values: unknown[] = []) =>
  Number((await harness.admin.query<{ n: string }>(query, values)).rows[0]?.n);
const partitionOf = (atMs: number) =>
  `exposures_${new Date(Math.floor(atMs / DAY_MS) * DAY_MS).toISOString().slice(0, 10).replaceAll("-", "")}`;
const exists = (table: string) =>
  count("select count(*) as n from pg_class where relname = $1 and relispartition", [table]);

test("two migrations of an empty database at once: one does it, the other finds it done", async () => {
  const name = `migrated_twice_${process.pid}`;
  const admin = new pg.Client({ connectionString: inject("postgresUrl") });
  await admin.connect();
  try {
    await admin.query(`create database ${name}`);
    const url = new URL(inject("postgresUrl"));
    url.pathname = name;
    const applied = await Promise.all([migrate(url.href), migrate(url.href)]);
    expect(applied.map((names) => names.length).toSorted((a, b) => a - b)).toEqual([0, Object.keys(MIGRATIONS).length]);
    expect(await migrate(url.href)).toEqual([]);
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
  }
});

test("partitions: a week ahead; the default's rows move into theirs; dropped once old and folded, never before", async () => {
  const { store, admin, advance } = harness;
  const workspaceId = await newWorkspace(store);
  for (let day = 0; day <= 7; day++) expect(await exists(partitionOf((await store.nowMs()) + day * DAY_MS))).toBe(1);
  // No purge for longer than partitions were made ahead: ingest goes on, into the default partition.
  await advance(20 * DAY_MS);
  const receivedMs = await store.nowMs();
  await store.exposures.ingest(workspaceId, [exposure("a", null), exposure("b", receivedMs - 5 * HOUR_MS)]);
  expect(await count("select count(*) as n from exposures_default")).toBe(2);
  await store.cleanup.purge();
  expect(await count("select count(*) as n from exposures_default")).toBe(0);
  expect(await count(`select count(*) as n from ${partitionOf(receivedMs)}`)).toBe(2);
  // Old, but not folded: it stays, and its workspace is known to be neglected.
  expect(await store.syncState.unsealedWorkspaces()).not.toContain(workspaceId);
  await advance((RETENTION_DAYS + 2) * DAY_MS);
  await store.cleanup.purge();
  expect(await exists(partitionOf(receivedMs))).toBe(1);
  expect(await store.syncState.unsealedWorkspaces()).toContain(workspaceId);
  expect(await store.exposures.seal(workspaceId)).toMatchObject({ throughSeq: 2 });
  expect(await store.syncState.unsealedWorkspaces()).not.toContain(workspaceId);
  expect(await store.cleanup.purge()).toBe(2);
  expect(await exists(partitionOf(receivedMs))).toBe(0);
  // Folded, but not old: it stays too.
  await store.exposures.ingest(workspaceId, [exposure("c", (await store.nowMs()) - 5 * HOUR_MS)]);
  await store.exposures.seal(workspaceId);
  await store.cleanup.purge();
  const { rows } = await admin.query("select user_id from exposures where workspace_id = $1", [workspaceId]);
  expect(rows).toEqual([{ user_id: "c" }]);
});

test("an integration with many rows goes in steps, and at last wholly", async () => {
  const { store, admin } = harness;
  const [gone, kept] = [await newIntegration(store), await newIntegration(store)];
  const rows = 50_000;
  for (const { id } of [gone, kept]) {
    await admin.query(
      `insert into rejected_records (integration_id, direction, key_hash, reason, record)
       select $1, 'export', sha256(n::text::bytea), 'reason', '{}' from generate_series(1, $2::int) n`,
      [id, rows],
    );
  }
  await store.integrations.remove(gone.workspaceId, gone.id);
  expect(await store.cleanup.purge()).toBe(rows + 1);
  const left = await admin.query("select integration_id, count(*) as n from rejected_records group by 1");
  expect(left.rows).toEqual([{ integration_id: kept.id, n: String(rows) }]);
  expect(await count("select count(*) as n from integrations where id = $1", [gone.id])).toBe(0);
});

test("a removed event takes along its records and what is noted of their users", async () => {
  const { store } = harness;
  const integration = await newIntegration(store);
  await newEvent(store, integration);
  await commitRows(store, integration, [row(1, "{}", { userIds: ["a", "b", "c"] })]);
  expect(await count("select count(*) as n from imported_user_pairs")).toBe(3);
  await store.events.remove(integration.workspaceId, integration.id, "purchase");
  await store.cleanup.purge();
  for (const table of ["imported_events", "imported_user_pairs", "property_counts"]) {
    expect([table, await count(`select count(*) as n from ${table}`)]).toEqual([table, 0]);
  }
});

test("old finished runs and done requests go, but for the last run; unfinished ones and rejected records stay", async () => {
  const { store, admin, advance } = harness;
  const integration = await newIntegration(store);
  const { id, workspaceId } = integration;
  const run = async (runId: string, requestIds: string[], finished: boolean) => {
    const atMs = await store.nowMs();
    const start = { integrationId: id, runId, startedAtMs: atMs, requestIds, directions: [], finished: null };
    await store.runs.record(start);
    if (finished) await store.runs.record({ ...start, finished: { atMs, outcome: "succeeded" } });
  };
  const listed = async () => {
    const runs = await readAll((page) => store.runs.list(workspaceId, id, page), 10);
    return runs.map((found) => found.id);
  };
  await admin.query(
    `insert into rejected_records (integration_id, direction, key_hash, reason, record, at_ms) values ($1, 'export', 'x', 'r', '{}', 1)`,
    [id],
  );
  await run("oldest", ["done"], true);
  await advance(1_000);
  await run("old", [], true);
  const queued = await store.runs.request(workspaceId, id);
  if (queued === null || queued === "paused") throw new Error("There is no request.");
  await advance(91 * DAY_MS);
  await store.cleanup.purge();
  expect(await listed()).toEqual(["old"]);
  expect(await store.runs.getRequest(workspaceId, id, "done")).toBeNull();
  expect(await store.runs.getRequest(workspaceId, id, queued.requestId)).toMatchObject({ status: "queued" });
  expect((await store.runs.rejected(workspaceId, id, { cursor: null, limit: 9 }))?.items).toHaveLength(1);
  await run("new", [], true);
  await store.cleanup.purge();
  expect(await listed()).toEqual(["new"]);
});

test("sessions go with their key, and once they are over", async () => {
  const { store, admin, advance } = harness;
  const sessions = () => count("select count(*) as n from sessions");
  const { workspaceId, apiKey } = await store.workspaces.create("Acme");
  const opened = await store.sessions.open(apiKey);
  expect(await sessions()).toBe(1);
  await admin.query("delete from api_keys where workspace_id = $1", [workspaceId]);
  expect(await sessions()).toBe(0);
  expect(await store.sessions.find(opened?.token ?? "")).toBeNull();

  const again = await store.workspaces.create("Acme");
  await store.sessions.open(again.apiKey);
  await advance(SESSION_IDLE_MS / 2);
  await store.sessions.open(again.apiKey);
  await store.cleanup.purge();
  expect(await sessions()).toBe(2);
  await advance(SESSION_IDLE_MS / 2);
  await store.cleanup.purge();
  expect(await sessions()).toBe(1);
});

test("ids of posted exposures go in steps once a day has passed, and those of the last day stay", async () => {
  const { store, admin } = harness;
  const rows = 45_000;
  const nowMs = await store.nowMs();
  const steps = { before: 0, now: 0 };
  await store.cleanup.purge(() => void steps.before++);
  await admin.query(
    `insert into exposure_ids (workspace_id, id, at_ms)
     select 'ws', n::text, case when n = 1 then $1::bigint else $1::bigint - 86400001 end
     from generate_series(1, $2::int) n`,
    [nowMs, rows],
  );
  expect(await store.cleanup.purge(() => void steps.now++)).toBe(rows - 1);
  expect(steps.now).toBe(steps.before + 2);
  expect((await admin.query("select id from exposure_ids where workspace_id = 'ws'")).rows).toEqual([{ id: "1" }]);
});
