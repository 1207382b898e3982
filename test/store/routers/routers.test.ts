// What PostgreSQL does with routers that the store does not show: keys at rest, and how exposures per hour are read.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { routers } from "../../../src/store/migrations/0003-routers.ts";
import { openDatabase } from "../../../src/store/postgres/database.ts";
import { exposuresPerHour } from "../../../src/store/routers/exposuresPerHour.ts";
import { createPostgresStore } from "../../../src/store/createStore.ts";
import { HOUR_MS, newWorkspace } from "../../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";

const [oldKey, newKey] = [randomBytes(32), randomBytes(32)];
let harness: PostgresHarness;
beforeAll(async () => {
  harness = await makePostgresHarness([oldKey]);
});
afterAll(() => harness.close());

test("keys of upstreams are encrypted, and a purge wraps them with the new key after a rotation", async () => {
  const { store, admin, url } = harness;
  const workspaceId = await newWorkspace(store);
  const upstream = { baseUrl: "https://llm.example/v1", model: "m", apiKey: "sk-the-key" };
  const variants = [{ id: "v", weight: 1, price: null, upstream }];
  const routes = [{ id: "r", conditions: {}, fallbackVariantIds: [], variants }];
  await store.routers.create(workspaceId, { id: "one", description: null, routes });
  const { rows } = await admin.query<{ secret: Buffer }>("select secret from variants");
  expect(rows[0]?.secret.includes("sk-the-key")).toBe(false);
  const options = { databaseUrl: url, sealGraceMs: 0, exposureMaxAgeDays: 90, exposureRetentionDays: 120 };
  const open = (secretKeys: Buffer[]) => createPostgresStore({ ...options, secretKeys, importLookbackDays: 30 });
  const [both, fresh] = [open([newKey, oldKey]), open([newKey])];
  await expect(fresh.routers.serving(workspaceId, "one")).rejects.toMatchObject({ kind: "bug" });
  await both.cleanup.purge();
  expect((await fresh.routers.serving(workspaceId, "one"))?.routes).toEqual(routes);
  await Promise.all([both.close(), fresh.close()]);
});

test("exposures per hour are read by indexes, whatever other routers and workspaces hold", async () => {
  const { store, admin, url } = harness;
  const [big, other] = [await newWorkspace(store), await newWorkspace(store)];
  const nowMs = await store.nowMs();
  const fill = (workspaceId: string, rows: number, alias: string) =>
    admin.query(
      `insert into exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id)
       select $1, $2, $2::bigint - (i % 720) * ${HOUR_MS}::bigint, $4, 'r', 'v' || i % 3, 'user ' || i from generate_series(1, $3::integer) i`,
      [workspaceId, nowMs, rows, alias],
    );
  await fill(big, 60_000, "busy");
  await fill(big, 200, "quiet");
  await fill(other, 60_000, "quiet");
  await store.exposures.seal(big);
  await fill(big, 100, "quiet");
  await admin.query("analyze");
  const plans: string[] = [];
  const database = openDatabase(url, 1);
  // The pool has one connection, so what is set here holds for the next query.
  await database.transaction(async ({ client }) => {
    await client.query("load 'auto_explain'");
    await client.query(
      "set auto_explain.log_min_duration = 0; set auto_explain.log_analyze = on; set client_min_messages = log",
    );
    client.on("notice", ({ message }) => plans.push(message ?? ""));
  });
  const range = { fromMs: nowMs - 31 * 24 * HOUR_MS, toMs: nowMs + HOUR_MS, limit: 10_000 };
  const hours = await exposuresPerHour(database, big, "quiet", range);
  await database.close();
  expect(hours?.reduce((sum, { exposures }) => sum + exposures, 0)).toBe(300);
  const plan = plans.join("\n");
  expect(plan).toMatch(/Index Scan (on|using) exposures_\d{8}_workspace_id_id_idx/);
  expect(plan).toMatch(/Index (Only )?Scan using exposure_buckets_\d+_pkey/);
  expect(plan).not.toContain("Seq Scan on");
});

test("an installation that is upgraded has the hours of its buckets, also of those that older workers place meanwhile", async () => {
  const { store, admin, url } = harness;
  const workspaceId = await newWorkspace(store);
  const nowMs = await store.nowMs();
  const expose = (userId: string, agoHours: number) =>
    store.exposures.ingest(workspaceId, [
      { aliasId: "old", routeId: "r", variantId: "v", userId, exposedAtMs: nowMs - agoHours * HOUR_MS },
    ]);
  const read = () => {
    const range = { fromMs: nowMs - 240 * HOUR_MS, toMs: nowMs + HOUR_MS, limit: 100 };
    return store.routers.exposures(workspaceId, "old", range);
  };
  for (const [user, hours] of [
    ["ann", 30],
    ["ann", 30],
    ["bob", 30],
    ["bob", 40],
  ] as const)
    await expose(user, hours);
  await store.exposures.seal(workspaceId);
  const before = await read();
  expect(before?.map(({ exposures, users }) => [exposures, users])).toEqual([
    [1, 1],
    [3, 2],
  ]);
  await admin.query(`drop table exposure_hours, variants, routes, routers cascade;
    drop trigger count_fresh on exposure_buckets; drop trigger count_grown on exposure_buckets;
    drop function crosscurrent_count_fresh, crosscurrent_count_grown`);
  const database = openDatabase(url, 1);
  await routers.up(database.kysely);
  await database.close();
  expect(await read()).toEqual(before);
  await expose("ann", 30);
  await expose("cyd", 30);
  await store.exposures.seal(workspaceId);
  expect((await read())?.map(({ exposures, users }) => [exposures, users])).toEqual([
    [1, 1],
    [5, 3],
  ]);
});
