// What all bulk activities share: whose turn it takes, and that a step that was told to end keeps its turn for a while.
import { MockActivityEnvironment } from "@temporalio/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createTurns } from "../../src/activities/turns.ts";
import { wrapBulk, wrapWatched } from "../../src/activities/wrapper.ts";
import { eventually } from "../support/eventually.ts";

const STAYS = new AbortController().signal;
const LONG = { heartbeatTimeoutMs: 60_000, stallTimeoutMs: 60_000 };
const oneTurn = () => createTurns({ atOnce: 1, perWorkspace: 1, waitingPerWorkspace: 1 });
const nothing = async () => {};

/** A step that goes on, whatever it is told, until `end`. */
function hanging() {
  let end = () => {};
  return { body: () => new Promise<void>((resolve) => (end = resolve)), end: () => end() };
}

/** Whether another workspace has had the turn. */
function nextTurn(turns: ReturnType<typeof oneTurn>) {
  const state = { isTaken: false };
  void turns.take("other", STAYS).then(() => (state.isTaken = true));
  return state;
}

test("a stalled step that does not heed its end keeps its turn until it ends", async () => {
  const turns = oneTurn();
  const { body, end } = hanging();
  const activity = wrapBulk({ ...LONG, stallTimeoutMs: 2_000, turns }, body);
  await expect(new MockActivityEnvironment().run(activity, undefined)).rejects.toThrow("no progress");
  const next = nextTurn(turns);
  await new Promise((resolve) => setImmediate(resolve));
  expect(next.isTaken).toBe(false);
  end();
  await eventually(() => next.isTaken);
});

test("a step that was cancelled as it began gives its turn back after a while, though it goes on", async () => {
  const environment = new MockActivityEnvironment();
  const turns = oneTurn();
  // It was cancelled after it was given its turn, and before it began.
  const take: typeof turns.take = async (workspaceId, signal) => {
    const release = await turns.take(workspaceId, signal);
    environment.cancel("CANCELLED");
    return release;
  };
  const activity = wrapBulk({ ...LONG, stallTimeoutMs: 500, turns: { take } }, hanging().body);
  await expect(environment.run(activity, undefined)).rejects.toThrow("CANCELLED");
  const next = nextTurn(turns);
  await eventually(() => next.isTaken);
});

test("without a key of the workspace, also with an empty one, each integration is by itself", async () => {
  const asked: string[] = [];
  const turns = {
    take: async (workspaceId: string) => {
      asked.push(workspaceId);
      return () => undefined;
    },
  };
  const activity = wrapBulk({ ...LONG, turns }, nothing);
  const workflowExecution = { workflowId: "integration-1", runId: "r" };
  for (const priority of [{ fairnessKey: "w" }, { fairnessKey: "" }, undefined]) {
    await new MockActivityEnvironment({ workflowExecution, ...(priority && { priority }) }).run(activity, undefined);
  }
  expect(asked).toEqual(["w", "integration-1", "integration-1"]);
});

test("a step too many is not begun, and says when to try again", async () => {
  const turns = oneTurn();
  const environment = () => new MockActivityEnvironment({ priority: { fairnessKey: "w" } });
  const { body, end } = hanging();
  const first = environment().run(wrapBulk({ ...LONG, turns }, body), undefined);
  const second = environment().run(wrapBulk({ ...LONG, turns }, nothing), undefined);
  const third = environment().run(wrapBulk({ ...LONG, turns }, nothing), undefined);
  await expect(third).rejects.toMatchObject({
    type: "NoTurn",
    nonRetryable: false,
    nextRetryDelay: expect.any(Number),
  });
  end();
  await Promise.all([first, second]);
});

describe("the watchdog of progress", () => {
  const STALL_MS = 60_000;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** An activity whose steps end when the test says so. */
  function startSteps(steps: number) {
    const environment = new MockActivityEnvironment();
    let beats = 0;
    environment.on("heartbeat", () => beats++);
    let endStep = () => {};
    const seen: { signal?: AbortSignal } = {};
    const activity = wrapWatched(
      { heartbeatTimeoutMs: 20_000, stallTimeoutMs: STALL_MS },
      async (_: undefined, { signal, heartbeat }) => {
        seen.signal = signal;
        for (let i = 0; i < steps; i++) {
          await new Promise<void>((resolve) => (endStep = resolve));
          heartbeat();
        }
        return "done";
      },
    );
    const result = environment.run(activity, undefined);
    // Its rejection is looked at later.
    result.catch(() => {});
    return { result, seen, beats: () => beats, endStep: () => endStep() };
  }

  test("lets a step go on that is slow", async () => {
    const { result, endStep } = startSteps(5);
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(STALL_MS * 0.9);
      endStep();
    }
    expect(await result).toBe("done");
  });

  test("ends a step that makes none, which heartbeats until then and is told to end", async () => {
    const { result, seen, beats, endStep } = startSteps(2);
    await vi.advanceTimersByTimeAsync(STALL_MS * 0.9);
    endStep();
    await vi.advanceTimersByTimeAsync(STALL_MS * 0.9);
    expect(seen.signal!.aborted).toBe(false);
    const alive = beats();
    expect(alive).toBeGreaterThan(10);
    await vi.advanceTimersByTimeAsync(STALL_MS * 0.2);
    await expect(result).rejects.toMatchObject({ type: "transient", message: expect.stringContaining("60 seconds") });
    expect(seen.signal!.aborted).toBe(true);
    const ended = beats();
    await vi.advanceTimersByTimeAsync(STALL_MS);
    expect(beats()).toBe(ended);
  });
});
