// Routers over HTTP: what may be configured, by whom, and what never comes back.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHarness, pathsOf, type Harness } from "../../support/api/harness.ts";

const KEY = "sk-key-of-the-upstream";
const upstream = { baseUrl: "https://llm.example/v1", model: "large", apiKey: KEY };
const shown = { baseUrl: upstream.baseUrl, model: "large", hasApiKey: true, headerNames: [] };

let api: Harness;
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());

const newRouter = (id: string) => ({
  id,
  description: "Support",
  routes: [
    {
      id: "paying",
      conditions: { metadata: { plan: ["pro", "team"], region: "eu" }, models: ["fast"] },
      fallbackVariantId: "b",
      variants: [
        { id: "a", weight: 3, upstream },
        { id: "b", weight: 1, upstream: { ...upstream, apiKey: null } },
      ],
    },
    { id: "default", variants: [{ id: "a", upstream }] },
  ],
});

test("a router is created whole, looked at, listed and deleted, and its keys never come back", async () => {
  const created = await api.call("/v1/routers", { json: newRouter("whole") });
  expect(created.status).toBe(201);
  expect(created.body).toEqual({
    id: "whole",
    version: 1,
    description: "Support",
    createdAt: expect.stringMatching(/Z$/) as string,
    updatedAt: expect.stringMatching(/Z$/) as string,
    routes: [
      {
        id: "paying",
        conditions: { metadata: { plan: ["pro", "team"], region: "eu" }, models: ["fast"] },
        fallbackVariantIds: ["b"],
        fallbackVariantId: "b",
        variants: [
          { id: "a", weight: 3, upstream: shown, price: null },
          { id: "b", weight: 1, upstream: { ...shown, hasApiKey: false }, price: null },
        ],
      },
      {
        id: "default",
        conditions: {},
        fallbackVariantIds: [],
        fallbackVariantId: null,
        variants: [{ id: "a", weight: 1, upstream: shown, price: null }],
      },
    ],
  });
  expect((await api.call("/v1/routers/whole")).body).toEqual(created.body);
  expect((await api.call("/v1/routers")).body).toEqual({ routers: [created.body], next: null });
  const routes = (created.body.routes as object[]).map((route) => ({ ...route, version: 1 }));
  expect((await api.call("/v1/routers/whole/routes")).body).toEqual({ routes, next: null });
  expect((await api.call("/v1/routers", { json: newRouter("whole") })).status).toBe(409);
  const { rows } = await sql("select secret from variants");
  expect(rows.every(({ secret }) => secret === null || !(secret as Buffer).includes(KEY))).toBe(true);
  expect(JSON.stringify(created.body) + api.log.text).not.toContain(KEY);
  expect((await api.call("/v1/routers/whole", { method: "DELETE" })).status).toBe(204);
  expect((await api.call("/v1/routers/whole")).status).toBe(404);
  expect((await api.call("/v1/routers/whole", { method: "DELETE" })).status).toBe(404);
});

