// A calls its upstream while B's variants lead back to the gateway itself.
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

const CALLS = 150;
const LOOPS_AT_ONCE = 4;
const MARGIN_MS = 50;

let gateway: GatewayHarness;
let callLoop: (signal: AbortSignal) => Promise<Response>;
beforeAll(async () => {
  gateway = await createGatewayHarness();
  const { url, store } = gateway;
  const other = await store.workspaces.create("two");
  const back = (id: string, weight: number) => ({
    id,
    weight,
    upstream: { baseUrl: `${url}/v1`, model: "inworld/loop", apiKey: other.apiKey },
  });
  const route = { id: "all", conditions: {}, fallbackVariantId: "b", variants: [back("a", 1), back("b", 0)] };
  await store.routers.create(other.workspaceId, { id: "loop", description: null, routes: [route] });
  await gateway.createRouter("good", { good: 1 });
  callLoop = (signal) =>
    gateway.chat(call("loop"), {
      headers: { authorization: `Basic ${other.apiKey}`, "content-type": "application/json" },
      signal,
    });
});
afterAll(() => gateway.close());

/** The 99th percentile of the times of calls, one after the other. Every call must succeed. */
async function slowestMs(): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    const startedMs = performance.now();
    const answer = await gateway.chat(call("good"));
    await answer.arrayBuffer();
    expect(answer.status).toBe(200);
    times.push(performance.now() - startedMs);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(CALLS * 0.99)] ?? 0;
}

test("A is served as fast as alone, and B's calls end", async () => {
  await slowestMs();
  const aloneMs = await slowestMs();
  const stop = new AbortController();
  const statuses: number[] = [];
  const loop = async () => {
    while (!stop.signal.aborted) {
      const answer = await callLoop(stop.signal).catch(() => null);
      if (answer !== null) statuses.push(answer.status);
    }
  };
  const looping = Promise.all(Array.from({ length: LOOPS_AT_ONCE }, loop));
  const besideMs = await slowestMs();
  stop.abort();
  await looping;
  expect(statuses.length).toBeGreaterThan(0);
  expect(new Set(statuses)).toEqual(new Set([508]));
  expect(besideMs).toBeLessThan(Math.max(2 * aloneMs, aloneMs + MARGIN_MS));
});
