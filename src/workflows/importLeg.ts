import { isCancellation } from "@temporalio/workflow";
import type { ImportTask } from "../activities/contract.ts";
import { continueError } from "../domain/errors.ts";
import { toLegError } from "./activities.ts";
import { Patience } from "./patience.ts";
import type { Session, Step } from "./session.ts";
import type { ImportLegState } from "./state.ts";

/** A failed page is halved once per try; three tries make a round. */
const SHRINK_PER_ROUND = 3;
/** No page is worth halving more often: 92 days become one after seven. */
const MAX_SHRINK = 7;

/**
 * The import leg of one cycle: fix the bound, then read page by page until every event is complete through it. The failure of a group
 * of events stops neither the others nor the leg. Returns without a result when it was suspended for continue-as-new.
 */
export async function runImportLeg(session: Session, leg: ImportLegState): Promise<void> {
  const { errors } = session.state;
  try {
    if ((await readAll(session, leg)) === "suspend") return;
    errors.import = null;
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    errors.import = continueError(errors.import, toLegError(failure, Date.now()));
  }
  finish(session, leg);
}

function finish(session: Session, leg: ImportLegState): void {
  const { errors, events } = session.state;
  for (const name of Object.keys(errors.events)) {
    if (!leg.failedEvents.includes(name)) delete errors.events[name];
  }
  const allFailed = leg.failedEvents.length > 0 && leg.failedEvents.length === Object.keys(events).length;
  if (allFailed && errors.import === null) errors.import = errors.events[leg.failedEvents[0]!] ?? null;
  const outcome = errors.import !== null ? "failed" : leg.failedEvents.length > 0 ? "partial" : "succeeded";
  leg.result = { leg: "import", outcome };
  if (errors.import !== null) leg.result.error = errors.import;
  if (leg.failedEvents.length > 0) leg.result.failedEvents = leg.failedEvents;
  session.report("import", outcome === "succeeded" ? "idle" : "failed in the last cycle");
  session.changed();
}

async function readAll(session: Session, leg: ImportLegState): Promise<"done" | "suspend"> {
  const patience = new Patience(session, "import");
  for (;;) {
    const step = await session.proceed("import");
    if (step === "disabled") return "done";
    if (step === "suspend") return "suspend";
    try {
      const tasks = await plan(session, leg);
      const steps = await Promise.all(tasks.map((task) => readPass(session, leg, task)));
      await session.activities.discoverProperties({ integrationId: session.integrationId });
      patience.progressed();
      if (steps.includes("suspend")) return "suspend";
      if (tasks.length === 0) return "done";
    } catch (failure) {
      await patience.afterFailure(failure);
    }
  }
}

/** What is left to read, without the events that already failed in this cycle. */
async function plan(session: Session, leg: ImportLegState): Promise<ImportTask[]> {
  const { state, activities, integrationId } = session;
  session.report("import", "planning");
  const planned = await activities.planImport({ integrationId, progress: state.events, boundMs: leg.boundMs });
  leg.boundMs = planned.boundMs;
  state.events = planned.progress;
  return planned.tasks
    .map((task) => ({ ...task, events: task.events.filter((name) => !leg.failedEvents.includes(name)) }))
    .filter((task) => task.events.length > 0);
}

/** Reads one group of events page by page until its pass is complete; its failure marks these events alone. */
async function readPass(session: Session, leg: ImportLegState, task: ImportTask): Promise<Step> {
  const { errors } = session.state;
  const patience = new Patience(session, "import");
  let progress = task.progress;
  while (progress.unfinished !== null) {
    const step = await session.proceed("import");
    if (step !== "go") return step;
    try {
      const next = await readPage(session, leg, { events: task.events, progress }, patience);
      if (next === "stale") return "go";
      progress = next;
    } catch (failure) {
      if (isCancellation(failure)) throw failure;
      session.state.importShrink = Math.min(MAX_SHRINK, session.state.importShrink + SHRINK_PER_ROUND);
      try {
        await patience.afterFailure(failure);
      } catch (final) {
        if (isCancellation(final)) throw final;
        const error = toLegError(final, Date.now());
        for (const name of task.events) errors.events[name] = continueError(errors.events[name] ?? null, error);
        leg.failedEvents.push(...task.events);
        session.changed();
        return "go";
      }
    }
  }
  return "go";
}

async function readPage(session: Session, leg: ImportLegState, task: ImportTask, patience: Patience) {
  const { state, activities, integrationId } = session;
  const cycleId = state.cycle?.id ?? "";
  session.report("import", `reading ${task.events.length} event(s), page ${leg.pages + 1}`);
  const page = await activities.importPage({ integrationId, cycleId, task, shrink: state.importShrink });
  if (page.stale === true) return "stale" as const;
  if (page.retryAtMs !== undefined) {
    await patience.waitUntil(page.retryAtMs);
    return task.progress;
  }
  leg.pages++;
  state.importShrink = 0;
  patience.progressed();
  for (const name of task.events) state.events[name] = page.progress;
  return page.progress;
}
