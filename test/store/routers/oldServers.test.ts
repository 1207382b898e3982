// Servers of the version before migration 0020 go on changing routers during an upgrade: with the statements that they
// use, fallbacks stay right, no number of a version means two routers, and no header goes where it should not.
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NewRouter } from "../../../src/domain/router.ts";
import { openDatabase, type Database } from "../../../src/store/postgres/database.ts";
import { decryptSecret } from "../../../src/store/secrets.ts";
import { newWorkspace } from "../../support/store/contract/harness.ts";
import { makePostgresHarness, TEST_KEY, type PostgresHarness } from "../../support/store/storeDatabase.ts";

let harness: PostgresHarness;
let db: Database;
beforeAll(async () => {
  harness = await makePostgresHarness();
  db = openDatabase(harness.url, 1);
});
afterAll(async () => {
  await db.close();
  await harness.close();
});

const variant = (id: string, headers?: Record<string, string>) => ({
  id,
  weight: 1,
  upstream: { baseUrl: "https://llm.example.com/v1", model: "m", apiKey: `sk-${id}`, ...(headers && { headers }) },
});
const routerOf = (id: string, fallbackVariantIds: string[] = []): NewRouter => ({
  id,
  description: null,
  routes: [{ id: "main", conditions: {}, fallbackVariantIds, variants: [variant("a"), variant("b"), variant("c")] }],
});

/** The end of each change. */
const touched = (workspaceId: string, id: string) => sql`
  update routers set updated_at_ms = crosscurrent_now_ms() where workspace_id = ${workspaceId} and id = ${id}`;

async function fallbacksOf(workspaceId: string, id: string) {
  const router = await harness.store.routers.get(workspaceId, id);
  const [row] = await db.query(sql<{ former: string | null }>`
    select fallback_variant_id as former from routes where workspace_id = ${workspaceId} and router_id = ${id}`);
  return [router?.routes[0]?.fallbackVariantIds, row?.former];
}

test("a fallback is the same under its former name, whichever server changes it", async () => {
  const workspaceId = await newWorkspace(harness.store);
  await harness.store.routers.create(workspaceId, routerOf("r", ["b", "c"]));
  expect(await fallbacksOf(workspaceId, "r")).toEqual([["b", "c"], "b"]);
  const setFallback = (variantId: string | null) =>
    db.execute(sql`
      update routes set fallback_variant_id = ${variantId}
      where workspace_id = ${workspaceId} and router_id = 'r' and id = 'main'`);
  await setFallback("a");
  expect(await fallbacksOf(workspaceId, "r")).toEqual([["a"], "a"]);
  await setFallback(null);
  expect(await fallbacksOf(workspaceId, "r")).toEqual([[], null]);
  await harness.store.routers.updateRoute(workspaceId, "r", "main", { fallbackVariantIds: ["c", "b", "a"] });
  await db.execute(sql`delete from variants where workspace_id = ${workspaceId} and id = 'b'`);
  expect(await fallbacksOf(workspaceId, "r")).toEqual([["c", "a"], "c"]);
  await db.execute(sql`delete from variants where workspace_id = ${workspaceId} and id = 'c'`);
  expect(await fallbacksOf(workspaceId, "r")).toEqual([["a"], "a"]);
});

test("what an old server changes, deletes or makes again has a version of its own", async () => {
  const workspaceId = await newWorkspace(harness.store);
  const { routers } = harness.store;
  const versionOf = async () => (await routers.get(workspaceId, "r"))?.version;
  await routers.create(workspaceId, routerOf("r"));
  await db.execute(sql`update variants set weight = 9 where workspace_id = ${workspaceId} and id = 'a'`);
  await db.execute(touched(workspaceId, "r"));
  expect(await versionOf()).toBe(2);
  const stale = { actor: null, ifVersions: [1] };
  await expect(routers.update(workspaceId, "r", { description: "new" }, stale)).rejects.toThrow("The version is 2");
  await routers.update(workspaceId, "r", { description: "new" });
  await db.execute(sql`delete from routers where workspace_id = ${workspaceId} and id = 'r'`);
  await db.execute(sql`insert into routers (workspace_id, id) values (${workspaceId}, 'r')`);
  expect(await versionOf()).toBe(5);
  await routers.update(workspaceId, "r", { description: "again" });
  const versions = await routers.listVersions(workspaceId, "r", { cursor: null, limit: 10 });
  expect(versions?.items.map(({ version, isDeleted }) => [version, isDeleted])).toEqual([
    [6, false],
    [5, false],
    [4, true],
    [3, false],
    [2, false],
    [1, false],
  ]);
  await routers.restore(workspaceId, "r", 2);
  expect((await routers.get(workspaceId, "r"))?.routes[0]?.variants[0]?.weight).toBe(9);
});

test("an old server reads the key alone, and moves no header to another host", async () => {
  const workspaceId = await newWorkspace(harness.store);
  const { routers } = harness.store;
  const headers = { "api-key": "secret-1", "x-org": "org-2" };
  const routes = [
    { id: "main", conditions: {}, fallbackVariantIds: [], variants: [variant("a", headers), variant("b", headers)] },
  ];
  await routers.create(workspaceId, { id: "r", description: null, routes });
  const stored = await db.query(sql<{ id: string; secret: Buffer }>`
    select id, secret from variants where workspace_id = ${workspaceId} order by id`);
  const read = stored.map(({ id, secret }) => decryptSecret(secret, `variant ${workspaceId}/r/main/${id}`, [TEST_KEY]));
  expect(read).toEqual(["sk-a", "sk-b"]);
  const move = (id: string, baseUrl: string) =>
    db.execute(sql`update variants set base_url = ${baseUrl} where workspace_id = ${workspaceId} and id = ${id}`);
  await move("a", "https://elsewhere.example.com/v1");
  await move("b", "https://llm.example.com/v2");
  const served = (await routers.serving(workspaceId, "r"))?.routes[0]?.variants ?? [];
  expect(served.map(({ upstream }) => upstream.headers)).toEqual([undefined, headers]);
  const shown = (await routers.get(workspaceId, "r"))?.routes[0]?.variants ?? [];
  expect(shown.map(({ upstream }) => upstream.headerNames)).toEqual([[], Object.keys(headers)]);
});
