import { isCancellation } from "@temporalio/workflow";
import { continueError } from "../domain/errors.ts";
import { toLegError } from "./activities.ts";
import { Patience } from "./patience.ts";
import type { Session } from "./session.ts";
import type { ExportLegState } from "./state.ts";

/**
 * The export leg of one cycle: seal, deliver every batch up to the bound, mark complete. Returns without a result when it was
 * suspended for continue-as-new; a failure becomes a result and a visible error, never an exception.
 */
export async function runExportLeg(session: Session, leg: ExportLegState): Promise<void> {
  const { errors } = session.state;
  try {
    if ((await deliver(session, leg)) === "suspend") return;
    leg.result = { leg: "export", outcome: "succeeded" };
    errors.export = null;
    session.report("export", "idle");
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    errors.export = continueError(errors.export, toLegError(failure, Date.now()));
    leg.result = { leg: "export", outcome: "failed", error: errors.export };
    session.report("export", "failed in the last cycle");
  }
  session.changed();
}

async function deliver(session: Session, leg: ExportLegState): Promise<"done" | "suspend"> {
  const patience = new Patience(session, "export");
  for (;;) {
    const step = await session.proceed("export");
    if (step === "disabled") return "done";
    if (step === "suspend") return "suspend";
    try {
      if (await advance(session, leg, patience)) return "done";
    } catch (failure) {
      await patience.afterFailure(failure);
    }
  }
}

/** One step: fix the bound, deliver a batch, or mark complete; true once there is nothing left to do. */
async function advance(session: Session, leg: ExportLegState, patience: Patience): Promise<boolean> {
  const { state, activities, integrationId } = session;
  if (leg.bound === null) {
    session.report("export", "sealing buckets");
    leg.bound = await activities.aggregateExposures({ integrationId });
    return false;
  }
  const afterSeq = state.exportCursorSeq ?? 0;
  const boundSeq = leg.bound.throughSeq;
  if (afterSeq >= boundSeq) {
    await activities.completeExport({ integrationId, bound: leg.bound });
    return true;
  }
  const cycleId = state.cycle?.id ?? "";
  const throughSeq = Math.min(boundSeq, afterSeq + (session.plan?.export.batchSeqs ?? 1));
  session.report("export", `delivering buckets ${afterSeq + 1} to ${throughSeq} of ${boundSeq}`);
  state.exportAttemptedSeq = throughSeq;
  const batch = await activities.exportBatch({ integrationId, cycleId, afterSeq, throughSeq });
  state.exportCursorSeq = batch.cursorSeq;
  state.exportAttemptedSeq = batch.cursorSeq;
  if (batch.cursorSeq > afterSeq) patience.progressed();
  // The store is an older copy than this workflow knew: the earlier cursor wins and the bound is fixed anew.
  if (batch.stale === true) leg.bound = null;
  else if (batch.retryAtMs !== undefined) await patience.waitUntil(batch.retryAtMs);
  return false;
}
