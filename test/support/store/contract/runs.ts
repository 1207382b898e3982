// Runs, sync requests, and shared request budgets.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Store } from "../../../../src/store/store.ts";
import { HOUR_MS, newIntegration, readAll, reread, type GetHarness } from "./harness.ts";

export function runTests(get: GetHarness): void {
  test("a run is listed from its start, newest first; what is finished stays finished", async () => {
    const { store } = get();
    const integration = await newIntegration(store);
    const { id, workspaceId } = integration;
    const run = (runId: string, startedAtMs: number) => ({
      integrationId: id,
      runId,
      startedAtMs,
      requestIds: [],
      directions: [],
      finished: null,
    });
    await store.runs.record(run("one", 10));
    expect(await reread(store, integration)).toMatchObject({
      status: "syncing",
      lastRun: { id: "one", finishedAtMs: null },
    });
    const error = { kind: "auth" as const, message: "Refused", sinceMs: 3 };
    const directions = [
      { direction: "import" as const, outcome: "failed" as const, error, failedEvents: ["purchase"] },
    ];
    await store.runs.record({ ...run("one", 10), directions, finished: { atMs: 20, outcome: "failed" } });
    await store.runs.record(run("one", 10));
    await store.runs.record(run("two", 10));
    await store.runs.record(run("three", 30));
    const listed = await readAll((page) => store.runs.list(workspaceId, id, page), 1);
    expect(listed.map((found) => [found.id, found.outcome])).toEqual([
      ["three", null],
      ["two", "failed"],
      ["one", "failed"],
    ]);
    expect(listed[2]).toMatchObject({
      startedAtMs: 10,
      finishedAtMs: 20,
      directions: [{ ...directions[0], records: 0, rejected: 0 }],
    });
  });

  test("a request goes from queued to running to done; a lost run gives its requests back", async () => {
    const { store } = get();
    const { id, workspaceId } = await newIntegration(store);
    const a = await request(store, workspaceId, id);
    expect(await request(store, workspaceId, id)).toBe(a);
    const state = (requestId: string) => store.runs.getRequest(workspaceId, id, requestId);
    const run = (runId: string, startedAtMs: number, requestIds: string[]) => ({
      integrationId: id,
      runId,
      startedAtMs,
      requestIds,
      directions: [{ direction: "export" as const, outcome: null }],
      finished: null,
    });
    expect(await state(a)).toEqual({ status: "queued", runId: null, outcome: null });
    await store.runs.record(run("lost", 1, [a]));
    expect(await state(a)).toEqual({ status: "running", runId: "lost", outcome: null });
    await store.runs.record(run("next", 2, ["by hand"]));
    expect(await state(a)).toEqual({ status: "running", runId: "next", outcome: null });
    const finished = { atMs: 3, outcome: "partial" as const };
    await store.runs.record({ ...run("next", 2, [a, "by hand"]), finished });
    for (const done of [a, "by hand"])
      expect(await state(done)).toEqual({ status: "done", runId: "next", outcome: "partial" });
    // A try of the start that arrives late changes nothing.
    await store.runs.record(run("next", 2, [a]));
    expect(await state(a)).toEqual({ status: "done", runId: "next", outcome: "partial" });
    expect(await state("unknown\0")).toBeNull();
    const lost = (await store.runs.list(workspaceId, id, { cursor: null, limit: 9 }))?.items.find(
      (found) => found.id === "lost",
    );
    expect(lost).toMatchObject({ outcome: "failed", directions: [{ direction: "export", outcome: "failed" }] });
    await store.integrations.setPaused(workspaceId, id, true);
    expect(await store.runs.request(workspaceId, id)).toBe("paused");
  });
}

async function request(store: Store, workspaceId: string, id: string): Promise<string> {
  const made = await store.runs.request(workspaceId, id);
  if (made === null || made === "paused") throw new Error("There is no request.");
  return made.requestId;
}

const BUDGET = { maxPerHour: 60, maxPerSecond: 3, reservedPerHour: 10 };

