// The package that other backend services import: start, pause, resume and sync integrations, and read their status.
import { WorkflowNotFoundError, type Client } from "@temporalio/client";
import type { SignalDefinition } from "@temporalio/common";
import type { IntegrationRef } from "../domain/integration.ts";
import type { integrationWorkflow } from "../workflows/integrationWorkflow.ts";
import {
  configChangedSignal,
  pauseSignal,
  resumeSignal,
  statusQuery,
  syncNowSignal,
  type IntegrationInput,
  type WorkflowStatus,
} from "../workflows/messages.ts";
import type { RunCall } from "./boundedCalls.ts";
import { DEFAULT_TASK_QUEUE, INTEGRATION_WORKFLOW, integrationIdOf, workflowIdOf } from "./ids.ts";
import { providerKey, workspaceKey } from "./searchAttributes.ts";

export { createDataConverter } from "../encryption/dataConverter.ts";
export { DEFAULT_TASK_QUEUE, workflowIdOf } from "./ids.ts";
export type { IntegrationRef } from "../domain/integration.ts";
export type { WorkflowStatus } from "../workflows/messages.ts";

/**
 * All up to `syncNow` are signalWithStart: durable without a worker, and start a missing workflow.
 * They reject only if Temporal cannot be reached; the reconciler repairs what was missed then.
 * @example await createIntegrationControl(client).syncNow({ integrationId, workspaceId, provider }, requestId);
 */
export interface IntegrationControl {
  start(ref: IntegrationRef): Promise<void>;
  /** Tells the workflow to read its configuration again. */
  configChanged(ref: IntegrationRef): Promise<void>;
  /** The same. Where the workflow is lost, a new one starts no run before `firstRunAtMs`. */
  restore(ref: IntegrationRef, firstRunAtMs: number): Promise<void>;
  /** Stops between pages; nothing is lost. `version`: the row's, if the store shows the pause already. */
  pause(ref: IntegrationRef, version?: number): Promise<void>;
  resume(ref: IntegrationRef, version?: number): Promise<void>;
  /** Asks for a run whose high watermarks are fixed after this call; the sync request `requestId` shows how it went. */
  syncNow(ref: IntegrationRef, requestId: string): Promise<void>;
  /** The same for a request whose signal may have been lost: if the workflow has it, nothing changes. */
  repeatSync(ref: IntegrationRef, requestId: string): Promise<void>;
  /** Returns what the workflow is doing; null if there is none. Needs a worker that is up. */
  status(integrationId: string): Promise<WorkflowStatus | null>;
  /** Cancels the workflow of a deleted integration. No error if there is none. */
  end(integrationId: string): Promise<void>;
  /** Tells a running workflow to look around. No error if there is none. */
  wake(integrationId: string): Promise<void>;
  /** Yields the integration ids of all running workflows of this task queue. */
  running(): AsyncIterable<string>;
  countRunning(): Promise<number>;
  /** Yields the integration ids of workflows pinned to another version than the deployment's current one. */
  outdated(): AsyncIterable<string>;
}

/** `run` runs each call but lists, for instance with a deadline. `deploymentName`: that of worker versioning. */
export function createIntegrationControl(
  client: Client,
  taskQueue = DEFAULT_TASK_QUEUE,
  run: RunCall = (call) => call(),
  deploymentName?: string,
): IntegrationControl {
  async function signal<A = undefined, B = undefined>(
    ref: IntegrationRef & Pick<IntegrationInput, "firstRunAtMs">,
    definition: SignalDefinition<[A?, B?]>,
    ...signalArgs: [A?, B?]
  ) {
    const options = { ...startOptions(ref, taskQueue), signal: definition, signalArgs };
    await run(() =>
      client.workflow.signalWithStart<typeof integrationWorkflow, [A?, B?]>(INTEGRATION_WORKFLOW, options),
    );
  }
  const ofQueue = `WorkflowType = '${INTEGRATION_WORKFLOW}' AND TaskQueue = ${quote(taskQueue)}`;
  const ours = `${ofQueue} AND ExecutionStatus = 'Running'`;
  async function* list(query: string): AsyncIterable<string> {
    for await (const execution of client.workflow.list({ query })) {
      const id = integrationIdOf(execution.workflowId);
      if (id !== null) yield id;
    }
  }
  const handleOf = (integrationId: string) => client.workflow.getHandle(workflowIdOf(integrationId));
  return {
    start: (ref) => signal(ref, configChangedSignal),
    configChanged: (ref) => signal(ref, configChangedSignal),
    restore: (ref, firstRunAtMs) => signal({ ...ref, firstRunAtMs }, configChangedSignal),
    pause: (ref, version) => signal(ref, pauseSignal, version),
    resume: (ref, version) => signal(ref, resumeSignal, version),
    syncNow: (ref, requestId) => signal(ref, syncNowSignal, requestId),
    repeatSync: (ref, requestId) => signal(ref, syncNowSignal, requestId, true),
    status: (integrationId) => unlessMissing(run(() => handleOf(integrationId).query(statusQuery))),
    end: async (integrationId) => {
      await unlessMissing(run(() => handleOf(integrationId).cancel()));
    },
    wake: async (integrationId) => {
      await unlessMissing(run(() => handleOf(integrationId).signal(configChangedSignal)));
    },
    running: () => list(ours),
    countRunning: async () => (await run(() => client.workflow.count(ours))).count,
    async *outdated() {
      if (deploymentName === undefined) return;
      const current = await run(() => currentBuildId(client, deploymentName));
      if (current === null) return;
      const version = quote(`${deploymentName}:${current}`);
      const pinned = `TemporalWorkerDeployment = ${quote(deploymentName)}`;
      yield* list(`${ours} AND ${pinned} AND TemporalWorkerDeploymentVersion != ${version}`);
    },
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Null if no version is current yet. */
async function currentBuildId(client: Client, deploymentName: string): Promise<string | null> {
  const { namespace } = client.options;
  const { workerDeploymentInfo } = await client.workflowService.describeWorkerDeployment({ namespace, deploymentName });
  return workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? null;
}

/** Summary and details show in the Temporal UI: they name ids only, nothing that identifies a customer's user. */
function startOptions(ref: IntegrationRef & Pick<IntegrationInput, "firstRunAtMs">, taskQueue: string) {
  const { integrationId, workspaceId, provider, firstRunAtMs } = ref;
  const input: IntegrationInput = { integrationId, workspaceId };
  if (firstRunAtMs !== undefined) input.firstRunAtMs = firstRunAtMs;
  return {
    workflowId: workflowIdOf(integrationId),
    taskQueue,
    args: [input] as Parameters<typeof integrationWorkflow>,
    priority: { fairnessKey: workspaceId.slice(0, 64) },
    staticSummary: `${provider} integration ${integrationId}`,
    staticDetails: [
      `Keeps integration \`${integrationId}\` of workspace \`${workspaceId}\` in sync with ${provider}.`,
      "",
      "Signals: `syncNow` (one optional argument, a request id), `pause`, `resume`, `configChanged`. Query: `status`.",
    ].join("\n"),
    typedSearchAttributes: [
      { key: providerKey, value: provider },
      { key: workspaceKey, value: workspaceId },
    ],
  };
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
