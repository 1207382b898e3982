// The import of one run: fix the high watermark, then read page by page until every event is complete through it.
import { isCancellation } from "@temporalio/workflow";
import type { PlanImportInput } from "../activities/contract.ts";
import { continueError } from "../domain/errors.ts";
import type { ImportPass } from "../domain/progress.ts";
import type { Outcome } from "../domain/run.ts";
import { toErrorState } from "./activityProxies.ts";
import type { IntegrationRun } from "./integrationRun.ts";
import { repeatSteps } from "./pageBoundary.ts";
import { readPass } from "./readPass.ts";
import type { RetryBudget } from "./retryBudget.ts";
import type { ImportRunState } from "./state.ts";

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

const OPERATIONS: Record<Outcome, string> = {
  succeeded: "idle",
  nothing_to_do: "idle",
  partial: "incomplete in the last run",
  failed: "failed in the last run",
};

function finish(integration: IntegrationRun, importing: ImportRunState): void {
  const { errors, events } = integration.state;
  const { failedEvents } = importing;
  for (const name of Object.keys(errors.events)) {
    if (!failedEvents.includes(name)) delete errors.events[name];
  }
  const allFailed = failedEvents.length > 0 && failedEvents.length === Object.keys(events).length;
  if (allFailed) errors.import ??= errors.events[failedEvents[0]!] ?? null;
  const outcome = outcomeOf(integration, importing);
  importing.result = { direction: "import", outcome };
  if (errors.import !== null) importing.result.error = errors.import;
  if (failedEvents.length > 0) importing.result.failedEvents = failedEvents;
  integration.report("import", OPERATIONS[outcome]);
  integration.changed();
}

function outcomeOf({ state: { errors, events } }: IntegrationRun, { failedEvents, leftGaps }: ImportRunState): Outcome {
  if (errors.import !== null) return "failed";
  if (failedEvents.length > 0 || leftGaps === true) return "partial";
  return Object.keys(events).length === 0 ? "nothing_to_do" : "succeeded";
}

/** Plans what is left to read and reads it. Returns true if nothing was left. */
async function advance(integration: IntegrationRun, importing: ImportRunState, budget: RetryBudget): Promise<boolean> {
  const { integrationId } = integration;
  const { passes, ranges, isLast } = await planPasses(integration, importing);
  if (passes.length === 0 && ranges.length === 0) return true;
  let isDiscovered = await readPasses(integration, importing, passes);
  // Ranges come last, one by one: what they read is older than what the passes read.
  for (const pass of ranges) isDiscovered = (await readRange(integration, importing, pass)) && isDiscovered;
  if (!isDiscovered) await integration.activities.discoverProperties({ integrationId });
  budget.progressed();
  return isLast && isDiscovered && importing.leftGaps !== true;
}

/** A few at once: an integration of 200 tables is not to take all the slots of its provider. */
async function readPasses(
  integration: IntegrationRun,
  importing: ImportRunState,
  passes: ImportPass[],
): Promise<boolean> {
  const waiting = passes.values();
  let isDiscovered = true;
  const readNext = async () => {
    for (const pass of waiting) isDiscovered = (await readPass(integration, importing, pass)) && isDiscovered;
  };
  await Promise.all(Array.from({ length: integration.config?.passesAtOnce ?? 1 }, readNext));
  return isDiscovered;
}

/** Returns what is left to read, without what already failed in this run. */
async function planPasses(integration: IntegrationRun, importing: ImportRunState) {
  const { activities, integrationId, state } = integration;
  const { highWatermarkMs, failedEvents, triedRanges } = importing;
  integration.report("import", "planning what to read");
  const input: PlanImportInput = { integrationId, progress: state.events, highWatermarkMs };
  if (triedRanges !== undefined) input.triedRanges = triedRanges;
  const plan = await activities.planImport(input);
  importing.highWatermarkMs = plan.highWatermarkMs;
  state.events = plan.progress;
  const left = plan.tasks.map((pass) => withoutEvents(pass, failedEvents)).filter(({ events }) => events.length > 0);
  const passes = left.filter(({ ranges }) => ranges === undefined);
  const ranges = passes.length > 0 ? [] : rangesOfRun(importing, left, plan.lastRangeId);
  return { passes, ranges, isLast: plan.isLast === true };
}

/** Each range is tried once in a run. Those that come up meanwhile, such as new gaps, are for the next run. */
function rangesOfRun(importing: ImportRunState, passes: ImportPass[], lastRangeId: number): ImportPass[] {
  importing.rangesThroughId ??= lastRangeId;
  const { rangesThroughId, triedRanges = [] } = importing;
  return passes.filter(({ ranges = [] }) => ranges.every((id) => id <= rangesThroughId && !triedRanges.includes(id)));
}

function withoutEvents({ events, progress, ranges }: ImportPass, failed: string[]): ImportPass {
  const isLeft = (_: unknown, i: number) => !failed.includes(events[i] ?? "");
  const left: ImportPass = { events: events.filter(isLeft), progress };
  if (ranges !== undefined) left.ranges = ranges.filter(isLeft);
  return left;
}

/** A range that continue-as-new interrupts is gone on with. */
async function readRange(integration: IntegrationRun, importing: ImportRunState, pass: ImportPass): Promise<boolean> {
  const isDiscovered = await readPass(integration, importing, pass);
  if (integration.suspending) return isDiscovered;
  importing.triedRanges = [...(importing.triedRanges ?? []), ...(pass.ranges ?? [])];
  return isDiscovered;
}