export function budgetTests(get: GetHarness): void {
  /** Several take at once at every moment that one was told of, on a clock that stands still between; the times of all grants. */
  async function takeFor(key: string, kind: "backfill" | "increment", durationMs: number): Promise<number[]> {
    const { store, freeze, advance } = get();
    await freeze();
    const granted: number[] = [];
    let nowMs = await store.nowMs();
    for (const endMs = nowMs + durationMs; nowMs < endMs;) {
      const takes = Array.from({ length: 3 }, () => store.budgets.take({ key, ...BUDGET }, kind, "ws"));
      const answers = await Promise.all(takes);
      const waits = answers.flatMap((answer) => (answer.granted ? [] : [answer.retryAtMs]));
      for (const answer of answers) if (answer.granted) granted.push(nowMs);
      const nextMs = Math.min(endMs, ...waits);
      expect(nextMs).toBeGreaterThan(nowMs);
      await advance(nextMs - nowMs);
      nowMs = nextMs;
    }
    return granted;
  }

  test("many takers over hours: no rolling hour holds more than 60, no second more than 3, and the budget is used", async () => {
    const granted = await takeFor("many", "increment", 2.5 * HOUR_MS);
    expect(busiest(granted, HOUR_MS)).toBe(60);
    expect(busiest(granted, 1_000)).toBeLessThanOrEqual(3);
    expect(granted).toHaveLength(3 * 60);
  });

  test("backfills leave ten of the sixty to increments", async () => {
    const { store } = get();
    expect(busiest(await takeFor("backfill", "backfill", HOUR_MS / 2), HOUR_MS)).toBe(50);
    const increments = await takeFor("backfill", "increment", HOUR_MS / 3);
    expect(increments).toHaveLength(10);
    expect(await store.budgets.take({ key: "backfill", ...BUDGET }, "backfill", "ws")).toMatchObject({
      granted: false,
    });
  });

  test("however the network delays them, up to 300 ms either way, no second at the far side holds too many", async () => {
    const { store, freeze, advance } = get();
    for (const maxPerSecond of [1, 3, 7]) {
      const budget = { key: `jitter ${maxPerSecond}`, maxPerHour: 1_000, maxPerSecond, reservedPerHour: 0 };
      await freeze();
      const granted: number[] = [];
      while (granted.length < 3 * maxPerSecond) {
        const nowMs = await store.nowMs();
        const answer = await store.budgets.take(budget, "increment", "ws");
        if (answer.granted) granted.push(nowMs);
        else await advance(answer.retryAtMs - nowMs);
      }
      const delays = fc.array(fc.integer({ min: -300, max: 300 }), {
        minLength: granted.length,
        maxLength: granted.length,
      });
      fc.assert(
        fc.property(delays, (delayMs) => {
          const arrived = granted.map((at, i) => at + (delayMs[i] ?? 0));
          expect(busiest(arrived, 1_000)).toBeLessThanOrEqual(maxPerSecond);
        }),
        // The worst case itself, whatever is drawn: everything as early as it may be but the first, which is late.
        { examples: granted.map((_, first): [number[]] => [granted.map((_at, i) => (i === first ? 300 : -300))]) },
      );
    }
  });

  test("a refusal of the far side blocks everybody until then, and nobody shortens it", async () => {
    const { store, advance } = get();
    const untilMs = (await store.nowMs()) + HOUR_MS;
    await store.budgets.block("blocked", untilMs);
    await store.budgets.block("blocked", untilMs - 1_000);
    const budget = { key: "blocked", ...BUDGET };
    expect(await store.budgets.take(budget, "increment", "ws")).toEqual({
      granted: false,
      retryAtMs: untilMs,
      reason: "blocked",
    });
    expect(await store.budgets.take({ ...budget, key: "another" }, "increment", "ws")).toMatchObject({ granted: true });
    await advance(HOUR_MS);
    expect(await store.budgets.take(budget, "increment", "ws")).toMatchObject({ granted: true });
  });

  test("a block ends early for a workspace that uses the budget, and for no other", async () => {
    const { store } = get();
    const budget = { key: "unblocked", ...BUDGET };
    const untilMs = (await store.nowMs()) + HOUR_MS;
    await store.budgets.block("unblocked", untilMs);
    await store.budgets.unblock("unblocked", "stranger");
    expect(await store.budgets.take(budget, "increment", "ws")).toMatchObject({ granted: false, reason: "blocked" });
    await store.budgets.unblock("unblocked", "ws");
    expect(await store.budgets.take(budget, "increment", "ws")).toMatchObject({ granted: true });
  });

  test("a request that was given back can be taken again", async () => {
    const { store } = get();
    const budget = { key: "given back", maxPerHour: 1, maxPerSecond: 1_000, reservedPerHour: 0 };
    const first = await store.budgets.take(budget, "increment", "ws");
    expect(await store.budgets.take(budget, "increment", "ws")).toMatchObject({ granted: false, reason: "used" });
    if (first.granted) await store.budgets.giveBack(first.leaseId);
    expect(await store.budgets.take(budget, "increment", "ws")).toMatchObject({ granted: true });
  });

  test("each of the workspaces that asked within the hour may take its share, even if another was faster", async () => {
    const { store, freeze, advance } = get();
    await freeze();
    const budget = { key: "shared", maxPerHour: 60, maxPerSecond: 1_000_000, reservedPerHour: 10 };
    const takeAll = async (workspaceId: string): Promise<number> => {
      for (let taken = 0; ; taken++) {
        await advance(10);
        if (!(await store.budgets.take(budget, "increment", workspaceId)).granted) return taken;
      }
    };
    expect(await takeAll("greedy")).toBe(60);
    expect(await takeAll("small")).toBe(0);
    await advance(HOUR_MS + 40_000 - 1_000);
    // Both have asked within the hour: half of the requests is for each.
    expect(await store.budgets.take(budget, "increment", "small")).toMatchObject({ granted: true });
    expect(await takeAll("greedy")).toBe(30);
    expect(await takeAll("small")).toBe(29);
    // A workspace that has not asked for a day has no share.
    await advance(25 * HOUR_MS);
    expect(await takeAll("small")).toBe(60);
  });

  test("a workspace that asks every few hours finds requests left, though another takes all it can", async () => {
    const { store, freeze, advance } = get();
    await freeze();
    const budget = { key: "steady", maxPerHour: 60, maxPerSecond: 1_000_000, reservedPerHour: 10 };
    const takeAll = async (workspaceId: string): Promise<number> => {
      for (let taken = 0; ; taken++) {
        await advance(10);
        if (!(await store.budgets.take(budget, "increment", workspaceId)).granted) return taken;
      }
    };
    expect(await store.budgets.take(budget, "increment", "steady")).toMatchObject({ granted: true });
    for (let run = 0; run < 3; run++) {
      await advance(3 * HOUR_MS);
      expect(await takeAll("greedy")).toBe(57);
      expect(await takeAll("steady")).toBe(3);
    }
  });
}

/** The most grants in any window of that length. */
function busiest(times: number[], windowMs: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  let [most, first] = [0, 0];
  for (const [last, at] of sorted.entries()) {
    while ((sorted[first] ?? at) <= at - windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
