import type { Outcome } from "../domain/run.ts";
import { uuid4 } from "@temporalio/workflow";
import type { DirectionResult } from "../activities/contract.ts";
import { isRetryable } from "../domain/errors.ts";
import type { ErrorState } from "../domain/errors.ts";
import { runExport } from "./runExport.ts";
import { runImport } from "./runImport.ts";
import type { Session } from "./integrationRun.ts";
import type { RunState } from "./state.ts";

const FIRST_RETRY_MS = 5 * 60_000;

/** One pass over the enabled directions, side by side. False if it was suspended for continue-as-new: the state carries the rest. */
export async function runCycle(session: Session): Promise<boolean> {
  const run = session.state.run ?? (await startRun(session));
  if (run === null) return true;
  await Promise.all([
    run.export !== null && run.export.result === null ? runExport(session, run.export) : undefined,
    run.import !== null && run.import.result === null ? runImport(session, run.import) : undefined,
  ]);
  if (session.deleted) return true;
  const unfinished = [run.export, run.import].some((direction) => direction !== null && direction.result === null);
  if (unfinished) return false;
  await finishRun(session, run);
  return true;
}

/** Null if the integration was deleted meanwhile. Requests that came until now are served: no bound is fixed yet. */
async function startRun(session: Session): Promise<RunState | null> {
  const { state } = session;
  const startedAtMs = Date.now();
  await session.refresh(true);
  if (session.deleted || session.plan === null) return null;
  const { plan } = session;
  const run: RunState = {
    id: uuid4(),
    startedAtMs,
    requests: state.requests.splice(0),
    export: plan.export.enabled ? { bound: null, result: null } : null,
    import: plan.import.enabled ? { highWatermarkMs: null, pages: 0, failedEvents: [], result: null } : null,
  };
  state.run = run;
  state.lastRunStartedAtMs = startedAtMs;
  state.servedSyncVersion = plan.syncVersion;
  state.retryAtMs = null;
  session.changed();
  await record(session, run, null);
  return run;
}

async function finishRun(session: Session, run: RunState): Promise<void> {
  const { state } = session;
  scheduleRetry(session);
  session.changed();
  // Who sees that the run ended must see its errors, or that they are gone.
  await session.mirrored();
  await record(session, run, { atMs: Date.now(), outcome: outcomeOf(results(run)) });
  state.run = null;
  session.changed();
}

async function record(session: Session, run: RunState, finished: { atMs: number; outcome: Outcome } | null) {
  await session.insist("record the run", () =>
    session.activities.recordRun({
      integrationId: session.integrationId,
      runId: run.id,
      startedAtMs: run.startedAtMs,
      requestIds: run.requests,
      directions: results(run),
      finished,
    }),
  );
}

/** What time may heal is tried again sooner than in a whole interval, waiting longer each time. */
function scheduleRetry(session: Session): void {
  const { state } = session;
  const errors: (ErrorState | null)[] = [
    state.errors.export,
    state.errors.import,
    ...Object.values(state.errors.events),
  ];
  if (!errors.some((error) => error !== null && isRetryable(error.kind))) {
    state.failedRuns = 0;
    return;
  }
  state.failedRuns++;
  state.retryAtMs = Date.now() + FIRST_RETRY_MS * 2 ** Math.min(10, state.failedRuns - 1);
}

function results(run: RunState): DirectionResult[] {
  const directions: DirectionResult[] = [];
  if (run.export !== null) directions.push(run.export.result ?? { direction: "export", outcome: null });
  if (run.import !== null) directions.push(run.import.result ?? { direction: "import", outcome: null });
  return directions;
}

function outcomeOf(directions: DirectionResult[]): Outcome {
  if (directions.every((direction) => direction.outcome === "succeeded")) return "succeeded";
  return directions.every((direction) => direction.outcome === "failed") ? "failed" : "partial";
}
