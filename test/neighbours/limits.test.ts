// No statement runs for ever, and a process says when only its replacement can help.
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { POOL_DEFAULTS } from "../../src/domain/pools.ts";
import { DEFAULT_POOL_SETTINGS, openPools } from "../../src/store/pools.ts";
import { createPostgresStore } from "../../src/store/createStore.ts";
import { UnavailableError, type Store } from "../../src/store/store.ts";
import { createHarness, createIntegration, type Harness } from "../support/api/harness.ts";
import { eventually } from "../support/eventually.ts";
import { startSilentProxy, through } from "../support/store/silentProxy.ts";
import { sql } from "kysely";

const LIMIT_MS = 1_000;
/** Time enough to find a dead session. */
const WATCHED_MS = 6_000;

let api: Harness;
let admin: pg.Pool;
let store: Store;
beforeAll(async () => {
  api = await createHarness();
  admin = new pg.Pool({ connectionString: api.database.url });
  store = createPostgresStore({
    databaseUrl: api.database.url,
    secretKeys: [Buffer.alloc(32, 7)],
    sealGraceMs: 0,
    exposureMaxAgeDays: 90,
    exposureRetentionDays: 120,
    importLookbackDays: 30,
    database: {
      ...DEFAULT_POOL_SETTINGS,
      pools: { ...POOL_DEFAULTS, bookkeeping: { connections: 2, timeoutMs: LIMIT_MS } },
    },
  });
});
afterAll(async () => {
  await Promise.all([admin.end(), store.close()]);
  await api.close();
});

test("bookkeeping that hangs fails soon as an outage, and works once the cause is gone", async () => {
  const id = await createIntegration(api.call, "77");
  const holder = await admin.connect();
  await holder.query("begin");
  await holder.query("select from integrations where id = $1 for update", [id]);
  const startedMs = performance.now();
  await expect(store.syncState.loadConfig(id)).rejects.toBeInstanceOf(UnavailableError);
  expect(performance.now() - startedMs).toBeLessThan(3 * LIMIT_MS);
  await holder.query("rollback");
  holder.release();
  expect(await store.syncState.loadConfig(id)).toMatchObject({ provider: "mixpanel" });
});

test("a statement that takes long without a fault is left alone by the watch", async () => {
  const pools = openPools(api.database.url, DEFAULT_POOL_SETTINGS);
  const [row] = await pools.bulk.transaction((tx) =>
    tx.query(sql<{ slept: boolean }>`select pg_sleep(5) is null as slept`),
  );
  expect(row?.slept).toBe(false);
  await pools.close();
});

test("a transaction whose connection dies between two statements fails soon, one that rests there does not", async () => {
  const { hostname, port } = new URL(api.database.url);
  const proxy = await startSilentProxy({ host: hostname, port: Number(port) });
  const pools = openPools(through(proxy, api.database.url), DEFAULT_POOL_SETTINGS);
  const two = (between: () => void | Promise<void>) =>
    pools.bulk.transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      await between();
      await tx.execute(sql`select 2`);
    });
  await two(() => delay(WATCHED_MS));
  const startedMs = performance.now();
  await expect(two(() => proxy.silence())).rejects.toBeInstanceOf(UnavailableError);
  expect(performance.now() - startedMs).toBeLessThan(2 * WATCHED_MS);
  await pools.close();
  await proxy.stop();
});

test("a process whose pool is lost is stuck, one with a database that is down is not", async () => {
  const keys = { connections: 1, timeoutMs: LIMIT_MS };
  const settings = { ...DEFAULT_POOL_SETTINGS, stuckAfterMs: 100, pools: { ...POOL_DEFAULTS, keys } };
  const pools = openPools(api.database.url, settings);
  let giveBack: () => void = () => undefined;
  const held = pools.keys.transaction(() => new Promise<void>((resolve) => (giveBack = resolve)));
  await expect(pools.keys.execute(sql`select 1`)).rejects.toBeInstanceOf(UnavailableError);
  await eventually(() => pools.isStuck());
  giveBack();
  await held;
  await pools.keys.execute(sql`select 1`);
  await eventually(() => !pools.isStuck());
  await pools.close();
  const down = openPools("postgresql://nobody:x@127.0.0.1:1/none", settings);
  await expect(down.keys.execute(sql`select 1`)).rejects.toMatchObject({
    name: "UnavailableError",
    code: "ECONNREFUSED",
  });
  await expect(eventually(() => down.isStuck(), undefined, 1_000)).rejects.toThrow("not reached");
  await down.close();
});

test("/healthz says so", async () => {
  expect((await api.callAs(null)("/healthz")).status).toBe(200);
  const { isStuck } = api.store;
  api.store.isStuck = () => true;
  expect((await api.callAs(null)("/healthz")).status).toBe(503);
  api.store.isStuck = isStuck;
});
