// One run: both enabled directions side by side, from the record of its start to that of its end.
import { uuid4 } from "@temporalio/workflow";
import { isRetryable } from "../domain/errors.ts";
import type { DirectionResult, Outcome, RunRecord } from "../domain/run.ts";
import { statusProjected } from "./currentDetails.ts";
import type { IntegrationRun } from "./integrationRun.ts";
import { refreshConfig } from "./pageBoundary.ts";
import { retryForever } from "./retryBudget.ts";
import { runExport } from "./runExport.ts";
import { runImport } from "./runImport.ts";
import type { IntegrationState, RunState } from "./state.ts";

const FIRST_RETRY_MS = 5 * 60_000;
const MAX_RETRY_DOUBLINGS = 10;

/** Goes on with the run under way, or starts one. If continue-as-new suspends it, the state carries the rest. */
export async function runCycle(integration: IntegrationRun): Promise<void> {
  const run = integration.state.run ?? (await startRun(integration));
  if (run === null) return;
  await Promise.all([
    run.export?.result === null ? runExport(integration, run.export) : undefined,
    run.import?.result === null ? runImport(integration, run.import) : undefined,
  ]);
  const finished = run.export?.result !== null && run.import?.result !== null;
  if (finished && !integration.deleted) await finishRun(integration, run);
}

/** Returns null if the integration was deleted. Serves all requests so far: no high watermark is fixed yet. */
async function startRun(integration: IntegrationRun): Promise<RunState | null> {
  const { state } = integration;
  const startedAtMs = Date.now();
  await refreshConfig(integration, { reconcile: true });
  const { config } = integration;
  if (integration.deleted || config === null) return null;
  const run: RunState = {
    id: uuid4(),
    startedAtMs,
    requests: state.requests.splice(0),
    export: config.export.enabled ? { highWatermark: null, result: null } : null,
    import: config.import.enabled ? { highWatermarkMs: null, pages: 0, failedEvents: [], result: null } : null,
  };
  state.run = run;
  state.lastRunStartedAtMs = startedAtMs;
  state.servedSyncVersion = config.syncVersion;
  state.retryAtMs = null;
  integration.changed();
  await record(integration, run, null);
  return run;
}

async function finishRun(integration: IntegrationRun, run: RunState): Promise<void> {
  const { state } = integration;
  scheduleRetry(state);
  integration.changed();
  // Users who see that the run ended must see its errors, or that they are gone.
  await statusProjected(integration);
  await record(integration, run, { atMs: Date.now(), outcome: outcomeOf(resultsOf(run)) });
  state.run = null;
  integration.changed();
}

async function record(integration: IntegrationRun, run: RunState, finished: RunRecord["finished"]): Promise<void> {
  await retryForever(integration, "record the run", () =>
    integration.activities.recordRun({
      integrationId: integration.integrationId,
      runId: run.id,
      startedAtMs: run.startedAtMs,
      requestIds: run.requests,
      directions: resultsOf(run),
      finished,
    }),
  );
}

/** If waiting can heal an error, the next run comes sooner than after an interval, each time after a longer wait. */
function scheduleRetry(state: IntegrationState): void {
  const { errors } = state;
  const all = [errors.export, errors.import, ...Object.values(errors.events)];
  if (!all.some((error) => error !== null && isRetryable(error.kind))) {
    state.failedRuns = 0;
    return;
  }
  state.retryAtMs = Date.now() + FIRST_RETRY_MS * 2 ** Math.min(MAX_RETRY_DOUBLINGS, state.failedRuns);
  state.failedRuns++;
}

function resultsOf(run: RunState): DirectionResult[] {
  const results: DirectionResult[] = [];
  if (run.export !== null) results.push(run.export.result ?? { direction: "export", outcome: null });
  if (run.import !== null) results.push(run.import.result ?? { direction: "import", outcome: null });
  return results;
}

/** A direction that had nothing to do counts for nothing. */
function outcomeOf(all: DirectionResult[]): Outcome {
  const results = all.filter(({ outcome }) => outcome !== "nothing_to_do");
  if (results.length === 0) return "nothing_to_do";
  if (results.every(({ outcome }) => outcome === "succeeded")) return "succeeded";
  return results.every(({ outcome }) => outcome === "failed") ? "failed" : "partial";
}
