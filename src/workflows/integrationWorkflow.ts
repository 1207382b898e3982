import { condition, continueAsNew, makeContinueAsNewFunc, setHandler, uuid4, workflowInfo } from "@temporalio/workflow";
import { MAX_PENDING_REQUESTS, MAX_REQUEST_ID_CHARS } from "../domain/limits.ts";
import { runCycle } from "./runCycle.ts";
import { configChangedSignal, pauseSignal, resumeSignal, statusQuery, syncNowSignal } from "./messages.ts";
import type { IntegrationInput, WorkflowStatus } from "./messages.ts";
import { Session, Suspended } from "./integrationRun.ts";

/**
 * The life of one integration: wait until a run is due or asked for, run it, carry on, for as long as the integration
 * exists. It never fails: what goes wrong becomes a state that people can see. Cancellation (DELETE) ends it cleanly.
 */
export async function integrationWorkflow(input: IntegrationInput): Promise<void> {
  const session = new Session(input);
  listen(session);
  await Promise.race([session.mirror(), live(session, input)]);
}

async function live(session: Session, input: IntegrationInput): Promise<void> {
  while (!session.deleted) {
    try {
      await step(session);
    } catch (failure) {
      if (!(failure instanceof Suspended)) throw failure;
    }
    if (session.continueAsNewWanted && !session.deleted) await carryOver(session, input);
  }
}

async function step(session: Session): Promise<void> {
  if (session.configStale) await session.refresh();
  if (session.deleted) return;
  if (isDue(session)) await runCycle(session);
  else await waitUntilDue(session);
}

function isDue(session: Session): boolean {
  const { state } = session;
  if (state.paused) return false;
  if (state.run !== null || state.requests.length > 0) return true;
  const dueAtMs = session.nextRunAtMs;
  return dueAtMs !== null && dueAtMs <= Date.now();
}

async function waitUntilDue(session: Session): Promise<void> {
  session.changed();
  const awake = () => session.configStale || session.continueAsNewWanted || isDue(session);
  const dueAtMs = session.nextRunAtMs;
  if (dueAtMs === null) await condition(awake);
  else await condition(awake, Math.max(1, dueAtMs - Date.now()), { summary: "Next run" });
}

/** Hands the whole state to a new run, once the store shows it, so that no older write can come after a newer one. */
async function carryOver(session: Session, input: IntegrationInput): Promise<never> {
  await session.mirrored();
  const next: IntegrationInput = { ...input, state: session.state };
  if (!workflowInfo().targetWorkerDeploymentVersionChanged) {
    return await continueAsNew<typeof integrationWorkflow>(next);
  }
  const upgrade = makeContinueAsNewFunc<typeof integrationWorkflow>({ initialVersioningBehavior: "AUTO_UPGRADE" });
  return await upgrade(next);
}

function listen(session: Session): void {
  setHandler(syncNowSignal, (requestId?: string) => {
    const id = typeof requestId === "string" ? requestId.slice(0, MAX_REQUEST_ID_CHARS) : "";
    session.requested(id === "" ? uuid4() : id, MAX_PENDING_REQUESTS);
  });
  setHandler(pauseSignal, () => session.setPaused(true));
  setHandler(resumeSignal, () => session.setPaused(false));
  setHandler(configChangedSignal, () => session.configChanged());
  setHandler(statusQuery, (): WorkflowStatus => {
    const { state } = session;
    return {
      status: session.status,
      doing: session.doing,
      nextRunAtMs: session.nextRunAtMs,
      lastRunStartedAtMs: state.lastRunStartedAtMs,
      runId: state.run?.id ?? null,
      queuedRequests: state.requests.length,
      exportCursorSeq: state.exportCursorSeq,
      events: state.events,
      errors: state.errors,
    };
  });
}
