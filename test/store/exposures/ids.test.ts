// Ids of posted exposures: the same one counts once within a day, and again after it.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Exposure } from "../../../src/domain/exposure.ts";
import { HOUR_MS, newWorkspace } from "../../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await makePostgresHarness();
  await harness.freeze();
});
afterAll(() => harness.close());

const exposureOf = (id: string): Exposure => ({
  aliasId: "alias",
  routeId: "route",
  variantId: "a",
  userId: "u",
  exposedAtMs: null,
  call: {
    id,
    tells: "both",
    assignedVariantId: null,
    routerVersion: null,
    failed: false,
    inputTokens: null,
    outputTokens: null,
    costUsd: null,
    latencyMs: null,
    ttftMs: null,
  },
});

test("an id counts again once 24 hours have passed since it counted, whether or not it was purged", async () => {
  const { store } = harness;
  const workspaceId = await newWorkspace(store);
  const post = (id: string) => store.exposures.ingest(workspaceId, [exposureOf(id), exposureOf(id)]);
  const counted = async () => (await store.usage.aliases(workspaceId, { cursor: null, limit: 1 })).items[0]?.exposures;
  await post("one");
  await harness.advance(24 * HOUR_MS - 1);
  await store.cleanup.purge();
  await post("one");
  expect(await counted()).toBe(1);
  await harness.advance(1);
  await post("one");
  expect(await counted()).toBe(2);
  await harness.advance(24 * HOUR_MS);
  await store.cleanup.purge();
  await post("one");
  expect(await counted()).toBe(3);
});

test("an id whose exposure was not stored is free", async () => {
  const { store } = harness;
  const workspaceId = await newWorkspace(store);
  const wrong = { ...exposureOf("two"), exposedAtMs: (await store.nowMs()) + HOUR_MS };
  await expect(store.exposures.ingest(workspaceId, [exposureOf("one"), wrong])).rejects.toThrow("5 minutes ahead");
  await store.exposures.ingest(workspaceId, [exposureOf("one"), exposureOf("two")]);
  const { items } = await store.usage.aliases(workspaceId, { cursor: null, limit: 1 });
  expect(items[0]?.exposures).toBe(2);
});
