// Rejected buckets that are sent again: first in the run that serves the request, and no hindrance to the others.
import { beforeAll, describe, expect, it } from "vitest";
import { syncNowSignal } from "../../src/workflows/messages.ts";
import { failing } from "../support/workflows/fakeSync.ts";
import { passTimeUntil, quietRuntime, scenario } from "../support/workflows/scenario.ts";

beforeAll(quietRuntime);

describe("rejected buckets that are sent again", () => {
  it("go before the others, once, in a run that was asked for; other runs ask for nothing", async () => {
    await scenario(async (current) => {
      const { fake, handle } = current;
      await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
      expect(fake.count("resendRejected")).toBe(0);
      fake.marked = 3;
      await handle.signal(syncNowSignal, "again");
      await passTimeUntil(current, () => fake.finishedRuns.length === 2, "the run asked for");
      const runId = fake.finishedRuns[1]?.runId;
      const names = fake.calls
        .filter(({ input }) => (input as { runId?: string }).runId === runId)
        .map(({ name }) => name);
      expect(names.filter((name) => name === "resendRejected" || name === "exportBatch")).toEqual([
        "resendRejected",
        "exportBatch",
        "exportBatch",
      ]);
      expect([fake.resent, fake.marked]).toEqual([3, 0]);
      expect(fake.finishedRuns[1]).toMatchObject({ requestIds: ["again"], finished: { outcome: "succeeded" } });
      await handle.signal(syncNowSignal, "once more");
      await passTimeUntil(current, () => fake.finishedRuns.length === 3, "a steady run");
      expect(fake.count("resendRejected")).toBe(1);
      await handle.cancel();
    });
  });

  it("are in the run of a request that comes while the configuration is read", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the run");
        expect(fake.finishedRuns[0]?.requestIds).toEqual(["early"]);
        expect(fake.resent).toBe(3);
        await handle.cancel();
      },
      {
        arrange: (fake, handle) => {
          fake.before.loadConfig = async (_, call) => {
            if (call !== 1) return;
            fake.marked = 3;
            await handle.signal(syncNowSignal, "early");
          };
        },
      },
    );
  });

  it("make the export partial if they are refused as a whole; the others are delivered, the next run tries again", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
        expect(fake.delivered.size).toBe(fake.sealed);
        expect(fake.finishedRuns[0]).toMatchObject({
          directions: [{ direction: "export", outcome: "partial", error: { kind: "schema" } }, {}],
          finished: { outcome: "partial" },
        });
        expect(fake.projection?.exportError).toMatchObject({ kind: "schema" });
        await handle.signal(syncNowSignal, "mended");
        await passTimeUntil(current, () => fake.finishedRuns.length === 2, "the second run");
        expect(fake.resent).toBe(3);
        expect(fake.projection?.exportError).toBeNull();
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          fake.marked = 3;
          fake.before.resendRejected = (_, call) => {
            if (call === 1) throw failing("schema");
          };
        },
      },
    );
  });

  it("wait for a rate limit and go on", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the run");
        expect(fake.count("resendRejected")).toBe(2);
        expect(fake.finishedRuns[0]).toMatchObject({ finished: { outcome: "succeeded" } });
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          fake.marked = 3;
          fake.resendRetryAtMs = 1;
        },
      },
    );
  });
});
