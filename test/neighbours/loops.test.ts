// A calls its upstream while B's variants lead back to the gateway itself.
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

const CALLS = 120;
const CALLS_PER_LOOP = 12;
const MARGIN_MS = 50;

let gateway: GatewayHarness;
let callLoop: () => Promise<Response>;
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
  callLoop = () =>
    gateway.chat(call("loop"), {
      headers: { authorization: `Basic ${other.apiKey}`, "content-type": "application/json" },
    });
});
afterAll(() => gateway.close());

/** The 99th percentile of the times of calls, one after the other. Every call must succeed. */
async function slowestMs(beside: () => void = () => undefined): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    if (i % CALLS_PER_LOOP === 0) beside();
    const startedMs = performance.now();
    const answer = await gateway.chat(call("good"));
    await answer.arrayBuffer();
    expect(answer.status).toBe(200);
    times.push(performance.now() - startedMs);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(CALLS * 0.99)] ?? 0;
}

// How often B may call is limited elsewhere. Here each of its calls must cost what three calls cost, not a thousand.
test("A is served as fast as alone, and B's calls end", async () => {
  await slowestMs();
  const aloneMs = await slowestMs();
  const loops: Promise<Response>[] = [];
  const besideMs = await slowestMs(() => loops.push(callLoop()));
  const statuses = (await Promise.all(loops)).map(({ status }) => status);
  expect(statuses).toEqual(Array<number>(CALLS / CALLS_PER_LOOP).fill(508));
  expect(besideMs).toBeLessThan(Math.max(2 * aloneMs, aloneMs + MARGIN_MS));
});
