// Versions of routers over HTTP: each change is one, changes can be conditional, and each version can be restored.
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHarness, pathsOf, type Answer, type Harness } from "../../support/api/harness.ts";

const upstream = { baseUrl: "https://llm.example/v1", model: "large", apiKey: "sk-one" };

let api: Harness;
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());

const newRouter = (id: string) => ({
  id,
  routes: [
    {
      id: "main",
      fallbackVariantIds: ["b"],
      variants: [
        { id: "a", weight: 3, upstream },
        { id: "b", weight: 1, upstream },
      ],
    },
  ],
});

const put = (path: string, json: unknown, headers = {}) => api.call(path, { method: "PUT", json, headers });
const patch = (path: string, json: unknown, headers = {}) => api.call(path, { method: "PATCH", json, headers });
const post = (path: string, json?: unknown) => api.call(path, { method: "POST", json });

interface Version {
  version: number;
  at: string;
  by: { keyId: string; name: string } | null;
  changes: { path: string; from?: unknown; to?: unknown }[];
  restoredFrom: number | null;
  deleted: boolean;
}
const versionsOf = (answer: Answer) => answer.body.versions as Version[];
const weightsOf = (answer: Answer) =>
  (answer.body.routes as { variants: { id: string; weight: number }[] }[])[0]?.variants.map(({ weight }) => weight);

test("every change is a version: who, when and what, newest first", async () => {
  const created = await post("/v1/routers", newRouter("told"));
  expect([created.status, created.body.version, created.headers.get("etag")]).toEqual([201, 1, '"1"']);
  const path = "/v1/routers/told";
  const changes = [
    await patch(path, { description: "new" }),
    await post(`${path}/routes`, { id: "other", variants: [{ id: "x", upstream }] }),
    await patch(`${path}/routes/main`, { conditions: { models: ["fast"] } }),
    await patch(`${path}/routes/main/variants/a`, { weight: 2 }),
    await patch(`${path}/routes/main/variants/a`, { upstream: { apiKey: "sk-two" } }),
    await put(`${path}/routes/main/weights`, { weights: { a: 1, b: 1 } }),
  ];
  expect(changes.map(({ body }) => body.version)).toEqual([2, 3, 4, 5, 6, 7]);
  expect((await api.call(`${path}/routes/main/variants/b`, { method: "DELETE" })).status).toBe(204);
  const listed = versionsOf(await api.call(`${path}/versions`));
  expect(listed.map(({ version }) => version)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
  const by = { keyId: expect.stringMatching(/^key_/) as string, name: expect.any(String) as string };
  for (const version of listed) expect(version).toMatchObject({ by, restoredFrom: null, deleted: false });
  const changed = (version: number) => listed.find((one) => one.version === version)?.changes;
  expect(changed(2)).toEqual([{ path: "description", from: null, to: "new" }]);
  expect(changed(5)).toEqual([{ path: "routes/main/variants/a/weight", from: 3, to: 2 }]);
  expect(changed(6)).toEqual([{ path: "routes/main/variants/a/upstream/apiKey" }]);
  expect(changed(7)).toEqual([{ path: "routes/main/variants/a/weight", from: 2, to: 1 }]);
  expect(changed(8)?.every(({ path: one, to }) => one.startsWith("routes/main/") && to === undefined)).toBe(false);
  expect(JSON.stringify(listed)).not.toMatch(/sk-(one|two)/);
  const page = await api.call(`${path}/versions?limit=3`);
  const next = await api.call(`${path}/versions?limit=3&cursor=${String(page.body.next)}`);
  expect(versionsOf(next).map(({ version }) => version)).toEqual([5, 4, 3]);
  expect((await api.callOther(`${path}/versions`)).status).toBe(404);
});

test("a change with another version in If-Match changes nothing", async () => {
  await post("/v1/routers", newRouter("locked"));
  const path = "/v1/routers/locked";
  const stale = [
    await patch(path, { description: "x" }, { "if-match": '"2"' }),
    await patch(`${path}/routes/main`, { conditions: {} }, { "if-match": "7" }),
    await put(`${path}/routes/main/weights`, { weights: { a: 9 } }, { "if-match": '"other"' }),
    await api.call(`${path}/routes/main/variants/b`, { method: "DELETE", headers: { "if-match": '"3", "4"' } }),
    await api.call(path, { method: "DELETE", headers: { "if-match": '"2"' } }),
  ];
  expect(stale.map(({ status }) => status)).toEqual([412, 412, 412, 412, 412]);
  expect((await api.call(path)).body.version).toBe(1);
  for (const [i, tag] of ['"1"', "2", 'W/"3"', "*", '"9", "5"'].entries()) {
    const answer = await patch(path, { description: String(i) }, { "if-match": tag });
    expect([answer.status, answer.headers.get("etag")]).toEqual([200, `"${i + 2}"`]);
  }
});

test("of two changes of the same version one wins", async () => {
  await post("/v1/routers", newRouter("raced"));
  const race = await Promise.all(
    Array.from({ length: 5 }, (_, i) =>
      put("/v1/routers/raced/routes/main/weights", { weights: { a: i + 5 } }, { "if-match": '"1"' }),
    ),
  );
  expect(race.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412, 412, 412, 412]);
});

