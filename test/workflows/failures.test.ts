// Failures become states that people can see; they stop neither the other direction nor the next run, and the workflow
// never fails.
import { ApplicationFailure } from "@temporalio/common";
import { beforeAll, describe, expect, it } from "vitest";
import { NO_TURN } from "../../src/domain/errors.ts";
import type { ImportPageInput } from "../../src/activities/contract.ts";
import { configChangedSignal, syncNowSignal } from "../../src/workflows/messages.ts";
import { eventually } from "../support/eventually.ts";
import { failing, HOUR_MS } from "../support/workflows/fakeSync.ts";
import { idle, quietRuntime, scenario, passTimeUntil, statusOf } from "../support/workflows/scenario.ts";

beforeAll(quietRuntime);

const DAY_MS = 24 * HOUR_MS;

describe("failures", () => {
  it("shows a revoked credential, lets the other direction go on, and heals with new credentials at once", async () => {
    let revoked = true;
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
        await idle(current);
        expect(fake.finishedRuns[0]!.finished?.outcome).toBe("partial");
        expect(fake.delivered.size).toBe(fake.sealed);
        expect(fake.count("importPage")).toBe(1);
        const status = await statusOf(current);
        expect(status).toMatchObject({ status: "attention", errors: { export: null, import: { kind: "auth" } } });
        await passTimeUntil(current, () => fake.projection?.importError?.kind === "auth", "the error in the store");
        const changedAtMs = await current.env.currentTimeMs();
        revoked = false;
        fake.syncVersion++;
        await handle.signal(configChangedSignal);
        await passTimeUntil(current, () => fake.finishedRuns.length === 2, "the run with new credentials");
        expect(fake.finishedRuns[1]!.startedAtMs - changedAtMs).toBeLessThan(60_000);
        expect(fake.finishedRuns[1]!.finished?.outcome).toBe("succeeded");
        await passTimeUntil(current, () => fake.projection?.importError === null, "the error to go away");
        await handle.cancel();
      },
      { arrange: (fake) => (fake.before.importPage = () => void (revoked && raise("auth"))) },
    );
  });

  it("waits for its turn for as long as that takes, without an error", async () => {
    const refusals = 60;
    const refuse = (_: unknown, call: number) => {
      if (call <= refusals) throw ApplicationFailure.create({ type: NO_TURN, message: "no", nextRetryDelay: "15 s" });
    };
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the run");
        expect(fake.finishedRuns[0]!.finished!.outcome).toBe("succeeded");
        expect(fake.count("exportBatch")).toBeGreaterThan(refusals);
        await handle.cancel();
      },
      { arrange: (fake) => Object.assign(fake.before, { exportBatch: refuse, importPage: refuse }) },
    );
  });

  it("tries again minutes after an outage, waiting longer each time, and keeps the start of the error", async () => {
    let down = true;
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await current.env.sleep(3 * HOUR_MS);
        const failed = fake.finishedRuns;
        expect(failed.length).toBeGreaterThanOrEqual(4);
        expect(failed.every((run) => run.finished!.outcome === "failed")).toBe(true);
        const pauses = failed.slice(1).map((run, i) => run.startedAtMs - failed[i]!.finished!.atMs);
        expect(pauses.slice(0, 3).map((ms) => Math.round(ms / 60_000))).toEqual([5, 10, 20]);
        const since = failed.map(
          (run) => run.directions.find((direction) => direction.direction === "export")?.error?.sinceMs,
        );
        expect(new Set(since).size).toBe(1);
        down = false;
        await passTimeUntil(
          current,
          () => fake.finishedRuns.at(-1)!.finished!.outcome === "succeeded",
          "the healed run",
        );
        expect(fake.delivered.size).toBe(fake.sealed);
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          fake.before.exportBatch = () => void (down && raise("transient"));
          fake.before.planImport = () => void (down && raise("transient"));
        },
      },
    );
  });

  it("shows the error of an event while the run goes on", async () => {
    let shown: string[] = [];
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
        expect(shown).toEqual(["refund"]);
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          fake.events = ["purchase", "refund"];
          fake.before.importPage = async (input: { task: { events: string[] } }) => {
            if (input.task.events.includes("refund")) raise("schema");
            const read = () => Object.keys(fake.projection?.eventErrors ?? {});
            shown = await eventually(read, (names) => names.length > 0, 10_000);
          };
        },
      },
    );
  });

  it("marks the failing event alone and reads the others to the high watermark", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
        await idle(current);
        const { errors, events } = await statusOf(current);
        expect(Object.keys(errors.events)).toEqual(["refund"]);
        expect(errors.import).toBeNull();
        expect(events["purchase"]!.completeThroughMs).not.toBeNull();
        expect(events["refund"]!.completeThroughMs).toBeNull();
        expect(fake.finishedRuns[0]).toMatchObject({
          finished: { outcome: "partial" },
          directions: [{ direction: "export" }, { direction: "import", outcome: "partial", failedEvents: ["refund"] }],
        });
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          fake.events = ["purchase", "refund"];
          fake.before.importPage = (input: { task: { events: string[] } }) =>
            void (input.task.events.includes("refund") && raise("schema"));
        },
      },
    );
  });

  it("leaves out a page that cannot be read, however small it gets, reads all others, and tries the gap again", async () => {
    let broken = true;
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
        await idle(current);
        const [run] = fake.finishedRuns;
        expect(run).toMatchObject({ finished: { outcome: "partial" } });
        expect(fake.gaps).toMatchObject([
          { pageHalvings: 7, error: { kind: "transient" }, task: { events: ["purchase"] } },
        ]);
        const { errors, events } = await statusOf(current);
        expect(errors).toEqual({ export: null, import: null, events: {} });
        expect(events["purchase"]!.completeThroughMs).not.toBeNull();
        // The next page is asked for at its full size again once one was read.
        fake.ranges = [{ id: 7, events: ["purchase"] }];
        await handle.signal(syncNowSignal, "second");
        await passTimeUntil(current, () => fake.finishedRuns.length === 2, "the run that finds the gap as before");
        expect(fake.finishedRuns[1]!.finished?.outcome).toBe("partial");
        broken = false;
        fake.ranges = [{ id: 8, events: ["purchase"] }];
        await handle.signal(syncNowSignal, "third");
        await passTimeUntil(current, () => fake.finishedRuns.length === 3, "the run that reads the gap");
        expect(fake.finishedRuns[2]!.finished?.outcome).toBe("succeeded");
        expect(fake.ranges).toEqual([]);
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          fake.smallestPageHalvings = 7;
          fake.before.importPage = ({ task }: ImportPageInput) => {
            const isBroken = task.ranges === undefined ? task.progress.unfinished?.position === 1 : true;
            if (broken && isBroken) raise("transient");
          };
        },
      },
    );
  });

  it("takes five unreadable pages in a row for an outage: the import fails for this run", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
        await idle(current);
        expect(fake.finishedRuns[0]!.directions[1]).toMatchObject({ outcome: "failed", failedEvents: ["purchase"] });
        expect(fake.gaps).toHaveLength(4);
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          fake.pagesPerPass = 30;
          fake.smallestPageHalvings = 1;
          fake.before.importPage = () => raise("schema");
        },
      },
    );
  });

  it.each(["auth", "permission", "not_found"] as const)("never leaves a gap because of %s", async (kind) => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
        expect(fake.count("importPage")).toBe(1);
        expect(fake.count("leaveGap")).toBe(0);
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          fake.smallestPageHalvings = 0;
          fake.before.importPage = () => raise(kind);
        },
      },
    );
  });

  it("waits durably for a rate limit and goes on where it stopped", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
        const run = fake.finishedRuns[0]!;
        expect(run.finished!.outcome).toBe("succeeded");
        expect(run.finished!.atMs - run.startedAtMs).toBeGreaterThanOrEqual(HOUR_MS);
        expect([...fake.delivered.values()].every((times) => times === 1)).toBe(true);
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          const page = fake.importPage.bind(fake);
          fake.importPage = async (input) =>
            fake.count("importPage") === 2
              ? { progress: input.task.progress, retryAtMs: (await fake.nowMs()) + HOUR_MS }
              : await page(input);
        },
      },
    );
  });

  it("survives a store that cannot be reached for a day without failing or losing a run", async () => {
    let down = false;
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the first run");
        down = true;
        await current.env.sleep(DAY_MS);
        const before = fake.finishedRuns.length;
        expect((await handle.describe()).status.name).toBe("RUNNING");
        down = false;
        await passTimeUntil(current, () => fake.finishedRuns.length > before, "the run after the outage");
        expect(fake.delivered.size).toBe(fake.sealed);
        await handle.cancel();
      },
      {
        arrange: (fake) => {
          for (const name of ["loadConfig", "startRun", "finishRun", "projectStatus"] as const) {
            fake.before[name] = () => void (down && raise("transient"));
          }
        },
      },
    );
  });

  it("ends as completed when the configuration is gone, as cancelled when it is told to", async () => {
    await scenario(async (current) => {
      await passTimeUntil(current, () => current.fake.finishedRuns.length === 1, "the first run");
      current.fake.deleted = true;
      await current.handle.signal(configChangedSignal);
      await current.handle.result();
      expect((await current.handle.describe()).status.name).toBe("COMPLETED");
    });
    await scenario(async (current) => {
      await passTimeUntil(current, () => current.fake.finishedRuns.length === 1, "the first run");
      await current.handle.cancel();
      await expect(current.handle.result()).rejects.toThrow("cancelled");
      expect((await current.handle.describe()).status.name).toBe("CANCELLED");
    });
  });
});

function raise(kind: Parameters<typeof failing>[0]): never {
  throw failing(kind);
}
