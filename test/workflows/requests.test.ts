// Sync requests: each is served by a run whose high watermarks were fixed after it arrived; many coalesce, none is
// dropped.
import { beforeAll, describe, expect, it } from "vitest";
import { createIntegrationControl } from "../../src/client/index.ts";
import { pauseSignal, resumeSignal, syncNowSignal } from "../../src/workflows/messages.ts";
import { FakeSync } from "../support/workflows/fakeSync.ts";
import { startTimeSkipping } from "../support/workflows/servers.ts";
import { idle, quietRuntime, scenario, passTimeUntil, withWorker } from "../support/workflows/scenario.ts";

beforeAll(quietRuntime);

/** Which finished run served a request. */
function servedBy(fake: FakeSync, requestId: string) {
  return fake.finishedRuns.filter((run) => run.requestIds.includes(requestId));
}

describe("sync requests", () => {
  it("starts a run long before one is due", async () => {
    await scenario(async (current) => {
      const { fake, handle } = current;
      await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
      await handle.signal(syncNowSignal, "now");
      await passTimeUntil(current, () => servedBy(fake, "now").length === 1, "the run asked for");
      expect(fake.finishedRuns).toHaveLength(2);
      await handle.cancel();
    });
  });

  it("starts one run, not runs for ever, for a request that was served before", async () => {
    await scenario(async (current) => {
      const { fake, handle } = current;
      await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
      await handle.signal(syncNowSignal, "again");
      await passTimeUntil(current, () => servedBy(fake, "again").length === 1, "the run asked for");
      await handle.signal(syncNowSignal, "again");
      await passTimeUntil(current, () => fake.finishedRuns.length === 3, "the run of the repeated request");
      await idle(current);
      expect(fake.finishedRuns).toHaveLength(3);
      await handle.cancel();
    });
  });

  it("serves requests that come in mid-run by one more run right behind, all of them together", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 2, "both runs");
        const [first, second] = fake.finishedRuns;
        expect(first!.requestIds).toEqual([]);
        expect(second!.requestIds).toEqual(["a", "b", "c"]);
        // The high watermarks of the run that serves the requests were fixed after the signals.
        const seals = fake.calls.filter((call) => call.name === "aggregateExposures");
        const firstBatch = fake.calls.find((call) => call.name === "exportBatch");
        expect(seals).toHaveLength(2);
        expect(seals[1]!.atMs).toBeGreaterThanOrEqual(firstBatch!.atMs);
        await handle.cancel();
      },
      {
        arrange: (fake, handle) => {
          fake.before.exportBatch = async (_, call) => {
            if (call !== 1) return;
            for (const id of ["a", "b", "c", "b"]) await handle.signal(syncNowSignal, id);
          };
        },
      },
    );
  });

  it("joins a run whose high watermarks are not fixed yet", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
        expect(fake.finishedRuns[0]!.requestIds).toEqual(["early"]);
        await idle(current);
        expect(fake.finishedRuns).toHaveLength(1);
        await handle.cancel();
      },
      {
        arrange: (fake, handle) => {
          fake.before.loadConfig = async (_, call) => {
            if (call === 1) await handle.signal(syncNowSignal, "early");
          };
        },
      },
    );
  });

  it("keeps a request made by hand while paused until it is resumed", async () => {
    await scenario(async (current) => {
      const { fake, handle } = current;
      await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
      await handle.signal(pauseSignal);
      await handle.signal(syncNowSignal);
      await current.env.sleep("2 days");
      expect(fake.finishedRuns).toHaveLength(1);
      await handle.signal(resumeSignal);
      await passTimeUntil(current, () => fake.finishedRuns.length === 2, "the kept request");
      expect(fake.finishedRuns[1]!.requestIds).toHaveLength(1);
      await handle.cancel();
    });
  });

  it("keeps a request made with no worker up, starting the workflow by it", async () => {
    const env = await startTimeSkipping();
    const fake = new FakeSync(() => env.currentTimeMs());
    const control = createIntegrationControl(env.client, "queue-no-worker");
    const ref = { integrationId: "no-worker", workspaceId: "workspace", provider: "mixpanel" as const };
    await control.syncNow(ref, "first");
    await control.syncNow(ref, "second");
    expect(fake.calls).toHaveLength(0);
    await withWorker(env, fake, "queue-no-worker", async () => {
      await passTimeUntil({ env }, () => servedBy(fake, "second").length === 1, "the kept requests");
      expect(servedBy(fake, "first")).toHaveLength(1);
      await control.end("no-worker");
    });
    expect(await control.status("never-started")).toBeNull();
    await env.teardown();
  });
});