test("weights change in one version; unknown variants, none, and all 0 are refused", async () => {
  await post("/v1/routers", newRouter("weighed"));
  const path = "/v1/routers/weighed/routes/main/weights";
  expect(pathsOf(await put(path, { weights: { a: 0, b: 0 } }))).toEqual(["weights"]);
  expect(pathsOf(await put(path, { weights: { c: 1 } }))).toEqual(["weights.c"]);
  expect(pathsOf(await put(path, { weights: { a: -1 } }))).toEqual(["weights.a"]);
  expect(pathsOf(await put(path, { weights: {} }))).toEqual(["weights"]);
  expect((await put("/v1/routers/weighed/routes/none/weights", { weights: { a: 1 } })).status).toBe(404);
  const changed = await put(path, { weights: { a: 0, b: 5 } });
  expect(changed.body).toMatchObject({ id: "main", version: 2, variants: [{ weight: 0 }, { weight: 5 }] });
  expect((await put(path, { weights: { a: 7 } })).body).toMatchObject({ variants: [{ weight: 7 }, { weight: 5 }] });
});

test("a restored version serves as it did: weights, order, fallbacks, keys of variants that were deleted", async () => {
  const { body: before } = await post("/v1/routers", newRouter("back"));
  const path = "/v1/routers/back";
  await put(`${path}/routes/main/weights`, { weights: { a: 0, b: 1 } });
  await api.call(`${path}/routes/main/variants/a`, { method: "DELETE" });
  await patch(`${path}/routes/main/variants/b`, { upstream: { apiKey: "sk-replaced" } });
  await patch(path, { description: "changed" });
  const restored = await post(`${path}/versions/1/restore`);
  expect(restored.body).toEqual({ ...before, version: 6, updatedAt: restored.body.updatedAt });
  expect(versionsOf(await api.call(`${path}/versions`))[0]).toMatchObject({ version: 6, restoredFrom: 1 });
  const serving = await api.store.routers.serving(api.workspace.workspaceId, "back");
  const keys = serving?.routes[0]?.variants.map(({ id, upstream: { apiKey } }) => [id, apiKey]);
  // The key that was replaced does not come back.
  expect(keys).toEqual([
    ["a", "sk-one"],
    ["b", "sk-replaced"],
  ]);
  for (const version of ["9", "0", "x"]) expect((await post(`${path}/versions/${version}/restore`)).status).toBe(404);
});

test("a deleted router comes back by a restore, and one made anew goes on counting", async () => {
  await post("/v1/routers", newRouter("gone"));
  const path = "/v1/routers/gone";
  expect((await api.call(path, { method: "DELETE" })).status).toBe(204);
  expect(versionsOf(await api.call(`${path}/versions`)).map(({ deleted }) => deleted)).toEqual([true, false]);
  expect((await post(`${path}/versions/2/restore`)).status).toBe(404);
  const restored = await post(`${path}/versions/1/restore`);
  expect([restored.status, restored.body.version, weightsOf(restored)]).toEqual([200, 3, [3, 1]]);
  await api.call(path, { method: "DELETE" });
  expect((await post("/v1/routers", newRouter("gone"))).body.version).toBe(5);
});

