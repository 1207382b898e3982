// Usage and aliases over HTTP, from posted exposures: the same before and after they are folded.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHarness, pathsOf, type Harness } from "../../support/api/harness.ts";

let api: Harness;
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());

const ids = { alias_id: "posted", route_id: "r" };
const post = (exposures: object[]) => api.call("/v1/exposures", { method: "POST", json: { exposures } });
const usageOf = async (alias: string, query = "") => (await api.call(`/v1/routers/${alias}/usage${query}`)).body;

test("assigned and served, failures, tokens, cost and times add up, folded or not", async () => {
  const answer = await post([
    { ...ids, variant_id: "a", user: "u1", input_tokens: 10, output_tokens: 5, cost_usd: 0.1, latency_ms: 100 },
    { ...ids, variant_id: "a", user: "u1", input_tokens: 20, cost_usd: 0.2, latency_ms: 300, ttft_ms: 30 },
    { ...ids, variant_id: "b", user: "u2", assigned_variant_id: "a", output_tokens: 7 },
    { ...ids, variant_id: "a", user: "u3", failed: true, input_tokens: 4 },
    { ...ids, variant_id: "b", user: "u4" },
  ]);
  expect([answer.status, answer.body]).toEqual([202, { accepted: 5 }]);
  const none = { p50: null, p95: null, p99: null };
  const near = (p50: number, p99 = p50) => ({
    p50: expect.closeTo(p50, -Math.log10(p50 * 0.04)) as number,
    p95: expect.any(Number) as number,
    p99: expect.closeTo(p99, -Math.log10(p99 * 0.04)) as number,
  });
  const expected = {
    variants: [
      {
        routeId: "r",
        variantId: "a",
        assigned: 4,
        served: 2,
        failed: 1,
        fallbacks: 1,
        users: 3,
        withoutUser: 0,
        inputTokens: 34,
        outputTokens: 5,
        tokenCalls: 3,
        costUsd: 0.3,
        costCalls: 2,
        latencyMs: near(100, 100),
        ttftMs: near(30),
      },
      {
        routeId: "r",
        variantId: "b",
        assigned: 1,
        served: 2,
        failed: 0,
        fallbacks: 0,
        users: 1,
        withoutUser: 0,
        inputTokens: 0,
        outputTokens: 7,
        tokenCalls: 1,
        costUsd: 0,
        costCalls: 0,
        latencyMs: none,
        ttftMs: none,
      },
    ],
    withoutUser: 0,
  };
  const open = await usageOf("posted");
  expect(open).toEqual(expected);
  await api.store.exposures.seal(api.workspace.workspaceId);
  expect(await usageOf("posted")).toEqual(open);
  await post([{ ...ids, variant_id: "b", user: "u2" }]);
  const [, b] = (await usageOf("posted")).variants as object[];
  expect(b).toMatchObject({ assigned: 2, served: 3, users: 2 });
  expect(await usageOf("posted", "?route=none")).toEqual({ variants: [], withoutUser: 0 });
  expect(await usageOf("posted", "?to=2020-01-01T00:00:00Z")).toEqual({ variants: [], withoutUser: 0 });
  // What failed is no exposure.
  const { hours } = (await api.call("/v1/routers/posted/exposures")).body as { hours: { exposures: number }[] };
  expect(hours.reduce((sum, { exposures }) => sum + exposures, 0)).toBe(5);
});

test("the same id counts once within a day, in one call and in several", async () => {
  const one = { alias_id: "doubled", route_id: "r", variant_id: "a", user: "u", id: "x-1" };
  expect((await post([one, { ...one, variant_id: "b" }])).body).toEqual({ accepted: 2 });
  expect((await post([one, { ...one, id: "x-2" }])).body).toEqual({ accepted: 2 });
  await Promise.all(
    Array.from({ length: 5 }, () =>
      post([
        { ...one, id: "y" },
        { ...one, id: "x" },
      ]),
    ),
  );
  expect((await usageOf("doubled")).variants).toMatchObject([{ variantId: "a", served: 4 }]);
  await api.store.exposures.seal(api.workspace.workspaceId);
  await post([one]);
  expect((await usageOf("doubled")).variants).toMatchObject([{ variantId: "a", served: 4 }]);
  const other = await api.callOther("/v1/exposures", { method: "POST", json: { exposures: [one] } });
  expect(other.status).toBe(202);
  expect((await api.callOther("/v1/routers/doubled/usage")).body.variants).toMatchObject([{ served: 1 }]);
});

test("each wrong field is named", async () => {
  const wrong = {
    id: "x".repeat(65),
    assigned_variant_id: "",
    failed: "no",
    input_tokens: -1,
    output_tokens: "5",
    cost_usd: null,
    latency_ms: 1e13,
    ttft_ms: -0.1,
  };
  const answer = await post([{ ...ids, variant_id: "a", user: "u", ...wrong }]);
  expect(pathsOf(answer)).toEqual(Object.keys(wrong).map((field) => `exposures[0].${field}`));
});

test("aliases are all routers and all that has exposures, page by page", async () => {
  await api.call("/v1/routers", { method: "POST", json: { id: "a-router" } });
  const exposedAt = new Date(Date.now() - 30 * 86_400_000).toISOString();
  await post([{ alias_id: "zz", route_id: "r", variant_id: "a", user: "u", timestamp: exposedAt }]);
  await post([{ alias_id: "failed-only", route_id: "r", variant_id: "a", user: "u", failed: true }]);
  const all: Record<string, unknown>[] = [];
  for (let cursor = ""; ;) {
    const { body } = await api.call(`/v1/aliases?limit=1&cursor=${cursor}`);
    all.push(...(body.aliases as Record<string, unknown>[]));
    if (body.next === null) break;
    cursor = body.next as string;
  }
  expect(all).toMatchObject([
    { id: "a-router", configured: true, exposures: 0, lastExposureAt: null },
    { id: "doubled", configured: false, exposures: 4 },
    { id: "posted", configured: false, exposures: 5 },
    { id: "zz", configured: false, exposures: 1, lastExposureAt: exposedAt },
  ]);
  await api.store.exposures.seal(api.workspace.workspaceId);
  expect((await api.call("/v1/aliases")).body.aliases).toEqual(all);
  expect((await api.call("/v1/routers/none/usage")).status).toBe(404);
  expect(await usageOf("a-router")).toEqual({ variants: [], withoutUser: 0 });
});
