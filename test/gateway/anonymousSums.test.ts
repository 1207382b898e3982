// Sums of calls without a user: failures and fallbacks count, an outage loses none, and stopping waits for it once.
import { expect, test } from "vitest";
import type { CallMeasures } from "../../src/domain/exposure.ts";
import type { AnonymousUsage } from "../../src/domain/usage.ts";
import { createAnonymousSums } from "../../src/gateway/anonymousSums.ts";
import type { CallOutcome, CallRecord } from "../../src/gateway/callRecord.ts";
import { UnavailableError } from "../../src/store/store.ts";

const FIGURES: CallMeasures = { inputTokens: 10, outputTokens: 5, costUsd: 0.5, latencyMs: 100, ttftMs: 20 };
const NO_FIGURES: CallMeasures = { inputTokens: null, outputTokens: null, costUsd: null, latencyMs: 7, ttftMs: null };

const callOf = (workspaceId: string, servedId: string | null): CallRecord => ({
  requestId: "req",
  workspaceId,
  routerId: "router",
  routeId: "route",
  routerVersion: 1,
  userId: null,
  assignedVariantId: "a",
  startedMs: 0,
  failedAttempts: [],
  served: servedId === null ? null : { variantId: servedId, price: null },
  status: 200,
  usage: null,
  firstTokenMs: null,
  endedMs: null,
});

function sumsOf(answer: (workspaceId: string) => Promise<void> = () => Promise.resolve()) {
  const written = new Map<string, AnonymousUsage[]>();
  const asked: string[] = [];
  const errors: unknown[] = [];
  const store = {
    async addAnonymous(workspaceId: string, usage: AnonymousUsage[]) {
      asked.push(workspaceId);
      await answer(workspaceId);
      written.set(workspaceId, [...(written.get(workspaceId) ?? []), ...structuredClone(usage)]);
    },
  };
  const sums = createAnonymousSums(store, (error) => void errors.push(error));
  const add = (workspaceId: string, servedId: string | null, outcome: CallOutcome, figures = FIGURES) =>
    sums.add(callOf(workspaceId, servedId), outcome, figures);
  return { sums, add, written, asked, errors };
}

test("failures and fallbacks are of the variant that was assigned; only answers have times", async () => {
  const { sums, add, written } = sumsOf();
  add("ws", "a", "served");
  add("ws", "b", "served");
  add("ws", null, "failed", NO_FIGURES);
  add("ws", "b", "failed");
  add("ws", null, "left", NO_FIGURES);
  await sums.stop(1_000);
  const of = (variantId: string) => written.get("ws")?.find((one) => one.variantId === variantId);
  expect(of("a")).toMatchObject({ assigned: 5, served: 1, failed: 2, fallbacks: 1, latenciesMs: [100], ttftsMs: [20] });
  expect(of("a")).toMatchObject({ inputTokens: 10, tokenCalls: 1, costUsd: 0.5, costCalls: 1 });
  // It served one, and broke off in another one after it had written tokens.
  expect(of("b")).toMatchObject({ assigned: 0, served: 1, failed: 0, fallbacks: 0, latenciesMs: [100], tokenCalls: 2 });
});

test("an outage is waited for once, however many workspaces there are, and loses nothing", async () => {
  let isDown = true;
  const { sums, add, written, asked, errors } = sumsOf(() =>
    isDown ? Promise.reject(new UnavailableError("08006", null)) : Promise.resolve(),
  );
  for (let i = 0; i < 20; i++) add(`ws${i % 10}`, "a", "served");
  await sums.stop(1_000);
  expect([asked.length, errors.length, written.size]).toEqual([1, 1, 0]);
  isDown = false;
  await sums.stop(1_000);
  expect([...written.values()].map(([one]) => one?.assigned)).toEqual(Array(10).fill(2));
});

test("one workspace that cannot be written does not keep the others", async () => {
  const { sums, add, written } = sumsOf((id) =>
    id === "ws0" ? Promise.reject(new UnavailableError("57014", null)) : Promise.resolve(),
  );
  for (let i = 0; i < 3; i++) add(`ws${i}`, "a", "served");
  await sums.stop(1_000);
  expect([...written.keys()]).toEqual(["ws1", "ws2"]);
});

test("stopping does not wait for a database that hangs", async () => {
  const { sums, add } = sumsOf(() => new Promise(() => undefined));
  add("ws", "a", "served");
  const startMs = performance.now();
  await sums.stop(50);
  expect(performance.now() - startMs).toBeLessThan(2_000);
});
