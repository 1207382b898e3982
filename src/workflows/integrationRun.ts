// What the parts of one execution of the workflow share: state, configuration, and what signals have changed.
import { workflowInfo } from "@temporalio/workflow";
import type { IntegrationConfig, SyncActivities } from "../activities/contract.ts";
import { MAX_PENDING_REQUESTS } from "../domain/limits.ts";
import type { Direction, StatusProjection } from "../domain/run.ts";
import { nextRunAtMs } from "../domain/schedule.ts";
import type { IntegrationStatus } from "../domain/integration.ts";
import { activitiesFor } from "./activityProxies.ts";
import type { IntegrationInput } from "./messages.ts";
import { initialState, type IntegrationState } from "./state.ts";
import { upgradeState } from "./upgradeState.ts";

/** How many signals came so far, and whether the store shows all of the pauses and resumes. */
export interface ConfigMark {
  signals: number;
  pauses: number;
  isPauseStored: boolean;
}

export class IntegrationRun {
  readonly integrationId: string;
  readonly workspaceId: string;
  readonly state: IntegrationState;
  activities: SyncActivities;
  /** Null until it is read for the first time. */
  config: IntegrationConfig | null = null;
  /** True once the configuration is gone because the integration was deleted. */
  deleted = false;
  /** True once both directions must stop at their next page boundary for continue-as-new. */
  suspending = false;
  /** What each direction is doing, in words. */
  readonly operations: Record<Direction, string> = { export: "idle", import: "idle" };
  /** What keeps the workflow from going on, in words. */
  obstacle: string | null = null;
  /** When the workspace's turn comes to start one more run; null if it need not wait. */
  turnAtMs: number | null = null;
  /** True until this execution has looked whether its run is late. */
  isFirstLook = true;
  /** True once this execution has finished a run: the next wait belongs to an execution with a short history. */
  hasFinishedRun = false;

  /** Grows with every signal. A wait ends early if it has grown since. */
  interruptions = 0;
  /** `configChanged` signals so far, with the start as the first, and how many of them the configuration covers. */
  configSignals = 1;
  configSignalsCovered = 0;
  /** Pauses and resumes so far. */
  pauseSignals = 0;
  /** The read under way, which both directions share. */
  configRead: Promise<void> | null = null;

  /** True until the Temporal UI shows the latest change. */
  detailsStale = true;
  /** Of the search attribute; null: none yet. */
  shownStatus: IntegrationStatus | null = null;
  /** Whether the store shows the latest change. An execution that gave up leaves it to the next one. */
  projection: "stale" | "writing" | "current" | "gave up" = "stale";
  isWritingStatus = false;
  /** What the store shows of it; null if that is not known. */
  written: Omit<StatusProjection, "integrationId" | "paused" | "pauseVersion"> | null = null;
  /** A pause or resume that the store does not show yet; null: the store's own `paused` stands. */
  unprojectedPause: boolean | null;

  constructor(input: IntegrationInput) {
    this.integrationId = input.integrationId;
    this.workspaceId = input.workspaceId;
    this.state = input.state === undefined ? initialState() : upgradeState(input.state);
    const { resting, unprojectedPause, firstRunAtMs } = input;
    if (input.state === undefined && firstRunAtMs !== undefined) this.state.spreadUntilMs = firstRunAtMs;
    // An execution of an older build may have ended without reaching the store, and does not tell.
    const isUntold = input.state !== undefined && resting === undefined && unprojectedPause === undefined;
    this.unprojectedPause = isUntold ? this.state.paused : (unprojectedPause ?? null);
    this.activities = activitiesFor(this.workspaceId, bulkQueueOf(resting?.config ?? null));
    if (resting === undefined) return;
    this.config = resting.config;
    this.configSignalsCovered = this.configSignals;
    this.shownStatus = resting.shownStatus;
    this.projection = "current";
  }

  configChanged(): void {
    this.configSignals++;
    this.interruptions++;
  }

  /** `version`: the row's, whose change this is. A signal sent by hand may carry anything, and goes to the store. */
  setPaused(paused: boolean, version?: unknown): void {
    const { state } = this;
    this.configChanged();
    this.changed();
    const rowVersion = typeof version === "number" ? version : null;
    // It comes late: a later one of the store is known.
    if (rowVersion !== null && rowVersion < (state.pauseVersion ?? 0)) return;
    state.paused = paused;
    this.unprojectedPause = rowVersion === null ? paused : null;
    if (rowVersion !== null) state.pauseVersion = rowVersion;
    this.pauseSignals++;
  }

  requestSync(requestId: string, isRepeated: boolean): void {
    const { requests, run } = this.state;
    const isKnown = requests.includes(requestId) || run?.requests.includes(requestId) === true;
    // Someone asks once more. A mere repetition must not cut the waits of a long run.
    if (!isKnown || !isRepeated) this.interruptions++;
    if (isKnown) return;
    // Beyond the limit the last one stands for all: the reconciler signals the queued ones again.
    if (requests.length >= MAX_PENDING_REQUESTS) requests.pop();
    requests.push(requestId);
    this.changed();
  }

  /** Shows the state to users: in the Temporal UI and, through the store, everywhere else. */
  changed(): void {
    this.detailsStale = true;
    if (this.projection !== "gave up") this.projection = "stale";
  }

  /** To be taken before a configuration is read: what it covers. */
  mark(): ConfigMark {
    const isPauseStored = this.unprojectedPause === null;
    return { signals: this.configSignals, pauses: this.pauseSignals, isPauseStored };
  }

  useConfig(config: IntegrationConfig): void {
    this.config = config;
    this.activities = activitiesFor(this.workspaceId, bulkQueueOf(config));
  }

  report(direction: Direction, operation: string): void {
    this.operations[direction] = operation;
    this.detailsStale = true;
  }

  showObstacle(obstacle: string | null): void {
    this.obstacle = obstacle;
    this.detailsStale = true;
  }

  get configStale(): boolean {
    return this.configSignalsCovered < this.configSignals;
  }

  get continueAsNewWanted(): boolean {
    const info = workflowInfo();
    return info.continueAsNewSuggested || info.targetWorkerDeploymentVersionChanged;
  }

  /** Null while both directions are off or the integration is paused. */
  get nextRunAtMs(): number | null {
    const { state, config } = this;
    if (config === null || state.paused || !(config.export.enabled || config.import.enabled)) return null;
    if (state.lastRunStartedAtMs === null) return state.spreadUntilMs ?? Date.now();
    if (config.syncVersion !== state.servedSyncVersion) return Date.now();
    if (state.spreadUntilMs !== undefined) return state.spreadUntilMs;
    const regular = nextRunAtMs(state.lastRunStartedAtMs, this.integrationId, config.intervalMs);
    return state.retryAtMs === null ? regular : Math.min(regular, state.retryAtMs);
  }

  get isRunDue(): boolean {
    if (this.state.paused) return false;
    if (this.state.run !== null) return true;
    if (this.turnAtMs !== null) return this.turnAtMs <= Date.now();
    if (this.state.requests.length > 0) return true;
    return this.nextRunAtMs !== null && this.nextRunAtMs <= Date.now();
  }

  /** Nothing is to be done before the next wait. */
  get isAtRest(): boolean {
    return this.config !== null && !this.configStale && !this.isRunDue && this.turnAtMs === null;
  }
}

function bulkQueueOf(config: IntegrationConfig | null) {
  return config === null ? null : { taskQueue: config.bulkTaskQueue, heartbeatTimeoutMs: config.heartbeatTimeoutMs };
}
