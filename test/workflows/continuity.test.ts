// What carries on: pauses between pages, changed settings, restored databases, and continue-as-new with the whole
// state.
import { beforeAll, describe, expect, it, vi } from "vitest";
import { configChangedSignal, pauseSignal, resumeSignal, syncNowSignal } from "../../src/workflows/messages.ts";
import type { FakeSync } from "../support/workflows/fakeSync.ts";
import { idle, quietRuntime, scenario, passTimeUntil, statusOf } from "../support/workflows/scenario.ts";

beforeAll(quietRuntime);

function everyBucketOnce(fake: FakeSync): void {
  expect(fake.delivered.size).toBe(fake.sealed);
  expect([...fake.delivered.values()].every((times) => times === 1)).toBe(true);
}

describe("pausing", () => {
  it("stops between pages and batches, and resumes the same run there", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(
          current,
          () => fake.count("exportBatch") >= 2 && fake.count("importPage") >= 1,
          "the pause",
        );
        // Less than the interval: after more, the next run would begin right behind this one's end.
        await current.env.sleep("1 hour");
        expect(fake.count("exportBatch")).toBe(2);
        expect(fake.count("importPage")).toBeLessThanOrEqual(2);
        expect(fake.finishedRuns).toHaveLength(0);
        await handle.signal(resumeSignal);
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the same run's end");
        expect(fake.count("aggregateExposures")).toBe(1);
        expect(fake.count("importPage")).toBe(fake.pagesPerPass);
        everyBucketOnce(fake);
        await handle.cancel();
      },
      {
        arrange: (fake, handle) => {
          fake.sealPerRun = 50;
          fake.before.exportBatch = async (_, call) => void (call === 2 && (await handle.signal(pauseSignal)));
          fake.before.importPage = async () => {
            await vi.waitUntil(() => fake.count("exportBatch") >= 2, { timeout: 30_000 });
          };
        },
      },
    );
  });
});

describe("settings changed in mid-run", () => {
  it("ends a direction that was switched off at its next page, and runs one that was switched on at once", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the run");
        expect(fake.count("exportBatch")).toBe(1);
        expect(fake.delivered.size).toBe(10);
        await idle(current);
        fake.exportEnabled = true;
        fake.syncVersion++;
        await handle.signal(configChangedSignal);
        await passTimeUntil(current, () => fake.finishedRuns.length === 2, "the run of the direction switched on");
        everyBucketOnce(fake);
        await handle.cancel();
      },
      {
        arrange: (fake, handle) => {
          fake.before.exportBatch = async (_, call) => {
            if (call !== 1) return;
            fake.exportEnabled = false;
            await handle.signal(configChangedSignal);
          };
        },
      },
    );
  });
});

describe("a store restored from an older copy", () => {
  it("sends again from the earlier cursor and reads again from the earlier progress", async () => {
    await scenario(async (current) => {
      const { fake, handle } = current;
      await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
      await idle(current);
      fake.sealed = 12;
      fake.checkpointSeq = 5;
      fake.progress = {};
      await handle.signal(syncNowSignal, "restored");
      await passTimeUntil(current, () => fake.finishedRuns.length === 2, "the run after the restore");
      expect(Math.max(...fake.delivered.keys())).toBe(fake.sealed);
      expect(fake.delivered.size).toBe(fake.sealed);
      expect(fake.delivered.get(5)).toBe(1);
      expect(fake.delivered.get(6)).toBe(2);
      expect(fake.count("importPage")).toBe(2 * fake.pagesPerPass);
      await handle.cancel();
    });
  });

  it("goes back in mid-run too, and fixes a new high watermark", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the run");
        expect(fake.count("aggregateExposures")).toBe(2);
        for (let seq = 1; seq <= fake.sealed; seq++) expect(fake.delivered.get(seq)).toBeGreaterThanOrEqual(1);
        expect((await statusOf(current)).exportCursorSeq).toBe(fake.sealed);
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          fake.sealPerRun = 40;
          fake.before.exportBatch = (_, call) => {
            if (call !== 3) return;
            fake.sealed = 8;
            fake.checkpointSeq = 3;
          };
        },
      },
    );
  });
});

describe("a Temporal database restored from an older copy, or lost", () => {
  it("lets the state's earlier cursor win; a workflow that knows nothing takes the checkpoint's", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
        expect([...fake.delivered.keys()].toSorted((a, b) => a - b)[0]).toBe(31);
        fake.checkpointSeq = 1_000;
        await handle.signal(syncNowSignal, "checkpoint is ahead");
        await passTimeUntil(current, () => fake.finishedRuns.length === 2, "the next run");
        everyFrom(fake, 31);
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          fake.sealed = 30;
          fake.checkpointSeq = 30;
        },
      },
    );
  });
});

function everyFrom(fake: FakeSync, first: number): void {
  for (let seq = first; seq <= fake.sealed; seq++) expect(fake.delivered.get(seq)).toBe(1);
}
