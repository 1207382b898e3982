// What differs between upstreams, over HTTP: options, headers that never come back, prices, ordered fallbacks.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHarness, pathsOf, type Harness } from "../../support/api/harness.ts";

const SECRET = "azure-secret-0123456789";
const address = { baseUrl: "https://llm.example/v1", model: "large" };
const options = {
  query: { "api-version": "2024-10-21" },
  body: { drop: ["seed"], rename: { max_tokens: "max_completion_tokens" }, set: { service_tier: "flex", n: 1.5 } },
  forwardUser: "hashed",
  forwardMetadata: true,
  firstByteSeconds: 300,
  idleSeconds: 60,
  failedStatuses: [404, 409],
};
const price = { inputPerMillionUsd: 2.5, cachedInputPerMillionUsd: 0.25, outputPerMillionUsd: 10 };

let api: Harness;
let routers = 0;
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());

async function create(upstream: object, more: object = {}) {
  const id = `r${routers++}`;
  const variants = [
    { id: "a", upstream: { ...address, ...upstream }, ...more },
    { id: "b", upstream: address },
  ];
  const answer = await api.call("/v1/routers", { json: { id, routes: [{ id: "t", variants }] } });
  return { answer, path: `/v1/routers/${id}/routes/t`, id };
}
const patch = (path: string, json: object) => api.call(path, { method: "PATCH", json });
async function stored(id: string) {
  const router = await api.store.routers.serving(api.workspace.workspaceId, id);
  return router?.routes[0]?.variants[0];
}

describe("options", () => {
  test("are stored, shown, changed one by one and set back", async () => {
    const { answer, path, id } = await create(options, { price });
    expect(answer.status).toBe(201);
    expect((await api.call(`${path}/variants/a`)).body).toMatchObject({ upstream: { ...address, ...options }, price });
    expect(await stored(id)).toMatchObject({ upstream: { ...address, ...options, apiKey: null }, price });
    const changed = await patch(`${path}/variants/a`, { upstream: { query: null, idleSeconds: 5 }, price: null });
    expect(changed.body).toMatchObject({ upstream: { forwardUser: "hashed", idleSeconds: 5 }, price: null });
    expect(changed.body.upstream).not.toHaveProperty("query");
    expect((await stored(id))?.upstream).not.toHaveProperty("query");
  });

  test.each([
    [{ headers: { Host: "x" } }, "headers.Host"],
    [{ headers: { "a b": "x" } }, "headers.a b"],
    [{ headers: { "x-a": "x\ny" } }, "headers.x-a"],
    [{ query: { a: 1 } }, "query.a"],
    [{ body: { drop: ["model"] } }, "body.drop[0]"],
    [{ body: { set: { stream: true } } }, "body.set.stream"],
    [{ body: { set: { a: "\0" } } }, "body.set"],
    [{ body: { set: { a: "x".repeat(20_000) } } }, "body.set"],
    [{ forwardUser: "yes" }, "forwardUser"],
    [{ firstByteSeconds: 0 }, "firstByteSeconds"],
    [{ failedStatuses: [500] }, "failedStatuses[0]"],
  ])("%j is refused", async (upstream, path) => {
    const { answer } = await create(upstream);
    expect([answer.status, pathsOf(answer)]).toEqual([400, [`routes[0].variants[0].upstream.${path}`]]);
  });
});

describe("headers", () => {
  test("are encrypted, only their names are shown, and they stay when the key changes and the other way round", async () => {
    const { answer, path, id } = await create({ headers: { "API-Key": SECRET } });
    expect(JSON.stringify(answer.body)).not.toContain(SECRET);
    const variant = `${path}/variants/a`;
    expect((await api.call(variant)).body.upstream).toMatchObject({ hasApiKey: false, headerNames: ["api-key"] });
    const keyed = await patch(variant, { upstream: { apiKey: "sk-one" } });
    expect(keyed.body.upstream).toMatchObject({ hasApiKey: true, headerNames: ["api-key"] });
    expect((await stored(id))?.upstream).toMatchObject({ apiKey: "sk-one", headers: { "api-key": SECRET } });
    await patch(variant, { upstream: { headers: { "x-org": "o" } } });
    expect((await stored(id))?.upstream).toMatchObject({ apiKey: "sk-one", headers: { "x-org": "o" } });
    await patch(variant, { upstream: { headers: null } });
    expect((await stored(id))?.upstream.headers ?? {}).toEqual({});
    expect((await patch(variant, { upstream: { apiKey: null } })).body.upstream).toMatchObject({ hasApiKey: false });
    expect(api.log.text).not.toContain(SECRET);
  });

  test("never go to another host", async () => {
    const { path } = await create({ headers: { "api-key": SECRET } });
    const move = (upstream: object) => patch(`${path}/variants/a`, { upstream });
    const baseUrl = "https://elsewhere.example/v1";
    expect(pathsOf(await move({ baseUrl }))).toEqual(["upstream.headers"]);
    expect((await move({ baseUrl, headers: null })).body.upstream).toMatchObject({ headerNames: [] });
  });
});

describe("fallbacks", () => {
  test("keep their order, by either name, and lose variants that are deleted", async () => {
    const { path } = await create({});
    const both = await patch(path, { fallbackVariantIds: ["b", "a"] });
    expect(both.body).toMatchObject({ fallbackVariantIds: ["b", "a"], fallbackVariantId: "b" });
    expect((await patch(path, { fallbackVariantId: "a" })).body).toMatchObject({ fallbackVariantIds: ["a"] });
    await patch(path, { fallbackVariantIds: ["b", "a"] });
    await api.call(`${path}/variants/b`, { method: "DELETE" });
    expect((await api.call(path)).body).toMatchObject({ fallbackVariantIds: ["a"] });
    expect((await patch(path, { fallbackVariantId: null })).body).toMatchObject({ fallbackVariantIds: [] });
  });

  test.each([
    [{ fallbackVariantIds: ["none"] }, "fallbackVariantIds[0]"],
    [{ fallbackVariantIds: ["a", "a"] }, "fallbackVariantIds[1]"],
    [{ fallbackVariantIds: ["a"], fallbackVariantId: "b" }, "fallbackVariantId"],
  ])("%j is refused", async (json, path) => {
    const { path: route } = await create({});
    expect(pathsOf(await patch(route, json))).toEqual([path]);
  });
});
