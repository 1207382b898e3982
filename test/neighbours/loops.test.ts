// A calls its upstream while B's variants lead back to the gateway itself.
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectUndisturbed } from "../support/neighbours/measure.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

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

// How often B may call is limited elsewhere. Here each of its calls must cost what three calls cost, not a thousand.
test("A is served as fast as alone, and B's calls end", async () => {
  const chat = async () => {
    const answer = await gateway.chat(call("good"));
    await answer.arrayBuffer();
    expect(answer.status).toBe(200);
  };
  const beside = async () => {
    const ended = { yet: false };
    const loop = async () => {
      while (!ended.yet) expect((await callLoop()).status).toBe(508);
    };
    const looping = loop();
    return async () => {
      ended.yet = true;
      await looping;
    };
  };
  await expectUndisturbed({ chat }, { beside });
});
