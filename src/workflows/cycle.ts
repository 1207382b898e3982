import { uuid4 } from "@temporalio/workflow";
import type { LegResult } from "../activities/contract.ts";
import { isRetryable } from "../domain/errors.ts";
import type { LegError } from "../domain/errors.ts";
import type { Outcome } from "../domain/integration.ts";
import { runExportLeg } from "./exportLeg.ts";
import { runImportLeg } from "./importLeg.ts";
import type { Session } from "./session.ts";
import type { CycleState } from "./state.ts";

const FIRST_RETRY_MS = 5 * 60_000;

/** One pass over the enabled legs, side by side. False if it was suspended for continue-as-new: the state carries the rest. */
export async function runCycle(session: Session): Promise<boolean> {
  const cycle = session.state.cycle ?? (await startCycle(session));
  if (cycle === null) return true;
  await Promise.all([
    cycle.export !== null && cycle.export.result === null ? runExportLeg(session, cycle.export) : undefined,
    cycle.import !== null && cycle.import.result === null ? runImportLeg(session, cycle.import) : undefined,
  ]);
  if (session.deleted) return true;
  const unfinished = [cycle.export, cycle.import].some((leg) => leg !== null && leg.result === null);
  if (unfinished) return false;
  await finishCycle(session, cycle);
  return true;
}

/** Null if the integration was deleted meanwhile. Requests that came until now are served: no bound is fixed yet. */
async function startCycle(session: Session): Promise<CycleState | null> {
  const { state } = session;
  const startedAtMs = Date.now();
  await session.refresh(true);
  if (session.deleted || session.plan === null) return null;
  const { plan } = session;
  const cycle: CycleState = {
    id: uuid4(),
    startedAtMs,
    requests: state.requests.splice(0),
    export: plan.export.enabled ? { bound: null, result: null } : null,
    import: plan.import.enabled ? { boundMs: null, pages: 0, failedEvents: [], result: null } : null,
  };
  state.cycle = cycle;
  state.lastCycleStartedAtMs = startedAtMs;
  state.servedSyncVersion = plan.syncVersion;
  state.retryAtMs = null;
  session.changed();
  await record(session, cycle, null);
  return cycle;
}

async function finishCycle(session: Session, cycle: CycleState): Promise<void> {
  const { state } = session;
  scheduleRetry(session);
  session.changed();
  // Who sees that the cycle ended must see its errors, or that they are gone.
  await session.mirrored();
  await record(session, cycle, { atMs: Date.now(), outcome: outcomeOf(results(cycle)) });
  state.cycle = null;
  session.changed();
}

async function record(session: Session, cycle: CycleState, finished: { atMs: number; outcome: Outcome } | null) {
  await session.insist("record the run", () =>
    session.activities.recordRun({
      integrationId: session.integrationId,
      cycleId: cycle.id,
      startedAtMs: cycle.startedAtMs,
      requestIds: cycle.requests,
      legs: results(cycle),
      finished,
    }),
  );
}

/** What time may heal is tried again sooner than in a whole interval, waiting longer each time. */
function scheduleRetry(session: Session): void {
  const { state } = session;
  const errors: (LegError | null)[] = [state.errors.export, state.errors.import, ...Object.values(state.errors.events)];
  if (!errors.some((error) => error !== null && isRetryable(error.kind))) {
    state.failedCycles = 0;
    return;
  }
  state.failedCycles++;
  state.retryAtMs = Date.now() + FIRST_RETRY_MS * 2 ** Math.min(10, state.failedCycles - 1);
}

function results(cycle: CycleState): LegResult[] {
  const legs: LegResult[] = [];
  if (cycle.export !== null) legs.push(cycle.export.result ?? { leg: "export", outcome: null });
  if (cycle.import !== null) legs.push(cycle.import.result ?? { leg: "import", outcome: null });
  return legs;
}

function outcomeOf(legs: LegResult[]): Outcome {
  if (legs.every((leg) => leg.outcome === "succeeded")) return "succeeded";
  return legs.every((leg) => leg.outcome === "failed") ? "failed" : "partial";
}
