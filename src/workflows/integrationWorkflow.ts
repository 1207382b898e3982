// The life of one integration on one page: state, handlers, loop.
import { condition, continueAsNew, makeContinueAsNewFunc, setHandler, uuid4, workflowInfo } from "@temporalio/workflow";
import { MAX_REQUEST_ID_CHARS } from "../domain/limits.ts";
import { lateStartMs } from "../domain/schedule.ts";
import { noteWritten, projectStatus, showDetails, statusProjected, workflowStatus } from "./currentDetails.ts";
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
  if (input.resting !== undefined) noteWritten(integration);

  setHandler(syncNowSignal, (requestId, isRepeated) => {
    // A signal sent by hand may carry anything.
    const id = typeof requestId === "string" ? requestId.slice(0, MAX_REQUEST_ID_CHARS) : "";
    integration.requestSync(id === "" ? uuid4() : id, isRepeated === true);
  });
  setHandler(pauseSignal, (version) => integration.setPaused(true, version));
  setHandler(resumeSignal, (version) => integration.setPaused(false, version));
  setHandler(configChangedSignal, () => integration.configChanged());
  setHandler(statusQuery, () => workflowStatus(integration));

  async function loop(): Promise<void> {
    while (!integration.deleted) {
      try {
        await runOnce(integration);
      } catch (failure) {
        if (!(failure instanceof Suspended)) throw failure;
      }
      if (integration.deleted) return;
      // A wait of hours on a long history would replay it each time the workflow leaves the cache.
      const isShort = !integration.hasFinishedRun || !integration.isAtRest;
      if (integration.continueAsNewWanted || !isShort) await carryOver(integration);
    }
  }
  await Promise.race([loop(), projectStatus(integration), showDetails(integration)]);
}

async function runOnce(integration: IntegrationRun): Promise<void> {
  if (integration.configStale) await refreshConfig(integration);
  if (integration.deleted) return;
  // The execution before may have ended while no worker ran.
  if (integration.isFirstLook) spreadIfLate(integration, integration.nextRunAtMs);
  integration.isFirstLook = false;
  if (integration.isRunDue) await runCycle(integration);
  else await waitUntilDue(integration);
}

async function waitUntilDue(integration: IntegrationRun): Promise<void> {
  integration.changed();
  const { nextRunAtMs, turnAtMs, state } = integration;
  const wakeAtMs = state.paused ? null : (turnAtMs ?? nextRunAtMs);
  const awake = () => integration.configStale || integration.continueAsNewWanted || integration.isRunDue;
  if (wakeAtMs === null) await condition(awake);
  else await condition(awake, Math.max(1, wakeAtMs - Date.now()), { summary: "Start the next run" });
  if (turnAtMs === null) spreadIfLate(integration, nextRunAtMs);
}

/** After an outage all integrations that became due meanwhile wake at once. A request is served without delay. */
function spreadIfLate({ state, config, integrationId }: IntegrationRun, dueAtMs: number | null): void {
  if (config === null || dueAtMs === null || state.run !== null || state.requests.length > 0) return;
  const startMs = lateStartMs(dueAtMs, Date.now(), integrationId, config);
  if (startMs !== null) state.spreadUntilMs = startMs;
}

/** Gives the whole state to a new execution once the store shows it: an older write must not come after a newer one. */
async function carryOver(integration: IntegrationRun): Promise<never> {
  const { integrationId, workspaceId, state } = integration;
  await statusProjected(integration);
  const { config, projection, shownStatus, unprojectedPause } = integration;
  const next: IntegrationInput = { integrationId, workspaceId, state, unprojectedPause };
  const isShown = projection === "current" && unprojectedPause === null;
  if (!workflowInfo().targetWorkerDeploymentVersionChanged) {
    if (config !== null && isShown && integration.isAtRest) next.resting = { config, shownStatus };
    return await continueAsNew<typeof integrationWorkflow>(next);
  }
  // Another version reads its configuration itself, whose form may have changed.
  const upgrade = makeContinueAsNewFunc<typeof integrationWorkflow>({ initialVersioningBehavior: "AUTO_UPGRADE" });
  return await upgrade(next);
}
