// What all bulk activities share: a step without progress is ended, and keeps its turn while it goes on all the same.
import { MockActivityEnvironment } from "@temporalio/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createTurns } from "../../src/activities/turns.ts";
import { wrapBulk, wrapWatched } from "../../src/activities/wrapper.ts";

test("a stalled step that does not heed its end keeps its turn until it ends", async () => {
  const turns = createTurns({ atOnce: 1, perWorkspace: 1 });
  let end = () => {};
  const hanging = () => new Promise<void>((resolve) => (end = resolve));
  const activity = wrapBulk({ heartbeatTimeoutMs: 60_000, stallTimeoutMs: 2_000, turns }, hanging);
  await expect(new MockActivityEnvironment().run(activity, undefined)).rejects.toThrow("no progress");
  let isTaken = false;
  const next = turns.take("other", new AbortController().signal).then((release) => {
    isTaken = true;
    release();
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isTaken).toBe(false);
  end();
  await next;
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