test("routes and variants are added, changed, put in order and taken out one by one", async () => {
  await api.call("/v1/routers", { json: { id: "step" } });
  expect((await api.call("/v1/routers/step/routes", { json: { id: "one" } })).status).toBe(201);
  expect((await api.call("/v1/routers/step/routes", { json: { id: "one" } })).status).toBe(409);
  await api.call("/v1/routers/step/routes", { json: { id: "two" } });
  const variants = "/v1/routers/step/routes/one/variants";
  const added = await api.call(variants, { json: { id: "a", weight: 0.5, upstream } });
  expect([added.status, added.body]).toEqual([201, { id: "a", weight: 0.5, upstream: shown, price: null, version: 4 }]);
  await api.call(variants, { json: { id: "b", upstream } });
  const page = await api.call(`${variants}?limit=1`);
  expect(page.body.variants).toEqual([{ ...added.body, version: 5 }]);
  const rest = await api.call(`${variants}?limit=1&cursor=${page.body.next as string}`);
  expect(rest.body).toMatchObject({ variants: [{ id: "b" }], next: null });
  const fallback = { method: "PATCH", json: { fallbackVariantId: "b" } };
  expect((await api.call("/v1/routers/step/routes/one", fallback)).body.fallbackVariantId).toBe("b");
  const order = await api.call("/v1/routers/step", { method: "PATCH", json: { routeOrder: ["two", "one"] } });
  expect((order.body.routes as { id: string }[]).map(({ id }) => id)).toEqual(["two", "one"]);
  const weighed = await api.call(`${variants}/a`, {
    method: "PATCH",
    json: { weight: 7, upstream: { model: "small" } },
  });
  expect(weighed.body).toMatchObject({ id: "a", weight: 7, upstream: { ...shown, model: "small" } });
  expect((await api.call(`${variants}/b`, { method: "DELETE" })).status).toBe(204);
  expect((await api.call("/v1/routers/step/routes/one")).body).toMatchObject({
    fallbackVariantId: null,
    variants: [{ id: "a" }],
  });
  expect((await api.call("/v1/routers/step/routes/one", { method: "DELETE" })).status).toBe(204);
  expect((await api.call(variants)).status).toBe(404);
});

test("a stored key never goes to another host", async () => {
  await api.call("/v1/routers", { json: newRouter("keys") });
  const path = "/v1/routers/keys/routes/default/variants/a";
  const move = (fields: object) => api.call(path, { method: "PATCH", json: { upstream: fields } });
  const elsewhere = "https://elsewhere.example/v1";
  expect(pathsOf(await move({ baseUrl: elsewhere }))).toEqual(["upstream.apiKey"]);
  expect((await move({ baseUrl: "https://llm.example/v2" })).status).toBe(200);
  expect((await move({ baseUrl: elsewhere, apiKey: "sk-new" })).body.upstream).toMatchObject({ hasApiKey: true });
  expect((await move({ baseUrl: upstream.baseUrl, apiKey: null })).body.upstream).toMatchObject({ hasApiKey: false });
});

test.each([
  [{ id: "a:b" }, ["id"]],
  [{ id: ".." }, ["id"]],
  [{ id: "x".repeat(65) }, ["id"]],
  [{ id: "x", nonsense: 1 }, ["nonsense"]],
  [{ id: "x", routes: [{ id: "r" }, { id: "r" }] }, ["routes[1].id"]],
  [{ id: "x", routes: [{ id: "r", fallbackVariantId: "none" }] }, ["routes[0].fallbackVariantId"]],
  [{ id: "x", routes: [{ id: "r", conditions: { models: [] } }] }, ["routes[0].conditions.models"]],
  [withVariant({ weight: -1, upstream }), ["routes[0].variants[0].weight"]],
  [withVariant({ weight: 1e9, upstream }), ["routes[0].variants[0].weight"]],
  [
    withVariant({ upstream: { ...upstream, baseUrl: "http://llm.example" } }),
    ["routes[0].variants[0].upstream.baseUrl"],
  ],
  [withVariant({ upstream: { ...upstream, baseUrl: "https://10.0.0.1" } }), ["routes[0].variants[0].upstream.baseUrl"]],
  [withVariant({ upstream: { ...upstream, apiKey: "a b" } }), ["routes[0].variants[0].upstream.apiKey"]],
])("%j is refused, field by field", async (json, paths) => {
  const answer = await api.call("/v1/routers", { json });
  expect([answer.status, pathsOf(answer)]).toEqual([400, paths]);
});

function withVariant(fields: object) {
  return { id: "x", routes: [{ id: "r", variants: [{ id: "v", ...fields }] }] };
}

