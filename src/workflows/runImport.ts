import { isCancellation } from "@temporalio/workflow";
import type { ImportTask } from "../activities/contract.ts";
import { continueError } from "../domain/errors.ts";
import { toErrorState } from "./activityProxies.ts";
import { Patience } from "./retryBudget.ts";
import type { Session, Step } from "./integrationRun.ts";
import type { ImportDirectionState } from "./state.ts";

/** A failed page is halved once per try; three tries make a round. */
const SHRINK_PER_ROUND = 3;
/** No page is worth halving more often: 92 days become one after seven. */
const MAX_SHRINK = 7;

/**
 * The import direction of one run: fix the bound, then read page by page until every event is complete through it. The failure of a group
 * of events stops neither the others nor the direction. Returns without a result when it was suspended for continue-as-new.
 */
export async function runImport(session: Session, direction: ImportDirectionState): Promise<void> {
  const { errors } = session.state;
  try {
    if ((await readAll(session, direction)) === "suspend") return;
    errors.import = null;
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    errors.import = continueError(errors.import, toErrorState(failure, Date.now()));
  }
  finish(session, direction);
}

function finish(session: Session, direction: ImportDirectionState): void {
  const { errors, events } = session.state;
  for (const name of Object.keys(errors.events)) {
    if (!direction.failedEvents.includes(name)) delete errors.events[name];
  }
  const allFailed = direction.failedEvents.length > 0 && direction.failedEvents.length === Object.keys(events).length;
  if (allFailed && errors.import === null) errors.import = errors.events[direction.failedEvents[0]!] ?? null;
  const outcome = errors.import !== null ? "failed" : direction.failedEvents.length > 0 ? "partial" : "succeeded";
  direction.result = { direction: "import", outcome };
  if (errors.import !== null) direction.result.error = errors.import;
  if (direction.failedEvents.length > 0) direction.result.failedEvents = direction.failedEvents;
  session.report("import", outcome === "succeeded" ? "idle" : "failed in the last run");
  session.changed();
}

async function readAll(session: Session, direction: ImportDirectionState): Promise<"done" | "suspend"> {
  const patience = new Patience(session, "import");
  for (;;) {
    const step = await session.proceed("import");
    if (step === "disabled") return "done";
    if (step === "suspend") return "suspend";
    try {
      const tasks = await plan(session, direction);
      const steps = await Promise.all(tasks.map((task) => readPass(session, direction, task)));
      await session.activities.discoverProperties({ integrationId: session.integrationId });
      patience.progressed();
      if (steps.includes("suspend")) return "suspend";
      if (tasks.length === 0) return "done";
    } catch (failure) {
      await patience.afterFailure(failure);
    }
  }
}

/** What is left to read, without the events that already failed in this run. */
async function plan(session: Session, direction: ImportDirectionState): Promise<ImportTask[]> {
  const { state, activities, integrationId } = session;
  session.report("import", "planning");
  const planned = await activities.planImport({
    integrationId,
    progress: state.events,
    highWatermarkMs: direction.highWatermarkMs,
  });
  direction.highWatermarkMs = planned.highWatermarkMs;
  state.events = planned.progress;
  return planned.tasks
    .map((task) => ({ ...task, events: task.events.filter((name) => !direction.failedEvents.includes(name)) }))
    .filter((task) => task.events.length > 0);
}

/** Reads one group of events page by page until its pass is complete; its failure marks these events alone. */
async function readPass(session: Session, direction: ImportDirectionState, task: ImportTask): Promise<Step> {
  const { errors } = session.state;
  const patience = new Patience(session, "import");
  let progress = task.progress;
  while (progress.unfinished !== null) {
    const step = await session.proceed("import");
    if (step !== "go") return step;
    try {
      const next = await readPage(session, direction, { events: task.events, progress }, patience);
      if (next === "stale") return "go";
      progress = next;
    } catch (failure) {
      if (isCancellation(failure)) throw failure;
      session.state.pageHalvings = Math.min(MAX_SHRINK, session.state.pageHalvings + SHRINK_PER_ROUND);
      try {
        await patience.afterFailure(failure);
      } catch (final) {
        if (isCancellation(final)) throw final;
        const error = toErrorState(final, Date.now());
        for (const name of task.events) errors.events[name] = continueError(errors.events[name] ?? null, error);
        direction.failedEvents.push(...task.events);
        session.changed();
        return "go";
      }
    }
  }
  return "go";
}

async function readPage(session: Session, direction: ImportDirectionState, task: ImportTask, patience: Patience) {
  const { state, activities, integrationId } = session;
  const runId = state.run?.id ?? "";
  session.report("import", `reading ${task.events.length} event(s), page ${direction.pages + 1}`);
  const page = await activities.importPage({ integrationId, runId, task, pageHalvings: state.pageHalvings });
  if (page.stale === true) return "stale" as const;
  if (page.retryAtMs !== undefined) {
    await patience.waitUntil(page.retryAtMs);
    return task.progress;
  }
  direction.pages++;
  state.pageHalvings = 0;
  patience.progressed();
  for (const name of task.events) state.events[name] = page.progress;
  return page.progress;
}
