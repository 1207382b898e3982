// Runs integration workflows against hand-written activities on a server that skips time.
import { setTimeout as delay } from "node:timers/promises";
import type { WorkflowHandle } from "@temporalio/client";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { DefaultLogger, Runtime, Worker } from "@temporalio/worker";
import { inject } from "vitest";
import { INTEGRATION_WORKFLOW, workflowIdOf } from "../../../src/client/ids.ts";
import type { integrationWorkflow } from "../../../src/workflows/integrationWorkflow.ts";
import { type IntegrationInput, statusQuery, type WorkflowStatus } from "../../../src/workflows/messages.ts";
import { nextRunAtMs } from "../../../src/domain/schedule.ts";
import { FakeSync, INTERVAL_MS } from "./fakeSync.ts";
import { startTimeSkipping } from "./servers.ts";

export function quietRuntime(): void {
  Runtime.install({ logger: new DefaultLogger("ERROR") });
}

let nextId = 0;
/** Longer than what tests look at between two runs. */
const QUIET_MS = 4 * 3_600_000;

/** An id whose regular run, which its hash decides, does not come in the middle of what a test looks at. */
function quietId(): string {
  const nowMs = Date.now();
  for (;;) {
    const id = `int${process.pid}-${nextId++}`;
    if (nextRunAtMs(nowMs, id, INTERVAL_MS) - nowMs > QUIET_MS) return id;
  }
}

export interface Scenario {
  fake: FakeSync;
  integrationId: string;
  env: TestWorkflowEnvironment;
  handle: Awaited<ReturnType<typeof startIntegration>>;
}

export interface ScenarioOptions {
  /** Prepares the activities; `handle` is for what happens in the middle of one. */
  arrange?: (fake: FakeSync, handle: Scenario["handle"]) => void;
  integrationId?: string;
  /** What the continue-as-new of an execution before carried over. */
  state?: IntegrationInput["state"];
  server?: () => Promise<TestWorkflowEnvironment>;
}

/**
 * Starts one integration and a worker for it, calls `act`, and ends both. The server is one of its own: an activity
 * that is cut off at the end would hold up the time of every later scenario on the same server.
 */
export async function scenario(
  act: (scenario: Scenario) => Promise<void>,
  { arrange, integrationId = quietId(), state, server = startTimeSkipping }: ScenarioOptions = {},
): Promise<void> {
  const env = await server();
  try {
    const fake = new FakeSync(() => env.currentTimeMs());
    const taskQueue = `queue-${integrationId}`;
    fake.taskQueue = taskQueue;
    const handle = await startIntegration(env, taskQueue, { integrationId, workspaceId: "workspace", state });
    arrange?.(fake, handle);
    await withWorker(env, fake, taskQueue, () => act({ fake, integrationId, env, handle }));
  } finally {
    await env.teardown();
  }
}

async function startIntegration(env: TestWorkflowEnvironment, taskQueue: string, input: IntegrationInput) {
  return await env.client.workflow.start<typeof integrationWorkflow>(INTEGRATION_WORKFLOW, {
    workflowId: workflowIdOf(input.integrationId),
    taskQueue,
    args: [input],
    // Skipped time counts too: on a busy machine a task must not time out because days were skipped meanwhile.
    workflowTaskTimeout: "2 minutes",
  });
}

/** Runs a worker of today's workflows while `act` lasts. */
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

const QUERY_MS = 3_000;
const MAX_QUERIES = 10;
/** In all, for activities that end: those that a test has hang never do. */
const MAX_WAIT_MS = 5_000;

/**
 * Lets time pass until the condition holds: where time is skipped, a minute at a time, for at most `maxMinutes`. On a busy
 * machine an activity takes a while. Skipped over, it would run into its short time limit and be tried again.
 */
export async function passTimeUntil(
  { env, fake }: Pick<Scenario, "env"> & Partial<Pick<Scenario, "fake">>,
  holds: () => boolean | Promise<boolean>,
  what: string,
  maxMinutes = 3_000,
): Promise<void> {
  let waitedMs = 0;
  for (let minute = 0; minute < maxMinutes; minute++) {
    if (await holds()) return;
    for (; fake !== undefined && fake.inFlight > 0 && waitedMs < MAX_WAIT_MS; waitedMs += 5) await delay(5);
    await env.sleep(minute < 20 || !env.supportsTimeSkipping ? 50 : 60_000);
  }
  throw new Error(`still waiting: ${what}`);
}

/** What the latest execution says. The server that skips time never answers where it ends meanwhile: it is asked again. */
export async function statusOf({
  env,
  handle,
}: Pick<Scenario, "env"> & { handle: WorkflowHandle }): Promise<WorkflowStatus> {
  for (let asked = 1; ; asked++) {
    try {
      return await env.client.withDeadline(Date.now() + QUERY_MS, () => handle.query(statusQuery));
    } catch (error) {
      if (asked === MAX_QUERIES) throw error;
    }
  }
}

/** Waits until no run is under way. */
export async function idle(current: Scenario): Promise<void> {
  await passTimeUntil(current, async () => (await statusOf(current)).runId === null, "the run to end");
}
