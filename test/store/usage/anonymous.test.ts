// Calls without a user, written by several servers while sealing folds calls with a user: nobody waits for anybody for
// ever, and the sums are those of all calls.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Exposure } from "../../../src/domain/exposure.ts";
import type { AnonymousUsage } from "../../../src/domain/usage.ts";
import { HOUR_MS, newWorkspace } from "../../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../../support/store/storeDatabase.ts";

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await makePostgresHarness();
});
afterAll(() => harness.close());

const ROUNDS = 60;
const VARIANTS = ["a", "b", "c", "d", "Z", "é", "ü", "\u{1F600}", "\uFF5E"];

const usageOf = (variantId: string): AnonymousUsage => ({
  aliasId: "alias",
  routeId: "route",
  variantId,
  assigned: 3,
  served: 2,
  failed: 1,
  fallbacks: 0,
  inputTokens: 7,
  outputTokens: 0,
  tokenCalls: 2,
  costUsd: 0.25,
  costCalls: 2,
  latenciesMs: [10, 1_000, 100],
  ttftsMs: [5],
});
const exposureOf = (variantId: string, userId: string): Exposure => ({
  aliasId: "alias",
  routeId: "route",
  variantId,
  userId,
  exposedAtMs: null,
  call: {
    id: null,
    tells: "both",
    assignedVariantId: null,
    routerVersion: 1,
    failed: false,
    inputTokens: 1,
    outputTokens: 1,
    costUsd: 0.5,
    latencyMs: 100,
    ttftMs: 10,
  },
});

test("servers and the sealer write the same hour at once", async () => {
  const { store } = harness;
  const workspaceId = await newWorkspace(store);
  const times = async (work: (round: number) => Promise<unknown>) => {
    for (let round = 0; round < ROUNDS; round++) await work(round);
  };
  const turned = (round: number) => [
    ...VARIANTS.slice(round % VARIANTS.length),
    ...VARIANTS.slice(0, round % VARIANTS.length),
  ];
  const server = (direction: 1 | -1) =>
    times((round) => {
      const order = direction === 1 ? turned(round) : turned(round).toReversed();
      return store.usage.addAnonymous(workspaceId, order.map(usageOf));
    });
  const sealer = times(async (round) => {
    await store.exposures.ingest(
      workspaceId,
      turned(round).map((id) => exposureOf(id, `u${round}`)),
    );
    await store.exposures.seal(workspaceId);
  });
  await Promise.all([server(1), server(-1), server(1), sealer]);
  const nowMs = await store.nowMs();
  const range = { fromMs: nowMs - 2 * HOUR_MS, toMs: nowMs + HOUR_MS, routeId: null };
  const variants = await store.usage.variants(workspaceId, "alias", range);
  expect(variants?.map(({ variantId }) => variantId).toSorted()).toEqual(VARIANTS.toSorted());
  for (const variant of variants ?? []) {
    expect(variant).toMatchObject({
      assigned: ROUNDS,
      served: ROUNDS,
      failed: 3 * ROUNDS,
      withoutUser: 9 * ROUNDS,
      users: ROUNDS,
      inputTokens: 22 * ROUNDS,
      tokenCalls: 7 * ROUNDS,
      costUsd: 1.25 * ROUNDS,
      costCalls: 7 * ROUNDS,
    });
  }
}, 60_000);
