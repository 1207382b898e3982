// What calls tell: assigned, served and failed, tokens, cost and times, with a user and without.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { CallMeasures } from "../../src/domain/exposure.ts";
import type { CallOutcome, CallRecord } from "../../src/gateway/callRecord.ts";
import { callLine } from "../../src/gateway/callLine.ts";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

const price = { inputPerMillionUsd: 1_000, outputPerMillionUsd: 2_000 };
const lines: ReturnType<typeof callLine>[] = [];

let gateway: GatewayHarness;
beforeAll(async () => {
  gateway = await createGatewayHarness({
    headersTimeoutMs: 1_000,
    idleTimeoutMs: 1_000,
    onFinished: (record: CallRecord, outcome: CallOutcome, figures: CallMeasures) =>
      void lines.push(callLine(record, outcome, figures)),
  });
});
afterAll(() => gateway.close());
afterEach(() => {
  gateway.upstream.clear();
  lines.length = 0;
});

/** Variant `a` has a price. */
async function newRouter(id: string, options: object = {}) {
  await gateway.createRouter(id, { a: 1, b: 0 }, options);
  await gateway.store.routers.updateVariant(gateway.workspace.workspaceId, id, "default", "a", { price });
}

interface Usage {
  variants: Record<string, unknown>[];
  withoutUser: number;
}
const usageOf = async (id: string) => (await (await gateway.api(`/v1/routers/${id}/usage`)).json()) as Usage;
const variantOf = async (id: string, variantId: string) =>
  (await usageOf(id)).variants.find((one) => one.variantId === variantId);
const all = (times: number, work: (i: number) => Promise<unknown>) =>
  Promise.all(Array.from({ length: times }, (_, i) => work(i)));

test("a served call tells its tokens, cost and times, plain and streamed, and its log line no user", async () => {
  await newRouter("told");
  await (await gateway.chat(call("told", "ann"))).text();
  await (await gateway.chat(call("told", "bob", { stream: true, stream_options: { include_usage: true } }))).text();
  await (await gateway.chat(call("told", "cat", { stream: true }))).text();
  const told = await usageOf("told");
  const time = expect.any(Number) as number;
  const times = { p50: time, p95: time, p99: time };
  expect(told).toEqual({
    variants: [
      {
        routeId: "default",
        variantId: "a",
        assigned: 3,
        served: 3,
        failed: 0,
        fallbacks: 0,
        users: 3,
        withoutUser: 0,
        inputTokens: 24,
        outputTokens: 24,
        tokenCalls: 3,
        costUsd: 0.072,
        costCalls: 3,
        latencyMs: times,
        ttftMs: times,
      },
    ],
    withoutUser: 0,
  });
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatchObject({
    router: "told",
    routerVersion: 2,
    assigned: "a",
    served: "a",
    outcome: "served",
    status: 200,
    hasUser: true,
    inputTokens: 8,
    costUsd: 0.024,
  });
  expect(JSON.stringify(lines)).not.toMatch(/ann|bob|cat|sk-|Hello/);
});

test("each call costs what the price of its version says", async () => {
  await newRouter("priced");
  const ask = async () => (await gateway.chat(call("priced", "ann"))).text();
  await ask();
  const dearer = { inputPerMillionUsd: 5_000, outputPerMillionUsd: 0 };
  await gateway.store.routers.updateVariant(gateway.workspace.workspaceId, "priced", "default", "a", { price: dearer });
  // The server may know the router of before for a while.
  await eventually(async () => {
    await ask();
    return lines.at(-1)?.routerVersion === 3;
  });
  for (const { routerVersion, costUsd } of lines) {
    expect([routerVersion, costUsd]).toEqual(routerVersion === 2 ? [2, 0.024] : [3, 0.04]);
  }
  const sum = lines.reduce((total, { costUsd }) => total + (costUsd ?? 0), 0);
  const costs = { costUsd: expect.closeTo(sum, 9) as number, costCalls: lines.length };
  expect(await variantOf("priced", "a")).toMatchObject(costs);
});

test("three failures without a user are failures of the variant, and no times", async () => {
  await newRouter("nobody-fails");
  gateway.upstream.order(...Array.from({ length: 3 }, () => ({ kind: "status" as const, status: 400 })));
  for (let i = 0; i < 3; i++) expect((await gateway.chat(call("nobody-fails"))).status).toBe(400);
  await eventually(async () => (await usageOf("nobody-fails")).withoutUser === 3, undefined, 10_000);
  const none = { p50: null, p95: null, p99: null };
  const expected = { assigned: 0, failed: 3, withoutUser: 3, tokenCalls: 0, latencyMs: none, ttftMs: none };
  expect(await variantOf("nobody-fails", "a")).toMatchObject(expected);
});

