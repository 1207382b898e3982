// Continue-as-new in the middle of runs: the whole state is carried, and every signal sent around it is served.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pauseSignal, resumeSignal, syncNowSignal } from "../../src/workflows/messages.ts";
import { quietRuntime, scenario, passTimeUntil, statusOf } from "../support/workflows/scenario.ts";
import { startDevServer } from "../support/workflows/servers.ts";

let server: Awaited<ReturnType<typeof startDevServer>>;
beforeAll(async () => {
  quietRuntime();
  // So few events that every run is cut in the middle.
  server = await startDevServer({ continueAsNewAfterEvents: 60 });
});
afterAll(() => server.stop());

describe("continue-as-new", () => {
  it("carries cursors, progress, pause and unserved requests through many executions of one run", async () => {
    await scenario(
      async (current) => {
        const { fake, handle } = current;
        const id = handle.workflowId;
        const latest = () => current.env.client.workflow.getHandle(id);
        await passTimeUntil(current, () => fake.count("exportBatch") >= 5, "some batches");
        await latest().signal(pauseSignal);
        const isPaused = async () => (await statusOf({ ...current, handle: latest() })).status === "paused";
        await passTimeUntil(current, isPaused, "the pause");
        await latest().signal(syncNowSignal, "asked while paused");
        await latest().signal(resumeSignal);
        for (const request of ["x", "y"]) await latest().signal(syncNowSignal, request);
        await passTimeUntil(current, () => fake.finishedRuns.length >= 2, "both runs");
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
        const executions = new Set<string>();
        for await (const { runId } of current.env.client.workflow.list({ query: `WorkflowId = '${id}'` })) {
          executions.add(runId);
        }
        expect(executions.size).toBeGreaterThan(3);
        await latest().cancel();
      },
      {
        server: () => server.connect(),
        arrange: (fake) => {
          fake.sealPerRun = 600;
          fake.pagesPerPass = 40;
        },
      },
    );
  });
});
