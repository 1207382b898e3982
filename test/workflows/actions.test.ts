// What a run costs in Temporal: actions as Temporal Cloud bills them, and the length of the history that sleeps.
import { beforeAll, describe, expect, it } from "vitest";
import { actionsOf, executionsOf } from "../../bench/actions.ts";
import { initialState } from "../../src/workflows/state.ts";
import { HOUR_MS } from "../support/workflows/fakeSync.ts";
import { passTimeUntil, quietRuntime, scenario } from "../support/workflows/scenario.ts";

beforeAll(quietRuntime);

const MAX_ACTIONS = 8;
/** A late run shows its new time in the store and waits for it. bench/simulation counts on it. */
const LATE_ACTIONS = 2;
/** While an integration sleeps, its history is what a cold wake replays. */
const MAX_SLEEPING_EVENTS = 12;

describe("a steady run of one page and one batch", () => {
  it(`takes at most ${MAX_ACTIONS} actions, and sleeps on a short history`, async () => {
    await scenario(
      async (current) => {
        await passTimeUntil(current, () => current.fake.finishedRuns.length >= 4, "four runs");
        await current.env.sleep("1 minute");
        const all = await executionsOf(current.env.client, current.handle.workflowId, 10);
        // The first execution begins without a configuration.
        const steady = all.slice(1, 4);
        expect(steady).toHaveLength(3);
        for (const events of steady) expect(actionsOf(events)).toBeLessThanOrEqual(MAX_ACTIONS);
        expect(all.at(-1)!.length).toBeLessThanOrEqual(MAX_SLEEPING_EVENTS);
        expect(current.fake.count("exportBatch")).toBe(4);
        expect(current.fake.count("importPage")).toBe(4);
        await current.env.client.workflow.getHandle(current.handle.workflowId).cancel();
      },
      {
        arrange: (fake) => {
          fake.sealPerRun = fake.batchSeqs;
          fake.pagesPerPass = 1;
        },
      },
    );
  });
});

describe("a run that became due while no worker ran", () => {
  it(`takes at most ${LATE_ACTIONS} actions more`, async () => {
    const lastRunStartedAtMs = Date.now() - 24 * HOUR_MS;
    await scenario(
      async (current) => {
        const { fake, env, handle } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 2, "the late run and a regular one");
        await current.env.sleep("1 minute");
        const [late, regular] = await executionsOf(env.client, handle.workflowId, 10);
        // The first execution also reads its configuration and sets the search attribute, and sends no less.
        expect(actionsOf(late!) - 2 - actionsOf(regular!)).toBeLessThanOrEqual(LATE_ACTIONS);
        await handle.cancel();
      },
      { state: { ...initialState(), servedSyncVersion: 1, lastRunStartedAtMs } },
    );
  });
});

describe("a run that has to wait for its workspace's turn", () => {
  it("starts at its turn, also if it was asked for while nothing is switched on", async () => {
    await scenario(
      async (current) => {
        const { fake } = current;
        await passTimeUntil(current, () => fake.finishedRuns.length === 1, "the run");
        expect(fake.finishedRuns[0]!.startedAtMs).toBeGreaterThanOrEqual(fake.turnAtMs!);
        expect(fake.count("startRun")).toBe(2);
        await current.env.client.workflow.getHandle(current.handle.workflowId).cancel();
      },
      { arrange: (fake) => void (fake.turnAtMs = Date.now() + 3_600_000) },
    );
  });
});
