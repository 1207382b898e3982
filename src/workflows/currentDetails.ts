// What users see: details and search attribute in the Temporal UI, the `status` query, the projection in the store.
import { condition, setCurrentDetails, upsertSearchAttributes, workflowInfo } from "@temporalio/workflow";
import type { ErrorState } from "../domain/errors.ts";
import type { IntegrationStatus } from "../domain/integration.ts";
import type { Direction, StatusProjection } from "../domain/run.ts";
import type { IntegrationRun } from "./integrationRun.ts";
import { statusKey, type WorkflowStatus } from "./messages.ts";
import { retryForever, Suspended } from "./retryBudget.ts";

const MAX_EVENTS_LISTED = 20;

/** Shows each change in the Temporal UI, for as long as the execution lives. */
export async function showDetails(integration: IntegrationRun): Promise<never> {
  for (;;) {
    await condition(() => integration.detailsStale);
    integration.detailsStale = false;
    setCurrentDetails(describe(integration));
    // Each change of a search attribute is billed: that a run goes on is in the details alone.
    const status = statusAtRest(integration);
    if (status !== integration.shownStatus) upsertSearchAttributes([{ key: statusKey, value: status }]);
    integration.shownStatus = status;
  }
}

/** Writes each change to the store, one write at a time, for as long as the execution lives. */
export async function projectStatus(integration: IntegrationRun): Promise<never> {
  const { integrationId } = integration;
  for (;;) {
    await condition(() => integration.projection === "stale" && integration.config !== null && !integration.deleted);
    try {
      await writeStatus(integration, async (status) => {
        if (isWritten(integration)) return { isPauseStored: true };
        return await retryForever(integration, "write the status to the store", () =>
          integration.activities.projectStatus({ integrationId, ...status }),
        );
      });
    } catch (failure) {
      if (!(failure instanceof Suspended)) throw failure;
      // The next execution begins by writing everything.
      integration.projection = "gave up";
    }
  }
}

type Status = Omit<StatusProjection, "integrationId">;

/** Null if nothing was written; absent, as the whole is, from an activity of an older build. */
interface StatusWritten {
  isPauseStored?: boolean | null;
}

/** Lets `write` write the status while no other write of it goes on: an older one must not come after a newer one. */
export async function writeStatus<T extends StatusWritten | undefined>(
  integration: IntegrationRun,
  write: (status: Status) => Promise<T>,
): Promise<T> {
  while (integration.isWritingStatus) await condition(() => !integration.isWritingStatus);
  integration.isWritingStatus = true;
  integration.projection = "writing";
  const content = statusOfStore(integration);
  const paused = integration.unprojectedPause;
  const { pauseVersion } = integration.state;
  try {
    const result = await write({ ...content, paused, ...(pauseVersion !== undefined && { pauseVersion }) });
    const isPauseStored = result?.isPauseStored;
    if (isPauseStored === null) return result;
    if (integration.unprojectedPause === paused && isPauseStored !== false) integration.unprojectedPause = null;
    integration.written = content;
    // TypeScript does not see that a change during the write makes it stale again.
    if ((integration.projection as string) === "writing") integration.projection = "current";
    return result;
  } finally {
    integration.isWritingStatus = false;
    if (integration.projection === "writing") integration.projection = "stale";
  }
}

/** For an execution that begins where another one rested: the store shows the same. */
export function noteWritten(integration: IntegrationRun): void {
  integration.written = statusOfStore(integration);
}

function isWritten(integration: IntegrationRun): boolean {
  if (integration.unprojectedPause !== null) return false;
  return JSON.stringify(integration.written) === JSON.stringify(statusOfStore(integration));
}

/** A copy: what is written is compared later with what the state has become. */
function statusOfStore({ nextRunAtMs, state: { errors } }: IntegrationRun): Omit<Status, "paused" | "pauseVersion"> {
  return { nextRunAtMs, exportError: errors.export, importError: errors.import, eventErrors: { ...errors.events } };
}

/** Resolves once the store shows what is known here, or cannot be reached. */
export async function statusProjected(integration: IntegrationRun): Promise<void> {
  const settled = () => integration.projection === "current" || integration.projection === "gave up";
  await condition(() => settled() || integration.deleted || integration.config === null);
}

export function workflowStatus(integration: IntegrationRun): WorkflowStatus {
  const { state, operations, nextRunAtMs } = integration;
  return {
    status: statusOf(integration),
    operations,
    nextRunAtMs,
    runId: state.run?.id ?? null,
    queuedRequests: state.requests.length,
    exportCursorSeq: state.exportCursorSeq,
    events: state.events,
    errors: state.errors,
  };
}

function statusOf(integration: IntegrationRun): IntegrationStatus {
  const { paused, run } = integration.state;
  return run !== null && !paused ? "syncing" : statusAtRest(integration);
}

function statusAtRest({ state, config }: IntegrationRun): IntegrationStatus {
  if (state.paused) return "paused";
  const { errors } = state;
  const exportFailed = config?.export.enabled === true && errors.export !== null;
  const importFailed =
    config?.import.enabled === true && (errors.import !== null || Object.keys(errors.events).length > 0);
  return exportFailed || importFailed ? "attention" : "idle";
}

/** Markdown for operators: counts and cursors only. */
function describe(integration: IntegrationRun): string {
  const { state, obstacle } = integration;
  const { workflowId } = workflowInfo();
  const requests = `- ${state.requests.length} sync request(s) wait for the next run`;
  return [
    `**${statusOf(integration)}**${obstacle === null ? "" : `: ${obstacle}`}`,
    "",
    `- next run: ${time(integration.nextRunAtMs)}; last run started: ${time(state.lastRunStartedAtMs)}`,
    describeDirection("export", integration),
    `  - every bucket up to seal sequence ${state.exportCursorSeq ?? 0} is delivered`,
    describeDirection("import", integration),
    ...describeEvents(integration),
    ...(state.requests.length > 0 ? [requests] : []),
    "",
    `Commands: \`temporal workflow signal --workflow-id ${workflowId} --name syncNow\` (or \`pause\`, \`resume\`, ` +
      `\`configChanged\`), \`temporal workflow query --workflow-id ${workflowId} --name status\`.`,
  ].join("\n");
}

function describeDirection(name: Direction, { state, config, operations }: IntegrationRun): string {
  const operation = config?.[name].enabled === true ? operations[name] : "off";
  return `- ${name}: ${operation}${describeError(state.errors[name])}`;
}

function describeEvents({ state: { events, errors } }: IntegrationRun): string[] {
  const all = Object.entries(events);
  const listed = all.slice(0, MAX_EVENTS_LISTED).map(([name, progress]) => {
    const reading = progress.unfinished === null ? "" : ", a pass is under way";
    const through = time(progress.completeThroughMs);
    return `  - \`${name}\`: complete through ${through}${reading}${describeError(errors.events[name] ?? null)}`;
  });
  if (all.length > listed.length) listed.push(`  - and ${all.length - listed.length} more`);
  return listed;
}

function describeError(error: ErrorState | null): string {
  return error === null ? "" : `; **${error.kind}** since ${time(error.sinceMs)}: ${error.message}`;
}

function time(ms: number | null): string {
  return ms === null ? "none" : new Date(ms).toISOString();
}
