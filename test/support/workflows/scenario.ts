// Runs integration workflows against hand-written activities on a server that skips time.
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { DefaultLogger, Runtime, Worker } from "@temporalio/worker";
import { inject } from "vitest";
import { INTEGRATION_WORKFLOW, workflowIdOf } from "../../../src/client/ids.ts";
import type { integrationWorkflow } from "../../../src/workflows/integrationWorkflow.ts";
import { statusQuery } from "../../../src/workflows/messages.ts";
import { FakeSync } from "./fakeSync.ts";
import { startTimeSkipping } from "./timeSkipping.ts";

export function quietRuntime(): void {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
}

let nextId = 0;

export interface Scenario {
  fake: FakeSync;
  integrationId: string;
  env: TestWorkflowEnvironment;
  handle: Awaited<ReturnType<typeof startIntegration>>;
}

async function startIntegration(env: TestWorkflowEnvironment, integrationId: string, taskQueue: string) {
  return await env.client.workflow.start<typeof integrationWorkflow>(INTEGRATION_WORKFLOW, {
    workflowId: workflowIdOf(integrationId),
    taskQueue,
    args: [{ integrationId, workspaceId: "workspace" }],
    // Skipped time counts too: on a busy machine a task must not time out because days were skipped meanwhile.
    workflowTaskTimeout: "2 minutes",
  });
}

export interface ScenarioOptions {
  /** Prepares the other side; `handle` is for what happens in the middle of an activity. */
  arrange?: (fake: FakeSync, handle: Scenario["handle"]) => void;
  integrationId?: string;
  server?: () => Promise<TestWorkflowEnvironment>;
}

/**
 * Starts one integration and a worker for it on a server of their own, hands them to `act`, and ends them. An activity that is
 * cut off at the end would hold up the time of every later scenario on the same server.
 */
export async function scenario(
  act: (scenario: Scenario) => Promise<void>,
  { arrange, integrationId = `int${process.pid}-${nextId++}`, server = startTimeSkipping }: ScenarioOptions = {},
): Promise<void> {
  const env = await server();
  try {
    const fake = new FakeSync(() => env.currentTimeMs());
    const taskQueue = `queue-${integrationId}`;
    const handle = await startIntegration(env, integrationId, taskQueue);
    arrange?.(fake, handle);
    await withWorker(env, fake, taskQueue, () => act({ fake, integrationId, env, handle }));
  } finally {
    await env.teardown();
  }
}

export async function withWorker<T>(
  env: TestWorkflowEnvironment,
  fake: FakeSync,
  taskQueue: string,
  act: () => Promise<T>,
): Promise<T> {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: { codePath: inject("workflowBundlePath") },
    activities: fake.activities(),
  });
  return await worker.runUntil(act);
}

/** Lets (skipped) time pass until the condition holds: a minute at a time, for at most `maxMinutes`. */
export async function until(
  { env }: Pick<Scenario, "env">,
  holds: () => boolean | Promise<boolean>,
  what: string,
  maxMinutes = 3_000,
): Promise<void> {
  for (let minute = 0; minute < maxMinutes; minute++) {
    if (await holds()) return;
    await env.sleep(minute < 20 || !env.supportsTimeSkipping ? 50 : 60_000);
  }
  throw new Error(`still waiting: ${what}`);
}

/** Waits until no run runs. */
export async function idle(current: Scenario): Promise<void> {
  await until(current, async () => (await current.handle.query(statusQuery)).runId === null, "the run to end");
}
