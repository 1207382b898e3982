// What a run costs in Temporal: actions as Temporal Cloud bills them, and the length of the history that sleeps.
import { beforeAll, describe, expect, it } from "vitest";
import type { Scenario } from "../support/workflows/scenario.ts";
import { passTimeUntil, quietRuntime, scenario } from "../support/workflows/scenario.ts";

beforeAll(quietRuntime);

const MAX_ACTIONS = 8;
/** While an integration sleeps, its history is what a cold wake replays. */
const MAX_SLEEPING_EVENTS = 12;

type History = Awaited<ReturnType<Scenario["handle"]["fetchHistory"]>>;
type Event = NonNullable<History["events"]>[number];

const BILLED = [
  "workflowExecutionStartedEventAttributes",
  "activityTaskScheduledEventAttributes",
  "timerStartedEventAttributes",
  "upsertWorkflowSearchAttributesEventAttributes",
  "workflowExecutionSignaledEventAttributes",
] as const;

function actionsOf(events: Event[]): number {
  return events.filter((event) => BILLED.some((kind) => event[kind] !== null && event[kind] !== undefined)).length;
}

async function executions({ env, handle }: Scenario): Promise<Event[][]> {
  const all: Event[][] = [];
  for (let runId: string | undefined = handle.firstExecutionRunId; runId !== undefined;) {
    const { events } = await env.client.workflow.getHandle(handle.workflowId, runId).fetchHistory();
    all.push(events ?? []);
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return all;
}

describe("a steady run of one page and one batch", () => {
  it(`takes at most ${MAX_ACTIONS} actions, and sleeps on a short history`, async () => {
    await scenario(
      async (current) => {
        await passTimeUntil(current, () => current.fake.finishedRuns.length >= 4, "four runs");
        await current.env.sleep("1 minute");
        const all = await executions(current);
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
