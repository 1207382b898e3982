// Requests to send everything again while PostgreSQL is slow: refusals, callers who leave, and many rejected buckets.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { POOL_DEFAULTS } from "../../../src/domain/pools.ts";
import { createPostgresStore } from "../../../src/store/createStore.ts";
import { DEFAULT_POOL_SETTINGS } from "../../../src/store/pools.ts";
import type { Store } from "../../../src/store/store.ts";
import { eventually } from "../../support/eventually.ts";
import { exposure } from "../../support/store/contract/exposures.ts";
import { bigQuery, newIntegration } from "../../support/store/contract/harness.ts";
import { createTestDatabase, type TestDatabase } from "../../support/store/testDatabase.ts";

/** Of statements of the bookkeeping, and how long a slow delete takes. */
const LIMIT_MS = 2_000;
const SLOW_SECONDS = 3;
const DAY = "2000-01-01";

let database: TestDatabase;
let store: Store;
let admin: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  const bookkeeping = { connections: 4, timeoutMs: LIMIT_MS };
  store = createPostgresStore({
    databaseUrl: database.url,
    secretKeys: [Buffer.alloc(32, 7)],
    sealGraceMs: 0,
    exposureMaxAgeDays: 90,
    exposureRetentionDays: 120,
    importLookbackDays: 30,
    database: { ...DEFAULT_POOL_SETTINGS, pools: { ...POOL_DEFAULTS, bookkeeping } },
  });
});
afterAll(async () => {
  await Promise.all([store?.close(), admin?.end()]);
  await database?.drop();
});

/** An integration with one bucket, which its destination has rejected. */
async function withRejected() {
  const { id, workspaceId } = await newIntegration(store, undefined, bigQuery());
  await store.integrations.update(workspaceId, id, { exportEnabled: true });
  await store.exposures.ingest(workspaceId, [exposure("a", (await store.nowMs()) - 7_200_000)]);
  await store.exposures.seal(workspaceId);
  const range = { workspaceId, withRevisions: true, afterSeq: 0, throughSeq: 1, limit: 1 };
  const rejected = (await store.exports.readBuckets(range)).map((bucket) => ({ bucket, reason: "no" }));
  const directions = [{ direction: "export" as const, outcome: null }];
  await store.runs.record({
    integrationId: id,
    runId: "run",
    startedAtMs: 1,
    requestIds: [],
    finished: null,
    directions,
  });
  await store.exports.commit(id, "run", 0, { cursorSeq: 1, sent: 0, rejected });
  return { id, workspaceId };
}

test("what is refused, or wanted no longer, does not wait until the buckets are read", async () => {
  const { id, workspaceId } = await withRejected();
  const paused = await withRejected();
  await store.integrations.setPaused(paused.workspaceId, paused.id, true);
  // Apart from `admin`, to which the activity would look the same until the end of its transaction.
  const holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
  await holder.query("begin; lock table exposure_buckets in access exclusive mode");
  const leaving = new AbortController();
  const left = store.exports.requestResend(workspaceId, id, DAY, leaving.signal).catch((error: unknown) => error);
  const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%exposure_buckets%'
    and datname = current_database()`;
  await eventually(async () => (await admin.query(waiting)).rowCount === 1);
  const reason = new Error("left");
  leaving.abort(reason);
  expect(await left).toBe(reason);
  await eventually(async () => (await admin.query(waiting)).rowCount === 0);
  expect(await store.exports.requestResend(paused.workspaceId, paused.id, DAY)).toBe("paused");
  await holder.end();
  expect([await store.exports.cursor(id), (await store.exports.options(id)).resends]).toEqual([1, 0]);
});

test("many rejected buckets take longer to delete than a statement of the bookkeeping may", async () => {
  const { id, workspaceId } = await withRejected();
  await admin.query(`
    create function slow() returns trigger language plpgsql as
      $$begin perform pg_sleep(${SLOW_SECONDS}); return old; end$$;
    create trigger slow before delete on rejected_records for each row execute function slow()`);
  expect(await store.exports.requestResend(workspaceId, id, null)).toMatchObject({ requestId: expect.any(String) });
  expect(await store.exports.cursor(id)).toBe(0);
});
