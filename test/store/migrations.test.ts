// A database of the version before the names changed keeps all that it holds.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../../src/store/postgres/database.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/store/testDatabase.ts";
import { NO_PROGRESS } from "../../src/domain/progress.ts";
import { hashOf } from "../../src/store/postgres/ids.ts";
import { keyTextOf } from "../../src/store/runs/rejected.ts";
import { migrateUntil } from "../support/store/migrateUntil.ts";
import { openTestStore } from "../support/store/storeDatabase.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase("template0");
});
afterAll(() => database.drop());

const MIXPANEL = { projectId: "42", region: "eu", projectTime: "utc", serviceAccountUsername: "sync" };
const BIGQUERY = {
  projectId: "my-project",
  datasetId: "d",
  serviceAccountEmail: "a@b.iam.gserviceaccount.com",
  location: "EU",
};

test("keys, runs, requests, rejected records and settings of version 0005 are read by today's store", async () => {
  const old = openDatabase(database.url, 1);
  await migrateUntil(old, "0006");
  await old.transaction(({ client }) =>
    client.query(`
      insert into workspaces (id, name) values ('ws', 'old');
      insert into api_keys (hash, workspace_id) values (sha256('cck_old'), 'ws');
      insert into integrations (id, workspace_id, provider, project_key, settings, import_from, next_cycle_at_ms) values
        ('int_m', 'ws', 'mixpanel', '42', '${JSON.stringify({ provider: "mixpanel", ...MIXPANEL })}', '2026-01-01', 7000),
        ('int_b', 'ws', 'bigquery', 'my-project/d', '${JSON.stringify({ provider: "bigquery", ...BIGQUERY })}', '2026-01-01', null);
      insert into runs (integration_id, id, started_at_ms, finished_at_ms, outcome, legs, export_records)
        values ('int_m', 'run_1', 1000, 2000, 'partial', '[{"leg": "export", "outcome": "succeeded"}, {"leg": "import", "outcome": "failed"}]', 5);
      insert into sync_requests (integration_id, id, status, cycle_id) values ('int_m', 'req_1', 'done', 'run_1');
      insert into rejected_records (integration_id, leg, key_hash, reason, record) values ('int_m', 'export', 'k', 'why', '{}')`),
  );
  await old.close();

  await migrate(database.url);

  const store = openTestStore(database.url);
  const page = { cursor: null, limit: 10 };
  expect(await store.keys.authenticate("cck_old")).toMatchObject({
    workspaceId: "ws",
    scopes: ["admin"],
    expiresAtMs: null,
  });
  const [key] = (await store.keys.list("ws", page)).items;
  expect(key).toMatchObject({ name: "First key", scopes: ["admin"], hint: null });
  expect(await store.keys.revoke("ws", key?.id ?? "")).toBe(true);
  const { items } = await store.integrations.list("ws", page);
  expect(items.map(({ provider, settings, nextRunAtMs }) => ({ provider, settings, nextRunAtMs }))).toEqual([
    { provider: "mixpanel", settings: MIXPANEL, nextRunAtMs: 7000 },
    { provider: "bigquery", settings: BIGQUERY, nextRunAtMs: null },
  ]);
  expect((await store.runs.list("ws", "int_m", page))?.items).toMatchObject([
    {
      id: "run_1",
      outcome: "partial",
      directions: [
        { direction: "export", outcome: "succeeded", records: 5 },
        { direction: "import", outcome: "failed", records: 0 },
      ],
    },
  ]);
  expect(await store.runs.getRequest("ws", "int_m", "req_1")).toMatchObject({ status: "done", runId: "run_1" });
  expect((await store.runs.rejected("ws", "int_m", page))?.items).toMatchObject([
    { direction: "export", reason: "why" },
  ]);
  await store.close();
});

test("rows that were rejected before the counts, of no event too, count once when they are read again", async () => {
  const other = await createTestDatabase("template0");
  const old = openDatabase(other.url, 1);
  await migrateUntil(old, "0015");
  const rejected = { event: null, key: "line 1", reason: "cut", record: "{" };
  const hash = hashOf(keyTextOf({ direction: "import", eventId: null, key: rejected.key })).toString("hex");
  await old.transaction(({ client }) =>
    client.query(`
      insert into workspaces (id, name) values ('ws', 'old');
      insert into integrations (id, workspace_id, provider, project_key, settings, import_from, delivers_updates)
        values ('int_m', 'ws', 'mixpanel', '42', '${JSON.stringify(MIXPANEL)}', '2026-01-01', false);
      insert into rejected_records (integration_id, direction, key_hash, reason, record)
        values ('int_m', 'import', '\\x${hash}', 'cut', '{')`),
  );
  await old.close();
  await migrate(other.url);
  const store = openTestStore(other.url);
  const again = { ...rejected, key: "line 2" };
  const chunk = { runId: "run", events: [], from: NO_PROGRESS, rows: [], progress: null };
  const kept = await store.imports.commitChunk({ integrationId: "int_m", ...chunk, rejected: [rejected, again] });
  expect(kept).toMatchObject({ rejected: 1 });
  const counts = (await store.runs.rejected("ws", "int_m", { cursor: null, limit: 10 }))?.counts;
  expect(counts).toEqual([{ direction: "import", event: null, reason: "cut", count: 2 }]);
  await store.close();
  await other.drop();
});
