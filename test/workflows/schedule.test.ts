// When runs start: weeks of them, spread by jitter, never while paused, never lost.
import { beforeAll, describe, expect, it } from "vitest";
import { nextRunAtMs, spreadOf } from "../../src/domain/schedule.ts";
import { configChangedSignal, pauseSignal, resumeSignal, syncNowSignal } from "../../src/workflows/messages.ts";
import { initialState } from "../../src/workflows/state.ts";
import { INTERVAL_MS, HOUR_MS, JITTER_MS } from "../support/workflows/fakeSync.ts";
import { idle, quietRuntime, scenario, passTimeUntil, statusOf } from "../support/workflows/scenario.ts";

beforeAll(quietRuntime);

const WEEK_MS = 7 * 24 * HOUR_MS;

describe("the schedule of runs", () => {
  it("starts a run about every eight hours for weeks, each integration at its own offset", async () => {
    for (const [integrationId, spanMs] of [
      ["weeks-a", 2 * WEEK_MS],
      ["weeks-b", WEEK_MS / 7],
    ] as const) {
      await scenario(
        async ({ fake, handle, env }) => {
          await env.sleep(spanMs);
          const starts = fake.finishedRuns.map((run) => run.startedAtMs);
          expect(starts.length).toBeGreaterThanOrEqual(Math.floor(spanMs / INTERVAL_MS));
          expect(starts.length).toBeLessThanOrEqual(Math.ceil(spanMs / INTERVAL_MS) + 1);
          starts.slice(1).forEach((start, i) => {
            const dueMs = nextRunAtMs(starts[i]!, integrationId, INTERVAL_MS);
            expect(start).toBeGreaterThanOrEqual(dueMs);
            expect(start).toBeLessThan(dueMs + 60_000);
          });
          const status = await statusOf({ env, handle });
          expect(status.nextRunAtMs).toBe(nextRunAtMs(starts.at(-1)!, integrationId, INTERVAL_MS));
          expect(fake.projection?.nextRunAtMs).toBe(status.nextRunAtMs);
          expect([...fake.delivered.values()].every((times) => times === 1)).toBe(true);
          expect(fake.delivered.size).toBe(fake.sealed);
          await handle.cancel();
        },
        { integrationId },
      );
    }
    expect(nextRunAtMs(0, "weeks-a", INTERVAL_MS)).not.toBe(nextRunAtMs(0, "weeks-b", INTERVAL_MS));
  });

  it("spreads a run that an execution finds late when it begins", async () => {
    const integrationId = Array.from({ length: 20 }, (_, i) => `late-${i}`).find(
      (id) => spreadOf(id, JITTER_MS) > JITTER_MS / 2,
    )!;
    const lastRunStartedAtMs = Date.now() - 2 * INTERVAL_MS;
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the late run");
        const waitedMs = fake.finishedRuns[0]!.startedAtMs - (lastRunStartedAtMs + 2 * INTERVAL_MS);
        expect(waitedMs).toBeGreaterThan(JITTER_MS / 2);
        await handle.cancel();
      },
      { integrationId, state: { ...initialState(), servedSyncVersion: 1, lastRunStartedAtMs } },
    );
  });

  it("takes over a pause and a resume whose own signals were lost", async () => {
    await scenario(async (current) => {
      const { fake, handle } = current;
      await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
      const isPaused = async () => (await statusOf(current)).status === "paused";
      fake.paused = true;
      await handle.signal(configChangedSignal);
      await passTimeUntil(current, isPaused, "the pause");
      fake.paused = false;
      await handle.signal(configChangedSignal);
      await passTimeUntil(current, async () => !(await isPaused()), "the resume");
      // The store's own stands: nothing was written over it.
      expect([fake.paused, fake.projection?.paused]).toEqual([false, null]);
      await handle.cancel();
    });
  });

  it("takes over a resume whose signal was lost while the pause before was not written yet", async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    let isHeld = false;
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
        isHeld = true;
        const writes = fake.count("projectStatus");
        await handle.signal(pauseSignal);
        await passTimeUntil(current, () => fake.count("projectStatus") > writes, "the write of the pause");
        fake.paused = false;
        fake.pauseVersion++;
        await handle.signal(configChangedSignal);
        const isPaused = async () => (await statusOf(current)).status === "paused";
        await passTimeUntil(current, async () => !(await isPaused()), "the resume");
        isHeld = false;
        release();
        await passTimeUntil(current, () => fake.finishedRuns.length === 2, "the next run");
        expect(fake.paused).toBe(false);
        await handle.cancel();
      },
      { arrange: (fake) => (fake.before.projectStatus = () => (isHeld ? released : undefined)) },
    );
  });

  it("goes by the version of pauses and resumes that the store has too, also if one comes late", async () => {
    await scenario(async (current) => {
      const { fake, handle } = current;
      await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
      const isPaused = async () => (await statusOf(current)).status === "paused";
      Object.assign(fake, { paused: true, pauseVersion: 5 });
      await handle.signal(pauseSignal, 5);
      await passTimeUntil(current, isPaused, "the pause");
      Object.assign(fake, { paused: false, pauseVersion: 6 });
      await handle.signal(resumeSignal, 6);
      await passTimeUntil(current, async () => !(await isPaused()), "the resume");
      const reads = fake.count("loadConfig");
      await handle.signal(pauseSignal, 5);
      await passTimeUntil(current, () => fake.count("loadConfig") > reads, "another look");
      await passTimeUntil(current, () => fake.finishedRuns.length === 2, "the next run");
      expect(fake.paused).toBe(false);
      await handle.cancel();
    });
  });

  it("starts no run while paused, even across a due one, and catches up at once when resumed", async () => {
    await scenario(async (current) => {
      const { fake, handle } = current;
      await idle(current);
      await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
      await handle.signal(pauseSignal);
      await current.env.sleep(3 * 24 * HOUR_MS);
      expect(fake.finishedRuns).toHaveLength(1);
      expect(fake.projection).toMatchObject({ paused: true, nextRunAtMs: null });
      expect((await statusOf(current)).status).toBe("paused");
      const resumedAtMs = await current.env.currentTimeMs();
      await handle.signal(resumeSignal);
      await passTimeUntil(current, () => fake.finishedRuns.length === 2, "the overdue run");
      expect(fake.finishedRuns[1]!.startedAtMs - resumedAtMs).toBeLessThan(60_000);
      await handle.cancel();
    });
  });

  it("runs nothing while both directions are off, except a run that is asked for", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await current.env.sleep(3 * 24 * HOUR_MS);
        expect(fake.runs).toHaveLength(0);
        expect((await statusOf(current)).nextRunAtMs).toBeNull();
        await handle.signal(syncNowSignal, "asked");
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the run asked for");
        expect(fake.finishedRuns[0]).toMatchObject({
          requestIds: ["asked"],
          directions: [],
          finished: { outcome: "nothing_to_do" },
        });
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          fake.exportEnabled = false;
          fake.importEnabled = false;
        },
      },
    );
  });
});
