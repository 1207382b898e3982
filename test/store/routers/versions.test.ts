// Versions after a rotation of the secret key: what they keep can be restored once the old key is gone.
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { newWorkspace } from "../../support/store/contract/harness.ts";
import { makePostgresHarness, openTestStore, TEST_KEY } from "../../support/store/storeDatabase.ts";

test("keys and headers of variants that were deleted come back after a rotation", async () => {
  const harness = await makePostgresHarness();
  const newKey = randomBytes(32);
  const workspaceId = await newWorkspace(harness.store);
  const upstream = { baseUrl: "https://llm.example.com/v1", model: "m" };
  const variants = [
    { id: "a", weight: 1, upstream: { ...upstream, apiKey: "sk-a", headers: { "api-key": "one" } } },
    { id: "b", weight: 1, upstream: { ...upstream, apiKey: null, headers: { "api-key": "two" } } },
    { id: "c", weight: 1, upstream: { ...upstream, apiKey: "sk-c" } },
  ];
  const routes = [{ id: "main", conditions: {}, fallbackVariantIds: ["c", "a"], variants }];
  await harness.store.routers.create(workspaceId, { id: "r", description: null, routes });
  for (const id of ["a", "b"]) await harness.store.routers.removeVariant(workspaceId, "r", "main", id);
  const rotating = openTestStore(harness.url, [newKey, TEST_KEY]);
  await rotating.cleanup.purge();
  await rotating.close();
  const rotated = openTestStore(harness.url, [newKey]);
  const restored = await rotated.routers.restore(workspaceId, "r", 1);
  expect(restored?.routes[0]?.fallbackVariantIds).toEqual(["c", "a"]);
  const served = (await rotated.routers.serving(workspaceId, "r"))?.routes[0]?.variants ?? [];
  expect(served.map(({ id, upstream: { apiKey, headers } }) => [id, apiKey, headers])).toEqual([
    ["a", "sk-a", { "api-key": "one" }],
    ["b", null, { "api-key": "two" }],
    ["c", "sk-c", undefined],
  ]);
  await rotated.close();
  await harness.close();
});