test("a router of another workspace does not exist", async () => {
  await api.call("/v1/routers", { json: newRouter("mine") });
  const route = "/v1/routers/mine/routes/default";
  for (const path of ["/v1/routers/mine", route, `${route}/variants/a`]) {
    expect((await api.callOther(path)).status).toBe(404);
    expect((await api.callOther(path, { method: "DELETE" })).status).toBe(404);
    expect((await api.callOther(path, { method: "PATCH", json: {} })).status).toBe(404);
  }
  expect((await api.callOther(`${route}/variants`, { json: { id: "z", upstream } })).status).toBe(404);
  expect((await api.callOther("/v1/routers/mine/exposures")).status).toBe(404);
  expect((await api.callOther("/v1/routers")).body).toEqual({ routers: [], next: null });
  expect((await api.callOther("/v1/routers", { json: newRouter("mine") })).status).toBe(201);
});

test("a workspace, a router and its routes have limits", async () => {
  const { id, ...one } = { id: "v", weight: 1, upstream };
  const variants = Array.from({ length: 100 }, (_, i) => ({ ...one, id: `${id}${i}` }));
  const json = { id: "full", routes: [{ id: "r", variants }] };
  expect((await api.call("/v1/routers", { json })).status).toBe(201);
  const another = await api.call("/v1/routers/full/routes/r/variants", { json: { id, ...one } });
  expect([another.status, another.body.detail]).toEqual([409, "A router has at most 100 variants: delete one first."]);
});

describe("exposures per hour", () => {
  const HOUR_MS = 3_600_000;
  const iso = (ms: number) => new Date(ms).toISOString();

  test("count folded and unfolded ones alike, without a router, and stay when it is deleted", async () => {
    const nowMs = await api.store.nowMs();
    const oldMs = nowMs - (nowMs % HOUR_MS) - 5 * HOUR_MS;
    const send = (user: string, timestamp?: number, variant = "a") =>
      api.call("/v1/exposures", {
        json: { exposures: [{ alias_id: "seen", route_id: "r", variant_id: variant, user, timestamp }] },
      });
    await send("ann", oldMs);
    await send("ann", oldMs + 1);
    await send("bob", oldMs, "b");
    const old = (variantId: string, exposures: number, users: number) =>
      ({ hour: iso(oldMs), routeId: "r", variantId, exposures, users }) as const;
    const read = async () => (await api.call("/v1/routers/seen/exposures")).body.hours;
    const before = [old("a", 2, 1), old("b", 1, 1)];
    expect(await read()).toEqual(before);
    await api.store.exposures.seal(api.workspace.workspaceId);
    expect(await read()).toEqual(before);
    // Late ones, of a user that the sealed bucket has and of one that it has not; and one of the hour that is not over.
    await send("ann", oldMs + 2);
    await send("cyd", oldMs + 2);
    await send("ann");
    const [a, b, now] = (await read()) as unknown[];
    expect([a, b]).toEqual([old("a", 4, 2), old("b", 1, 1)]);
    expect(now).toMatchObject({ exposures: 1, users: 1 });
    await api.store.exposures.seal(api.workspace.workspaceId);
    expect(await read()).toEqual([a, b, now]);
    await api.call("/v1/routers", { json: newRouter("seen") });
    await api.call("/v1/routers/seen", { method: "DELETE" });
    expect(await read()).toEqual([a, b, now]);
  });

  test("are bounded, and nothing of nobody is a 404", async () => {
    const ask = (query: string) => api.call(`/v1/routers/seen/exposures?${query}`);
    expect(pathsOf(await ask("from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z"))).toEqual(["from"]);
    expect(pathsOf(await ask("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"))).toEqual(["from"]);
    expect(pathsOf(await ask("from=yesterday"))).toEqual(["from"]);
    expect((await ask("from=2026-01-01T00:00:00Z&to=2026-01-31T23:00:00Z")).body).toEqual({ hours: [] });
    expect((await api.call("/v1/routers/never/exposures")).status).toBe(404);
  });
});

async function sql(text: string) {
  const { Pool } = (await import("pg")).default;
  const pool = new Pool({ connectionString: api.database.url });
  return await pool.query<Record<string, unknown>>(text).finally(() => pool.end());
}
