// The export of one run: seal, then deliver batch by batch up to the high watermark.
import { isCancellation } from "@temporalio/workflow";
import { continueError } from "../domain/errors.ts";
import { toErrorState } from "./activityProxies.ts";
import type { IntegrationRun } from "./integrationRun.ts";
import { repeatSteps } from "./pageBoundary.ts";
import type { RetryBudget } from "./retryBudget.ts";
import type { ExportRunState } from "./state.ts";

/** Returns without a result if it was suspended for continue-as-new. A failure becomes a result and a visible error. */
export async function runExport(integration: IntegrationRun, exporting: ExportRunState): Promise<void> {
  const { errors } = integration.state;
  try {
    const ended = await repeatSteps(integration, "export", (budget) => advance(integration, exporting, budget));
    if (ended === "suspended") return;
    finish(integration, exporting);
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    errors.export = continueError(errors.export, toErrorState(failure, Date.now()));
    exporting.result = { direction: "export", outcome: "failed", error: errors.export };
    integration.report("export", "failed in the last run");
  }
  integration.changed();
}

/** An export that delivered everything new but could not send rejected buckets again is a partial one. */
function finish(integration: IntegrationRun, exporting: ExportRunState): void {
  const { errors } = integration.state;
  if (exporting.resendError === undefined) {
    exporting.result = { direction: "export", outcome: "succeeded" };
    errors.export = null;
  } else {
    errors.export = continueError(errors.export, exporting.resendError);
    exporting.result = { direction: "export", outcome: "partial", error: errors.export };
  }
  integration.report("export", "idle");
}

/** Sends rejected buckets again. What still refuses them as a whole must not keep the others back. */
async function resend(integration: IntegrationRun, exporting: ExportRunState, budget: RetryBudget): Promise<void> {
  const { activities, integrationId, state } = integration;
  integration.report("export", "sending rejected buckets again");
  try {
    const { retryAtMs } = await activities.resendRejected({ integrationId, runId: state.run?.id ?? "" });
    if (retryAtMs !== undefined) return await budget.waitForRateLimit(retryAtMs);
    delete exporting.resendError;
  } catch (failure) {
    if (await budget.mayRetry(failure)) return;
    exporting.resendError = toErrorState(failure, Date.now());
  }
  exporting.resendDue = false;
  // The new buckets have a budget of their own.
  budget.progressed();
}

/** Fixes the high watermark, delivers one batch, or completes the export. Returns true if nothing is left to do. */
async function advance(integration: IntegrationRun, exporting: ExportRunState, budget: RetryBudget): Promise<boolean> {
  const { activities, integrationId, state } = integration;
  if (exporting.highWatermark === null) {
    integration.report("export", "sealing buckets");
    // It also completes the export if nothing is left to send.
    const { resend: resendDue = false, ...sealed } = await activities.aggregateExposures({ integrationId });
    exporting.highWatermark = sealed;
    if (resendDue) exporting.resendDue = true;
    return false;
  }
  if (exporting.resendDue === true) {
    await resend(integration, exporting, budget);
    return false;
  }
  const { highWatermark } = exporting;
  const afterSeq = state.exportCursorSeq ?? 0;
  if (afterSeq >= highWatermark.throughSeq) return true;
  const throughSeq = Math.min(highWatermark.throughSeq, afterSeq + (integration.config?.export.batchSeqs ?? 1));
  integration.report("export", `delivering buckets ${afterSeq + 1} to ${throughSeq} of ${highWatermark.throughSeq}`);
  state.exportAttemptedSeq = throughSeq;
  const runId = state.run?.id ?? "";
  const batch = await activities.exportBatch({ integrationId, runId, afterSeq, throughSeq, highWatermark });
  state.exportCursorSeq = batch.cursorSeq;
  state.exportAttemptedSeq = batch.cursorSeq;
  if (batch.cursorSeq > afterSeq) budget.progressed();
  // The store was restored from an older copy: the earlier cursor wins and the high watermark is fixed anew.
  if (batch.stale === true) exporting.highWatermark = null;
  else if (batch.retryAtMs !== undefined) await budget.waitForRateLimit(batch.retryAtMs);
  return false;
}
