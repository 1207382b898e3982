// What happens between two pages: new settings are read, a pause is waited out, continue-as-new is honoured.
import { condition } from "@temporalio/workflow";
import type { IntegrationConfig } from "../activities/contract.ts";
import type { Direction } from "../domain/run.ts";
import type { ConfigMark, IntegrationRun } from "./integrationRun.ts";
import { RetryBudget, retryForever, Suspended } from "./retryBudget.ts";

/** What a direction does next: the next page, its end because it was switched off, or a stop for continue-as-new. */
type NextStep = "go" | "disabled" | "suspend";

export async function waitIfPaused(integration: IntegrationRun, direction: Direction): Promise<NextStep> {
  for (;;) {
    if (integration.configStale && !integration.deleted) await refreshOrSuspend(integration);
    if (integration.deleted || integration.config?.[direction].enabled === false) return "disabled";
    if (integration.continueAsNewWanted) integration.suspending = true;
    if (integration.suspending) return "suspend";
    if (!integration.state.paused) return "go";
    integration.report(direction, "paused");
    await condition(() => !integration.state.paused || integration.configStale || integration.suspending);
  }
}

/** Repeats a step, with retries, until it returns true or the direction is off. Throws what retries do not heal. */
export async function repeatSteps(
  integration: IntegrationRun,
  direction: Direction,
  step: (budget: RetryBudget) => Promise<boolean>,
): Promise<"done" | "suspended"> {
  const budget = new RetryBudget(integration, direction);
  for (;;) {
    const next = await waitIfPaused(integration, direction);
    if (next !== "go") return next === "suspend" ? "suspended" : "done";
    try {
      if (await step(budget)) return "done";
    } catch (failure) {
      if (!(await budget.mayRetry(failure))) throw failure;
    }
  }
}

async function refreshOrSuspend(integration: IntegrationRun): Promise<void> {
  try {
    await (integration.configRead ?? refreshConfig(integration));
  } catch (failure) {
    if (!(failure instanceof Suspended)) throw failure;
    integration.suspending = true;
  }
}

export async function refreshConfig(integration: IntegrationRun): Promise<void> {
  integration.configRead = readConfig(integration);
  try {
    await integration.configRead;
  } finally {
    integration.configRead = null;
  }
}

async function readConfig(integration: IntegrationRun): Promise<void> {
  const { state, integrationId } = integration;
  const { exportCursorSeq, exportAttemptedSeq } = state;
  const mark = integration.mark();
  const config = await retryForever(integration, "read the configuration", () =>
    integration.activities.loadConfig({ integrationId, exportCursorSeq, exportAttemptedSeq }),
  );
  if (config === null) integration.deleted = true;
  else takeConfig(integration, config, mark);
}

/** `mark`: of the moment before it was read. */
export function takeConfig(integration: IntegrationRun, config: IntegrationConfig, mark: ConfigMark): void {
  takePause(integration, config, mark);
  integration.useConfig(config);
  integration.configSignalsCovered = Math.max(integration.configSignalsCovered, mark.signals);
  dropObsoleteErrors(integration, config);
  integration.changed();
}

/**
 * The signal of a pause may be lost. What came by signal alone stands until the store has a change that is new here.
 */
function takePause(
  integration: IntegrationRun,
  { paused, pauseVersion }: IntegrationConfig,
  { pauses, isPauseStored }: ConfigMark,
): void {
  const { state } = integration;
  // One that came meanwhile has asked for another read.
  if (pauses !== integration.pauseSignals) return;
  const isNew = state.pauseVersion !== undefined && pauseVersion !== undefined && pauseVersion !== state.pauseVersion;
  if (isNew) integration.unprojectedPause = null;
  if (isNew || isPauseStored) state.paused = paused;
  if (pauseVersion !== undefined) state.pauseVersion = pauseVersion;
}

function dropObsoleteErrors({ state: { errors } }: IntegrationRun, config: IntegrationConfig): void {
  if (!config.export.enabled) errors.export = null;
  if (!config.import.enabled) errors.import = null;
  for (const name of Object.keys(errors.events)) {
    if (!config.import.enabled || !config.import.events.includes(name)) delete errors.events[name];
  }
}
