// Continue-as-new in the middle of runs: the whole state is carried, and every signal sent around it is served.
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pauseSignal, resumeSignal, statusQuery, syncNowSignal } from "../../src/workflows/messages.ts";
import { startShortHistories } from "../support/workflows/continueAsNew.ts";
import { quietRuntime, scenario, until } from "../support/workflows/scenario.ts";

let address: string;
let stop: () => Promise<void>;
beforeAll(async () => {
  quietRuntime();
  ({ address, stop } = await startShortHistories());
});
afterAll(() => stop());

describe("continue-as-new", () => {
  it("carries cursors, progress, pause and unserved requests through many runs of one run", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        const id = handle.workflowId;
        const latest = () => current.env.client.workflow.getHandle(id);
        await until(current, () => fake.count("exportBatch") >= 5, "some batches");
        await latest().signal(pauseSignal);
        await until(current, async () => (await latest().query(statusQuery)).status === "paused", "the pause");
        await latest().signal(syncNowSignal, "asked while paused");
        await latest().signal(resumeSignal);
        for (const request of ["x", "y"]) await latest().signal(syncNowSignal, request);
        await until(current, () => fake.finishedRuns.length >= 2, "both runs");
        expect(fake.finishedRuns[0]!.requestIds).toEqual([]);
        expect(
          fake.finishedRuns
            .slice(1)
            .flatMap((run) => run.requestIds)
            .toSorted(),
        ).toEqual(["asked while paused", "x", "y"]);
        expect(fake.delivered.size).toBe(fake.sealed);
        expect([...fake.delivered.values()].every((times) => times === 1)).toBe(true);
        expect(fake.finishedRuns.every((run) => run.finished!.outcome === "succeeded")).toBe(true);
        const runs = new Set<string>();
        for await (const run of current.env.client.workflow.list({ query: `WorkflowId = '${id}'` }))
          runs.add(run.runId);
        expect(runs.size).toBeGreaterThan(3);
        await latest().cancel();
      },
      {
        server: () => TestWorkflowEnvironment.createFromExistingServer({ address }),
        arrange: (fake) => {
          fake.sealPerRun = 600;
          fake.pagesPerPass = 40;
        },
      },
    );
  });
});
