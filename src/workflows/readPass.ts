// One pass of an import, page by page: a page that fails becomes smaller, and days that cannot be read become gaps.
import { ApplicationFailure, isCancellation } from "@temporalio/workflow";
import { CONCERNS_ALL_DAYS, continueError, mayConcernSomeDays } from "../domain/errors.ts";
import type { EventProgress, ImportPass } from "../domain/progress.ts";
import { sizeText } from "../domain/sizeText.ts";
import { causeOf, isWithoutTurn, toErrorState } from "./activityProxies.ts";
import type { IntegrationRun } from "./integrationRun.ts";
import { waitIfPaused } from "./pageBoundary.ts";
import { RetryBudget } from "./retryBudget.ts";
import type { ImportRunState } from "./state.ts";

/** A failed page is halved once per try, and a round is three tries. */
const HALVINGS_PER_ROUND = 3;
/** Seven halvings make one day out of 92. */
const MAX_HALVINGS = 7;
/** An outage is not a thousand gaps: at so many unreadable pages in a row, the pass fails for this run. */
const MAX_UNREADABLE_IN_A_ROW = 5;

interface PassState {
  progress: EventProgress;
  /** How often failures have halved the page. */
  halvings: number;
  gapsInARow: number;
  /** The last page was read, and what is in its rows is known. */
  isDiscovered: boolean;
  budget: RetryBudget;
}

/** Returns whether the properties of its rows are discovered. A failure does not stop other passes. */
export async function readPass(
  integration: IntegrationRun,
  importing: ImportRunState,
  pass: ImportPass,
): Promise<boolean> {
  const isRange = pass.ranges !== undefined;
  const { state } = integration;
  const reading: PassState = {
    progress: pass.progress,
    halvings: isRange ? 0 : state.pageHalvings,
    gapsInARow: 0,
    isDiscovered: false,
    // A range is tried again in each run, so one round is enough.
    budget: new RetryBudget(integration, "import", isRange ? 1 : undefined),
  };
  while (reading.progress.unfinished !== null && (await waitIfPaused(integration, "import")) === "go") {
    let step: "go" | "ended";
    const { halvings } = reading;
    try {
      step = await readPage(integration, importing, pass, reading);
    } catch (failure) {
      const isPageTried = !isCancellation(failure) && !isWithoutTurn(failure);
      if (isPageTried) reading.halvings = Math.min(MAX_HALVINGS, halvings + HALVINGS_PER_ROUND);
      step = await retryOrSkip(integration, importing, pass, { reading, halvings, failure });
    }
    if (!isRange) state.pageHalvings = reading.halvings;
    if (step === "ended") return false;
    if (isRange && reading.progress.unfinished !== null && isNextRunDue(integration)) {
      // The range keeps its progress, and the next run goes on with it after its increments.
      importing.leftGaps = true;
      return false;
    }
  }
  if (!isRange && reading.progress.unfinished === null) state.pageHalvings = 0;
  return reading.isDiscovered;
}

function isNextRunDue({ state, nextRunAtMs }: IntegrationRun): boolean {
  return state.requests.length > 0 || (nextRunAtMs !== null && nextRunAtMs <= Date.now());
}

/** `halvings`: those with which the page failed. Returns "ended" if the pass goes no further in this run. */
async function retryOrSkip(
  integration: IntegrationRun,
  importing: ImportRunState,
  pass: ImportPass,
  { reading, halvings, failure }: { reading: PassState; halvings: number; failure: unknown },
): Promise<"go" | "ended"> {
  if (await reading.budget.mayRetry(failure)) return "go";
  const left = mayLeaveGap(failure, reading)
    ? await leaveGap(integration, pass, reading, halvings, failure)
    : "nothing";
  if (left === "too wide" && halvings < MAX_HALVINGS) return "go";
  if (left === "stale") return "ended";
  if (left !== "gap") {
    markFailed(integration, importing, pass, failure);
    return "ended";
  }
  reading.gapsInARow++;
  importing.leftGaps = true;
  moveTo(integration, pass, reading.progress);
  return "go";
}

/** Stores the progress after the page in `reading`. */
async function readPage(
  integration: IntegrationRun,
  importing: ImportRunState,
  pass: ImportPass,
  reading: PassState,
): Promise<"go" | "ended"> {
  const { activities, integrationId, state } = integration;
  const { halvings: pageHalvings, progress, budget } = reading;
  const runId = state.run?.id ?? "";
  const { estimatedBytes } = importing;
  const size = estimatedBytes === undefined ? "" : `, about ${sizeText(estimatedBytes)} so far`;
  integration.report("import", `reading ${pass.events.length} event(s), page ${importing.pages + 1}${size}`);
  const page = await activities.importPage({ integrationId, runId, task: { ...pass, progress }, pageHalvings });
  if (page.stale === true) return "ended";
  if (page.retryAtMs !== undefined) {
    await budget.waitForRateLimit(page.retryAtMs);
    return "go";
  }
  importing.pages++;
  if (page.estimatedBytes !== undefined) importing.estimatedBytes = (estimatedBytes ?? 0) + page.estimatedBytes;
  reading.halvings = 0;
  reading.gapsInARow = 0;
  reading.progress = page.progress;
  reading.isDiscovered = page.progress.unfinished === null && page.undiscovered !== true;
  budget.progressed();
  moveTo(integration, pass, page.progress);
  return "go";
}

function mayLeaveGap(failure: unknown, { gapsInARow }: PassState): boolean {
  const cause = causeOf(failure);
  if (cause instanceof ApplicationFailure && cause.details?.[0] === CONCERNS_ALL_DAYS) return false;
  return gapsInARow + 1 < MAX_UNREADABLE_IN_A_ROW && mayConcernSomeDays(toErrorState(failure, Date.now()).kind);
}

async function leaveGap(
  { activities, integrationId }: IntegrationRun,
  pass: ImportPass,
  reading: PassState,
  pageHalvings: number,
  failure: unknown,
): Promise<"gap" | "too wide" | "nothing" | "stale"> {
  const task = { ...pass, progress: reading.progress };
  try {
    const error = toErrorState(failure, Date.now());
    const result = await activities.leaveGap({ integrationId, task, pageHalvings, error });
    if (result.left === "gap") reading.progress = result.progress;
    return result.left;
  } catch (gapFailure) {
    if (isCancellation(gapFailure)) throw gapFailure;
    // The store fails too, so the days are read again in the next run.
    return "nothing";
  }
}

/** A range has its progress in the store alone. */
function moveTo({ state }: IntegrationRun, { events, ranges }: ImportPass, progress: EventProgress): void {
  if (ranges !== undefined) return;
  for (const name of events) state.events[name] = progress;
}

/** A range that fails stays, to be read by the next run. */
function markFailed(integration: IntegrationRun, importing: ImportRunState, pass: ImportPass, failure: unknown): void {
  const { errors } = integration.state;
  if (pass.ranges === undefined) {
    const error = toErrorState(failure, Date.now());
    for (const name of pass.events) errors.events[name] = continueError(errors.events[name] ?? null, error);
    importing.failedEvents.push(...pass.events);
  } else {
    importing.leftGaps = true;
  }
  integration.changed();
}
