// Weights of variants whose ids are names that every object has.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

let gateway: GatewayHarness;
beforeAll(async () => {
  gateway = await createGatewayHarness();
});
afterAll(() => gateway.close());

test("weights that would leave nothing to serve are refused, whatever the variants are called", async () => {
  await gateway.createRouter("named", { a: 1, constructor: 0 });
  const setWeights = (weights: Record<string, number>) =>
    gateway.store.routers.setWeights(gateway.workspace.workspaceId, "named", "default", weights);
  await expect(setWeights({ a: 0 })).rejects.toThrow("must not all be 0");
  expect(await setWeights({ a: 0, constructor: 1 })).not.toBeNull();
});
