// Worker versioning on a real server: an execution pinned to an old build moves to the current one by continue-as-new,
// with its state.
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { Worker } from "@temporalio/worker";
import { beforeAll, expect, inject, it } from "vitest";
import type { SyncActivities } from "../../src/activities/contract.ts";
import { createIntegrationControl } from "../../src/client/index.ts";
import { eventually } from "../support/eventually.ts";
import { FakeSync } from "../support/workflows/fakeSync.ts";
import { passTimeUntil, quietRuntime } from "../support/workflows/scenario.ts";
import { startDevServer } from "../support/workflows/servers.ts";

const DEPLOYMENT = "crosscurrent";
const TASK_QUEUE = "queue-versioned";
const REF = { integrationId: "versioned", workspaceId: "workspace", provider: "mixpanel" as const };

beforeAll(quietRuntime);

/** A worker with the options of src/worker.ts. Both builds have today's code. */
async function startBuild(env: TestWorkflowEnvironment, buildId: string, activities: SyncActivities) {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: inject("workflowBundlePath") },
    activities,
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName: DEPLOYMENT, buildId },
      defaultVersioningBehavior: "PINNED",
    },
  });
  const ended = worker.run();
  return {
    stop: async () => {
      worker.shutdown();
      await ended;
    },
  };
}

/** As `temporal worker deployment set-current-version`. The server knows a build once its worker has polled. */
async function makeCurrent(env: TestWorkflowEnvironment, buildId: string): Promise<void> {
  const request = { namespace: "default", deploymentName: DEPLOYMENT, buildId, identity: "test" };
  const set = () => env.connection.workflowService.setWorkerDeploymentCurrentVersion(request);
  await eventually(() =>
    set().then(
      () => true,
      (error: unknown) => String(error),
    ),
  );
}

it("moves a pinned execution to the current build in the middle of a run", { timeout: 120_000 }, async () => {
  const server = await startDevServer();
  const env = await server.connect();
  try {
    const store = new FakeSync(() => env.currentTimeMs());
    store.taskQueue = TASK_QUEUE;
    store.sealPerRun = 400;
    store.pagesPerPass = 20;
    // The builds share one store, as they do in production, and are told apart by their calls.
    const batches = { old: 0, current: 0 };
    const all = store.activities();
    const activitiesOf = (build: keyof typeof batches): SyncActivities => ({
      ...all,
      exportBatch: async (input) => {
        batches[build]++;
        return await all.exportBatch(input);
      },
    });
    const old = await startBuild(env, "1", activitiesOf("old"));
    await makeCurrent(env, "1");
    const control = createIntegrationControl(env.client, TASK_QUEUE);
    let unblock = () => {};
    const blocked = new Promise<void>((resolve) => (unblock = resolve));
    store.before.exportBatch = async (_, call) => void (call === 5 && (await blocked));
    await control.syncNow(REF, "asked of the old build");
    await passTimeUntil({ env }, () => batches.old === 5, "the old build's batches");
    const current = await startBuild(env, "2", activitiesOf("current"));
    await makeCurrent(env, "2");
    await control.syncNow(REF, "asked in between");
    unblock();
    await passTimeUntil({ env }, () => store.finishedRuns.length === 2, "both runs");
    // The first run began on the old build and ended on the current one.
    expect(batches.old).toBeLessThan(store.sealPerRun / store.batchSeqs);
    expect(batches.old + batches.current).toBe(store.sealed / store.batchSeqs);
    expect(store.finishedRuns.flatMap((run) => run.requestIds)).toEqual(["asked of the old build", "asked in between"]);
    expect(store.delivered.size).toBe(store.sealed);
    expect([...store.delivered.values()].every((times) => times === 1)).toBe(true);
    await control.end(REF.integrationId);
    await Promise.all([old.stop(), current.stop()]);
  } finally {
    await env.teardown();
    await server.stop();
  }
});

it("finds a paused execution of an old build, which moves when it is woken", { timeout: 120_000 }, async () => {
  const server = await startDevServer();
  const env = await server.connect();
  try {
    const store = new FakeSync(() => env.currentTimeMs());
    store.taskQueue = TASK_QUEUE;
    const old = await startBuild(env, "1", store.activities());
    await makeCurrent(env, "1");
    const control = createIntegrationControl(env.client, TASK_QUEUE, (call) => call(), DEPLOYMENT);
    await control.pause(REF);
    await eventually(async () => (await control.status(REF.integrationId))?.status === "paused");
    const outdated = async () => {
      const ids: string[] = [];
      for await (const id of control.outdated()) ids.push(id);
      return ids;
    };
    expect(await outdated()).toEqual([]);
    const current = await startBuild(env, "2", store.activities());
    await makeCurrent(env, "2");
    await eventually(outdated, (ids) => ids.includes(REF.integrationId));
    // The server tells an execution of another current build with a task, so one wake may come too early.
    await eventually(
      async () => {
        await control.wake(REF.integrationId);
        return (await outdated()).length;
      },
      (count) => count === 0,
    );
    expect((await control.status(REF.integrationId))?.status).toBe("paused");
    await control.end(REF.integrationId);
    await Promise.all([old.stop(), current.stop()]);
  } finally {
    await env.teardown();
    await server.stop();
  }
});