test("what a fallback served stays assigned to the variant that failed", async () => {
  await newRouter("rescued", { fallbackVariantIds: ["b"] });
  gateway.upstream.order({ kind: "status", status: 500 });
  const answer = await gateway.chat(call("rescued", "ann"));
  await answer.text();
  expect(answer.headers.get("x-crosscurrent-variant")).toBe("b");
  expect(await gateway.exposures("rescued")).toEqual([{ variantId: "b", userId: "ann" }]);
  expect(await variantOf("rescued", "a")).toMatchObject({ assigned: 1, served: 0, failed: 0, fallbacks: 1, users: 1 });
  expect(await variantOf("rescued", "b")).toMatchObject({ assigned: 0, served: 1, users: 0, inputTokens: 8 });
  expect(lines[0]).toMatchObject({ assigned: "a", served: "b", failedAttempts: [{ variantId: "a", status: 500 }] });
});

test("a call without an answer counts as failed for the variant that was assigned, and is no exposure", async () => {
  await newRouter("failing");
  gateway.upstream.order({ kind: "status", status: 400 }, { kind: "cut", afterEvents: 2 });
  expect((await gateway.chat(call("failing", "ann"))).status).toBe(400);
  const cut = await gateway.chat(call("failing", "bob", { stream: true }));
  await expect(cut.text()).rejects.toThrow("terminated");
  await eventually(async () => (await variantOf("failing", "a"))?.failed === 2);
  expect(await variantOf("failing", "a")).toMatchObject({ assigned: 2, served: 0, failed: 2, users: 2 });
  expect(await gateway.exposures("failing")).toEqual([]);
  const { workspaceId } = gateway.workspace;
  await gateway.store.exposures.seal(workspaceId);
  expect(await variantOf("failing", "a")).toMatchObject({ assigned: 2, served: 0, failed: 2, users: 2 });
});

test("calls without a user are counted, with their tokens, and need no rows", async () => {
  await newRouter("nobody");
  await all(5, async () => (await gateway.chat(call("nobody"))).text());
  await eventually(async () => (await usageOf("nobody")).withoutUser === 5, undefined, 10_000);
  expect(await variantOf("nobody", "a")).toMatchObject({
    assigned: 0,
    served: 0,
    withoutUser: 5,
    users: 0,
    inputTokens: 40,
    costUsd: expect.closeTo(0.12, 9) as number,
  });
  expect(await gateway.exposures("nobody")).toEqual([]);
});

test("an id goes with the call through to the upstream, and with its lines in the log", async () => {
  await newRouter("traced");
  const headers = {
    authorization: `Basic ${gateway.workspace.apiKey}`,
    "content-type": "application/json",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    tracestate: "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
  };
  const own = await gateway.chat(call("traced"), { headers: { ...headers, "x-request-id": "req-of-the-caller" } });
  await own.text();
  const made = await gateway.chat(call("traced"), { headers: { ...headers, "x-request-id": "not an id" } });
  await made.text();
  const ids = [own, made].map((answer) => answer.headers.get("x-request-id"));
  expect(ids).toEqual(["req-of-the-caller", expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  expect(gateway.upstream.seen.map((request) => request.headers["x-request-id"])).toEqual(ids);
  for (const name of ["traceparent", "tracestate"] as const) {
    expect(gateway.upstream.seen.map((request) => request.headers[name])).toEqual(Array(2).fill(headers[name]));
  }
  expect(lines.map(({ requestId }) => requestId)).toEqual(ids);
  const refused = await gateway.chat(call("none"));
  expect([refused.status, refused.headers.get("x-request-id")]).toEqual([404, expect.any(String)]);
  for (const id of ids) expect(gateway.log.text).toContain(`"requestId":"${id}"`);
});

test("assigned counts equal calls with a user, whatever becomes of them", async () => {
  await gateway.createRouter("mixed", { a: 1, b: 1 }, { fallbackVariantIds: ["b", "a"] });
  gateway.upstream.order({ kind: "status", status: 503, times: 20 }, { kind: "reset", times: 20 });
  const statuses = await all(200, async (i) => {
    const answer = await gateway.chat(call("mixed", `user ${i % 50}`, { stream: i % 2 === 0 }));
    await answer.text();
    return answer.status;
  });
  const sum = (usage: Usage, field: string) => usage.variants.reduce((total, one) => total + Number(one[field]), 0);
  const check = async () => {
    const usage = await usageOf("mixed");
    expect(sum(usage, "assigned")).toBe(200);
    expect(sum(usage, "served")).toBe(statuses.filter((status) => status === 200).length);
    expect(sum(usage, "failed")).toBe(statuses.filter((status) => status !== 200).length);
    expect(sum(usage, "users")).toBe(50);
  };
  await eventually(async () => sum(await usageOf("mixed"), "failed") + sum(await usageOf("mixed"), "served") === 200);
  await check();
  await gateway.store.exposures.seal(gateway.workspace.workspaceId);
  await check();
});
