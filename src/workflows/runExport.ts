import { isCancellation } from "@temporalio/workflow";
import { continueError } from "../domain/errors.ts";
import { toErrorState } from "./activityProxies.ts";
import { Patience } from "./retryBudget.ts";
import type { Session } from "./integrationRun.ts";
import type { ExportDirectionState } from "./state.ts";

/**
 * The export direction of one run: seal, deliver every batch up to the bound, mark complete. Returns without a result when it was
 * suspended for continue-as-new; a failure becomes a result and a visible error, never an exception.
 */
export async function runExport(session: Session, direction: ExportDirectionState): Promise<void> {
  const { errors } = session.state;
  try {
    if ((await deliver(session, direction)) === "suspend") return;
    direction.result = { direction: "export", outcome: "succeeded" };
    errors.export = null;
    session.report("export", "idle");
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    errors.export = continueError(errors.export, toErrorState(failure, Date.now()));
    direction.result = { direction: "export", outcome: "failed", error: errors.export };
    session.report("export", "failed in the last run");
  }
  session.changed();
}

async function deliver(session: Session, direction: ExportDirectionState): Promise<"done" | "suspend"> {
  const patience = new Patience(session, "export");
  for (;;) {
    const step = await session.proceed("export");
    if (step === "disabled") return "done";
    if (step === "suspend") return "suspend";
    try {
      if (await advance(session, direction, patience)) return "done";
    } catch (failure) {
      await patience.afterFailure(failure);
    }
  }
}

/** One step: fix the bound, deliver a batch, or mark complete; true once there is nothing left to do. */
async function advance(session: Session, direction: ExportDirectionState, patience: Patience): Promise<boolean> {
  const { state, activities, integrationId } = session;
  if (direction.bound === null) {
    session.report("export", "sealing buckets");
    direction.bound = await activities.aggregateExposures({ integrationId });
    return false;
  }
  const afterSeq = state.exportCursorSeq ?? 0;
  const highWatermarkSeq = direction.bound.throughSeq;
  if (afterSeq >= highWatermarkSeq) {
    await activities.completeExport({ integrationId, bound: direction.bound });
    return true;
  }
  const runId = state.run?.id ?? "";
  const throughSeq = Math.min(highWatermarkSeq, afterSeq + (session.plan?.export.batchSeqs ?? 1));
  session.report("export", `delivering buckets ${afterSeq + 1} to ${throughSeq} of ${highWatermarkSeq}`);
  state.exportAttemptedSeq = throughSeq;
  const batch = await activities.exportBatch({ integrationId, runId, afterSeq, throughSeq });
  state.exportCursorSeq = batch.cursorSeq;
  state.exportAttemptedSeq = batch.cursorSeq;
  if (batch.cursorSeq > afterSeq) patience.progressed();
  // The store is an older copy than this workflow knew: the earlier cursor wins and the bound is fixed anew.
  if (batch.stale === true) direction.bound = null;
  else if (batch.retryAtMs !== undefined) await patience.waitUntil(batch.retryAtMs);
  return false;
}
