// One run: both enabled directions side by side, from the record of its start to that of its end.
import { uuid4 } from "@temporalio/workflow";
import { isRetryable } from "../domain/errors.ts";
import type { StartRunInput, StartRunResult } from "../activities/contract.ts";
import type { DirectionResult, Outcome, RunRecord } from "../domain/run.ts";
import { writeStatus } from "./currentDetails.ts";
import type { IntegrationRun } from "./integrationRun.ts";
import { takeConfig } from "./pageBoundary.ts";
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

/** Returns null if the integration was deleted, or has to wait for its workspace's turn. */
async function startRun(integration: IntegrationRun): Promise<RunState | null> {
  const { state } = integration;
  const runId = uuid4();
  const startedAtMs = Date.now();
  const mark = integration.mark();
  let taken: string[] = [];
  const { result } = await writeStatus(integration, async (status) => {
    const answer = await retryForever(integration, "start the run", () => {
      taken = [...state.requests];
      return callStartRun(integration, { runId, startedAtMs, requestIds: taken, status });
    });
    return { result: answer, isPauseStored: answer.kind === "started" ? answer.isPauseStored : null };
  });
  if (result.kind === "deleted") {
    integration.deleted = true;
    return null;
  }
  if (result.kind === "wait") {
    integration.turnAtMs = result.startAtMs;
    return null;
  }
  const { config, requestIds } = result;
  takeConfig(integration, config, mark);
  state.exportCursorSeq = config.export.cursorSeq;
  state.exportAttemptedSeq = config.export.cursorSeq;
  // The store leaves out requests that an earlier run served. Kept here, they would start runs for ever.
  const known = new Set([...taken, ...requestIds]);
  state.requests = state.requests.filter((id) => !known.has(id));
  state.run = {
    id: runId,
    startedAtMs,
    // No high watermark is fixed yet, so this run serves all requests so far.
    requests: requestIds,
    export: config.export.enabled ? { highWatermark: null, result: null } : null,
    import: config.import.enabled ? { highWatermarkMs: null, pages: 0, failedEvents: [], result: null } : null,
  };
  state.lastRunStartedAtMs = startedAtMs;
  state.servedSyncVersion = config.syncVersion;
  state.retryAtMs = null;
  delete state.spreadUntilMs;
  integration.turnAtMs = null;
  const { written, nextRunAtMs } = integration;
  if (written !== null) integration.written = { ...written, nextRunAtMs };
  integration.changed();
  return state.run;
}

async function callStartRun(
  { integrationId, state, turnAtMs, activities }: IntegrationRun,
  run: Pick<StartRunInput, "runId" | "startedAtMs" | "requestIds" | "status">,
): Promise<StartRunResult> {
  return await activities.startRun({
    integrationId,
    exportCursorSeq: state.exportCursorSeq,
    exportAttemptedSeq: state.exportAttemptedSeq,
    hasTurn: turnAtMs !== null,
    ...run,
  });
}

async function finishRun(integration: IntegrationRun, run: RunState): Promise<void> {
  const { state, integrationId } = integration;
  scheduleRetry(state);
  const record: RunRecord = {
    integrationId,
    runId: run.id,
    startedAtMs: run.startedAtMs,
    requestIds: run.requests,
    directions: resultsOf(run),
    finished: { atMs: Date.now(), outcome: outcomeOf(resultsOf(run)) },
  };
  // Users who see that the run ended must see its errors, or that they are gone.
  await writeStatus(integration, (status) =>
    retryForever(integration, "record the run", () => integration.activities.finishRun({ ...record, status })),
  );
  state.run = null;
  integration.hasFinishedRun = true;
  integration.detailsStale = true;
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