test("a page of versions ends by its bytes, and a change lists long values by their paths alone", async () => {
  const set = Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`field-${i}`, "x".repeat(1_000)]));
  const variants = Array.from({ length: 3 }, (_, i) => ({ id: `v${i}`, upstream: { ...upstream, body: { set } } }));
  const path = "/v1/routers/large";
  expect((await post("/v1/routers", { id: "large", routes: [{ id: "main", variants }] })).status).toBe(201);
  for (let i = 0; i < 75; i++) {
    expect((await api.call(path, { method: "DELETE" })).status).toBe(204);
    expect((await post(`${path}/versions/1/restore`)).status).toBe(200);
  }
  const first = await api.call(`${path}/versions?limit=1000`);
  expect(first.text.length).toBeLessThan(4 * 1024 * 1024);
  expect(versionsOf(first).length).toBeLessThan(151);
  const numbers: number[] = [];
  for (let cursor = ""; ;) {
    const page = await api.call(`${path}/versions?limit=1000&cursor=${cursor}`);
    numbers.push(...versionsOf(page).map(({ version }) => version));
    if (page.body.next === null) break;
    cursor = page.body.next as string;
  }
  expect(numbers).toEqual(Array.from({ length: 151 }, (_, i) => 151 - i));
  const [restored] = versionsOf(first);
  expect(JSON.stringify(restored?.changes).length).toBeLessThan(64 * 1024);
  expect(restored?.changes.some((change) => Object.keys(change).join() === "path")).toBe(true);
}, 240_000);

test("a restored variant gets its key and headers back, and keeps newer ones at the same host", async () => {
  const path = "/v1/routers/secret";
  const headers = { "api-key": "one" };
  const routes = [{ id: "main", variants: [{ id: "a", upstream: { ...upstream, headers } }] }];
  expect((await post("/v1/routers", { id: "secret", routes })).status).toBe(201);
  const variant = `${path}/routes/main/variants/a`;
  const served = async () => {
    const router = await api.store.routers.serving(api.workspace.workspaceId, "secret");
    const { baseUrl, apiKey, headers: own } = router?.routes[0]?.variants[0]?.upstream ?? {};
    return [baseUrl, apiKey, own];
  };
  await patch(variant, { upstream: { headers: { "api-key": "two" } } });
  await post(`${path}/versions/1/restore`);
  expect(await served()).toEqual([upstream.baseUrl, "sk-one", { "api-key": "two" }]);
  const elsewhere = { baseUrl: "https://other.example/v1", apiKey: null, headers: null };
  expect((await patch(variant, { upstream: elsewhere })).status).toBe(200);
  expect(await served()).toEqual([elsewhere.baseUrl, null, undefined]);
  expect((await post(`${path}/versions/1/restore`)).status).toBe(200);
  expect(await served()).toEqual([upstream.baseUrl, "sk-one", headers]);
  const [last] = versionsOf(await api.call(`${path}/versions`));
  expect(last?.changes.map((change) => change.path)).toContain("routes/main/variants/a/upstream/headers");
});

test("If-Match holds for what is added, for a restore, and for a router that was deleted", async () => {
  const path = "/v1/routers/matched";
  expect((await post("/v1/routers", newRouter("matched"))).status).toBe(201);
  const stale = { "if-match": '"7"' };
  const added = (at: string, json: object, headers: Record<string, string>) =>
    api.call(at, { method: "POST", json, headers });
  const route = { id: "other", variants: [{ id: "x", upstream }] };
  const calls: [string, object][] = [
    [`${path}/routes`, route],
    [`${path}/routes/main/variants`, { id: "y", upstream }],
    [`${path}/versions/1/restore`, {}],
  ];
  for (const [at, json] of calls) expect((await added(at, json, stale)).status).toBe(412);
  expect((await added(`${path}/routes`, route, { "if-match": '"1"' })).status).toBe(201);
  expect((await api.call(path, { method: "DELETE" })).status).toBe(204);
  expect((await added(`${path}/versions/1/restore`, {}, { "if-match": '"2"' })).status).toBe(412);
  expect((await added(`${path}/versions/1/restore`, {}, { "if-match": '"3"' })).status).toBe(200);
  expect((await added(`${path}/versions/99/restore`, {}, stale)).status).toBe(404);
});

test("the newest thousand versions are kept", async () => {
  const { workspaceId } = api.workspace;
  await api.store.routers.create(workspaceId, { id: "often", description: null, routes: [] });
  const client = new pg.Client({ connectionString: api.database.url });
  await client.connect();
  await client.query(`insert into router_versions (workspace_id, router_id, version, changes, router, snapshot)
    select workspace_id, router_id, n, changes, router, snapshot
    from router_versions cross join generate_series(2, 1002) n where router_id = 'often'`);
  await client.query("update routers set version = 1002 where id = 'often'");
  await client.end();
  for (const description of ["one", "two"]) await api.store.routers.update(workspaceId, "often", { description });
  const page = { cursor: null, limit: 1_000 };
  const versions = (await api.store.routers.listVersions(workspaceId, "often", page))?.items ?? [];
  expect([versions.length, versions[0]?.version, versions.at(-1)?.version]).toEqual([1_000, 1_004, 5]);
});
