// The life of one integration on one page: state, handlers, loop.
import { condition, continueAsNew, makeContinueAsNewFunc, setHandler, uuid4, workflowInfo } from "@temporalio/workflow";
import { MAX_REQUEST_ID_CHARS } from "../domain/limits.ts";
import { projectStatus, showDetails, statusProjected, workflowStatus } from "./currentDetails.ts";
import { IntegrationRun } from "./integrationRun.ts";
import {
  configChangedSignal,
  pauseSignal,
  resumeSignal,
  statusQuery,
  syncNowSignal,
  type IntegrationInput,
} from "./messages.ts";
import { refreshConfig } from "./pageBoundary.ts";
import { Suspended } from "./retryBudget.ts";
import { runCycle } from "./runCycle.ts";

/** Never fails: what goes wrong becomes an error that users see. Cancellation (DELETE) ends it cleanly. */
export async function integrationWorkflow(input: IntegrationInput): Promise<void> {
  const integration = new IntegrationRun(input);

  setHandler(syncNowSignal, (requestId?: string) => {
    // A signal sent by hand may carry anything.
    const id = typeof requestId === "string" ? requestId.slice(0, MAX_REQUEST_ID_CHARS) : "";
    integration.requestSync(id === "" ? uuid4() : id);
  });
  setHandler(pauseSignal, () => integration.setPaused(true));
  setHandler(resumeSignal, () => integration.setPaused(false));
  setHandler(configChangedSignal, () => integration.configChanged());
  setHandler(statusQuery, () => workflowStatus(integration));

  async function loop(): Promise<void> {
    while (!integration.deleted) {
      try {
        await runOnce(integration);
      } catch (failure) {
        if (!(failure instanceof Suspended)) throw failure;
      }
      if (integration.continueAsNewWanted && !integration.deleted) await carryOver(integration);
    }
  }
  await Promise.race([loop(), projectStatus(integration), showDetails(integration)]);
}

async function runOnce(integration: IntegrationRun): Promise<void> {
  if (integration.configStale) await refreshConfig(integration, { reconcile: false });
  if (integration.deleted) return;
  if (integration.isRunDue) await runCycle(integration);
  else await waitUntilDue(integration);
}

async function waitUntilDue(integration: IntegrationRun): Promise<void> {
  integration.changed();
  const { nextRunAtMs } = integration;
  const awake = () => integration.configStale || integration.continueAsNewWanted || integration.isRunDue;
  if (nextRunAtMs === null) await condition(awake);
  else await condition(awake, Math.max(1, nextRunAtMs - Date.now()), { summary: "Start the next run" });
}

/** Gives the whole state to a new execution once the store shows it: an older write must not come after a newer one. */
async function carryOver(integration: IntegrationRun): Promise<never> {
  const { integrationId, workspaceId, state } = integration;
  await statusProjected(integration);
  const next: IntegrationInput = { integrationId, workspaceId, state };
  if (!workflowInfo().targetWorkerDeploymentVersionChanged) {
    return await continueAsNew<typeof integrationWorkflow>(next);
  }
  const upgrade = makeContinueAsNewFunc<typeof integrationWorkflow>({ initialVersioningBehavior: "AUTO_UPGRADE" });
  return await upgrade(next);
}
