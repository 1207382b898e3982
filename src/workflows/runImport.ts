// The import of one run: fix the high watermark, then read page by page until every event is complete through it.
import { isCancellation } from "@temporalio/workflow";
import { continueError } from "../domain/errors.ts";
import type { EventProgress, ImportPass } from "../domain/progress.ts";
import type { Outcome } from "../domain/run.ts";
import { toErrorState } from "./activityProxies.ts";
import type { IntegrationRun } from "./integrationRun.ts";
import { repeatSteps, waitIfPaused } from "./pageBoundary.ts";
import { RetryBudget } from "./retryBudget.ts";
import type { ImportRunState } from "./state.ts";

/** A failed page is halved once per try, and a round is three tries. */
const HALVINGS_PER_ROUND = 3;
/** Seven halvings make one day out of 92. */
const MAX_HALVINGS = 7;

/** Returns without a result if it was suspended. A failure of one group of events does not stop the others. */
export async function runImport(integration: IntegrationRun, importing: ImportRunState): Promise<void> {
  const { errors } = integration.state;
  try {
    const ended = await repeatSteps(integration, "import", (budget) => advance(integration, importing, budget));
    if (ended === "suspended") return;
    errors.import = null;
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    errors.import = continueError(errors.import, toErrorState(failure, Date.now()));
  }
  finish(integration, importing);
}

function finish(integration: IntegrationRun, importing: ImportRunState): void {
  const { errors, events } = integration.state;
  const { failedEvents } = importing;
  for (const name of Object.keys(errors.events)) {
    if (!failedEvents.includes(name)) delete errors.events[name];
  }
  const allFailed = failedEvents.length > 0 && failedEvents.length === Object.keys(events).length;
  if (allFailed) errors.import ??= errors.events[failedEvents[0]!] ?? null;
  const outcome = outcomeOf(integration, failedEvents);
  importing.result = { direction: "import", outcome };
  if (errors.import !== null) importing.result.error = errors.import;
  if (failedEvents.length > 0) importing.result.failedEvents = failedEvents;
  const hasFailed = outcome === "failed" || outcome === "partial";
  integration.report("import", hasFailed ? "failed in the last run" : "idle");
  integration.changed();
}

function outcomeOf({ state: { errors, events } }: IntegrationRun, failedEvents: string[]): Outcome {
  if (errors.import !== null) return "failed";
  if (failedEvents.length > 0) return "partial";
  return Object.keys(events).length === 0 ? "nothing_to_do" : "succeeded";
}

/** Plans what is left to read and reads it. Returns true if nothing was left. */
async function advance(integration: IntegrationRun, importing: ImportRunState, budget: RetryBudget): Promise<boolean> {
  const { integrationId } = integration;
  const tasks = await planTasks(integration, importing);
  await Promise.all(tasks.map((task) => readTask(integration, importing, task)));
  await integration.activities.discoverProperties({ integrationId });
  budget.progressed();
  return tasks.length === 0;
}

/** Returns what is left to read, without the events that already failed in this run. */
async function planTasks(integration: IntegrationRun, importing: ImportRunState): Promise<ImportPass[]> {
  const { activities, integrationId, state } = integration;
  const { highWatermarkMs, failedEvents } = importing;
  integration.report("import", "planning what to read");
  const plan = await activities.planImport({ integrationId, progress: state.events, highWatermarkMs });
  importing.highWatermarkMs = plan.highWatermarkMs;
  state.events = plan.progress;
  return plan.tasks
    .map((task) => ({ ...task, events: task.events.filter((name) => !failedEvents.includes(name)) }))
    .filter((task) => task.events.length > 0);
}

async function readTask(integration: IntegrationRun, importing: ImportRunState, task: ImportPass): Promise<void> {
  const { state } = integration;
  const budget = new RetryBudget(integration, "import");
  let progress = task.progress;
  while (progress.unfinished !== null && (await waitIfPaused(integration, "import")) === "go") {
    try {
      const read = await readPage(integration, importing, { events: task.events, progress }, budget);
      if (read === "stale") return;
      progress = read;
    } catch (failure) {
      if (!isCancellation(failure))
        state.pageHalvings = Math.min(MAX_HALVINGS, state.pageHalvings + HALVINGS_PER_ROUND);
      if (await budget.mayRetry(failure)) continue;
      return markFailed(integration, importing, task.events, failure);
    }
  }
}

function markFailed(integration: IntegrationRun, importing: ImportRunState, events: string[], failure: unknown): void {
  const { errors } = integration.state;
  const error = toErrorState(failure, Date.now());
  for (const name of events) errors.events[name] = continueError(errors.events[name] ?? null, error);
  importing.failedEvents.push(...events);
  integration.changed();
}

/** Returns the progress after the page, or "stale" if the import must be planned again. */
async function readPage(
  integration: IntegrationRun,
  importing: ImportRunState,
  task: ImportPass,
  budget: RetryBudget,
): Promise<EventProgress | "stale"> {
  const { activities, integrationId, state } = integration;
  const runId = state.run?.id ?? "";
  integration.report("import", `reading ${task.events.length} event(s), page ${importing.pages + 1}`);
  const page = await activities.importPage({ integrationId, runId, task, pageHalvings: state.pageHalvings });
  if (page.stale === true) return "stale";
  if (page.retryAtMs !== undefined) {
    await budget.waitForRateLimit(page.retryAtMs);
    return task.progress;
  }
  importing.pages++;
  state.pageHalvings = 0;
  budget.progressed();
  for (const name of task.events) state.events[name] = page.progress;
  return page.progress;
}
