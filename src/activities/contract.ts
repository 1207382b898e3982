// All that the workflows see of the activities: their names, inputs and results.
import type { ErrorState } from "../domain/errors.ts";
import type { EventProgress, ImportPass } from "../domain/progress.ts";
import type { RunRecord, StatusProjection } from "../domain/run.ts";

/**
 * Payloads are ids, counts and cursors: no credential, row or user id. Every activity can run again with its input.
 * A failure is an ApplicationFailure whose `type` is an ErrorKind. Temporal retries `transient` and unclassified ones.
 */
export type SyncActivities = Bookkeeping & BulkActivities;

/** A few statements each, on the task queue of the workflows: no provider and no bulk can hold them up. */
export interface Bookkeeping {
  /** Returns what is enabled now; null once the integration was deleted. Records the version as seen. */
  loadConfig(input: LoadConfigInput): Promise<IntegrationConfig | null>;
  /** Begins a run: what `loadConfig` does, the record of the run's start, and the status. */
  startRun(input: StartRunInput): Promise<StartRunResult>;
  /** Ends a run: its record, and the status that users see with it. */
  finishRun(input: FinishRunInput): Promise<StatusStored>;
  projectStatus(input: StatusProjection): Promise<StatusStored>;
  /** Skips the page that cannot be read, if it is as small as can be, and records its days as a gap. */
  leaveGap(input: LeaveGapInput): Promise<LeaveGapResult>;
}

/** Work whose time depends on a provider or on how much there is. Each provider has a task queue of its own. */
export interface BulkActivities {
  /** Seals what is due in the workspace, fixes the export's high watermark and looks at the destination. */
  aggregateExposures(input: { integrationId: string }): Promise<SealResult>;
  /** Sends the rejected buckets again that are marked for it. */
  resendRejected(input: ResendRejectedInput): Promise<ResendRejectedResult>;
  /** Delivers the buckets with afterSeq < seq <= throughSeq, and completes the export at its high watermark. */
  exportBatch(input: ExportBatchInput): Promise<ExportBatchResult>;
  /** Fixes the import's high watermark, unless one is given, and returns which passes are left to reach it. */
  planImport(input: PlanImportInput): Promise<ImportPlan>;
  /** Reads and stores one page: a range of days, or a part of a stream. The last page discovers the properties. */
  importPage(input: ImportPageInput): Promise<ImportPageResult>;
  /** For passes that ended before their last page. */
  discoverProperties(input: { integrationId: string }): Promise<void>;
}

export interface LoadConfigInput {
  integrationId: string;
  /** The export cursor of the workflow's state; null if it has none (a new or lost workflow). */
  exportCursorSeq: number | null;
  /** End of the last batch given out: a checkpoint between the two is what that batch delivered before it failed. */
  exportAttemptedSeq: number | null;
}

/** The earlier export cursor of state and checkpoint becomes the checkpoint. */
export interface StartRunInput extends LoadConfigInput {
  runId: string;
  startedAtMs: number;
  /** Requests that the workflow knows. Those that the store has queued are served too. */
  requestIds: string[];
  status: Omit<StatusProjection, "integrationId" | "nextRunAtMs">;
  /** The workspace's turn was waited for. */
  hasTurn: boolean;
}

/** `startAtMs`: the workspace starts many runs at once, and this one's turn comes then. */
export type StartRunResult =
  | ({ kind: "started"; config: IntegrationConfig; requestIds: string[] } & StatusStored)
  | { kind: "wait"; startAtMs: number }
  | { kind: "deleted" };

/** False if the store kept its own `paused`: the workflow has not seen the row's latest change. */
export interface StatusStored {
  isPauseStored: boolean;
}

export interface FinishRunInput extends RunRecord {
  status: Omit<StatusProjection, "integrationId">;
}

export interface IntegrationConfig {
  /** Version of the last change that calls for a run at once: a direction enabled, an event added, new credentials. */
  syncVersion: number;
  paused: boolean;
  /** Version of the store's last pause or resume. Absent: an older build's. */
  pauseVersion?: number;
  export: { enabled: boolean; cursorSeq: number; batchSeqs: number };
  import: { enabled: boolean; events: string[] };
  intervalMs: number;
  /** How far runs that became due while no worker ran are spread. */
  jitterMs: number;
  /** Where the provider's bulk activities run. */
  bulkTaskQueue: string;
  heartbeatTimeoutMs: number;
  /** How many passes of an import are read side by side. */
  passesAtOnce: number;
}

/** Everything sealed up to `throughSeq` covers all exposures before `throughMs` that were accepted in time. */
export interface ExportHighWatermark {
  throughSeq: number;
  throughMs: number;
}

export interface SealResult extends ExportHighWatermark {
  /** Rejected buckets are marked to be sent again. Asked for here, after the run has taken its requests. */
  resend?: true;
}

export interface ResendRejectedInput {
  integrationId: string;
  runId: string;
}

export interface ResendRejectedResult {
  /** Some are left: go on, but not before this time, because of a rate limit. */
  retryAtMs?: number;
}

export interface ExportBatchInput {
  integrationId: string;
  runId: string;
  afterSeq: number;
  throughSeq: number;
  highWatermark: ExportHighWatermark;
}

export interface ExportBatchResult {
  /** Below `throughSeq` only together with `retryAtMs` or `stale`. */
  cursorSeq: number;
  /** Go on from `cursorSeq`, but not before this time: a rate limit. */
  retryAtMs?: number;
  /** The store was restored from an older copy: go on from `cursorSeq`, with a new high watermark. */
  stale?: true;
}

export interface PlanImportInput {
  integrationId: string;
  progress: Record<string, EventProgress>;
  /** The high watermark of this run; null to fix it now. */
  highWatermarkMs: number | null;
  /** Ranges of days that this run has tried already. */
  triedRanges?: number[];
}

export interface ImportPlan {
  highWatermarkMs: number;
  /** The highest id of a range of days; 0 if there is none. */
  lastRangeId: number;
  /** Passes that are left, those of ranges last. None: the import reached the high watermark. */
  tasks: ImportPass[];
  /** The earlier progress of state and checkpoint, for every event that still exists. */
  progress: Record<string, EventProgress>;
  /** Nothing is left once these passes are read. */
  isLast?: true;
}

export interface ImportPageInput {
  integrationId: string;
  runId: string;
  task: ImportPass;
  pageHalvings: number;
}

export interface ImportPageResult {
  /** Progress of every event of the task after this page. The pass is complete if `unfinished` is null. */
  progress: EventProgress;
  /** What the parts of the source that the page opened scan, as the provider reckoned. Absent if it does not say. */
  estimatedBytes?: number;
  /** The pass is complete, but its properties could not be discovered. */
  undiscovered?: true;
  /** Nothing was read: go on at this time (a rate limit). */
  retryAtMs?: number;
  /** The store was restored from an older copy, or the events are gone: plan again. */
  stale?: true;
}

export interface LeaveGapInput {
  integrationId: string;
  task: ImportPass;
  /** With which the page failed. */
  pageHalvings: number;
  error: ErrorState;
}

/** `too wide`: a smaller page may be read. `nothing`: the provider leaves no gaps. `stale`: plan again. */
export type LeaveGapResult = { left: "gap"; progress: EventProgress } | { left: "too wide" | "nothing" | "stale" };

export interface ReconcileActivities {
  /** Starts missing workflows, signals those behind their row, ends orphans. In proportion to what is behind. */
  reconcile(): Promise<ReconcileResult>;
}

/** What has no hurry, each on its own, so that no failure stops the others. */
export interface MaintenanceActivities {
  /** Seals in workspaces where no export runs. Returns how many. */
  sealAbandoned(): Promise<number>;
  lookAtAccounts(): Promise<void>;
  /** Returns how many rows it deleted. */
  purge(): Promise<number>;
}

/** Counts of workflows; the Temporal UI shows them as the result of the reconciler. */
export interface ReconcileResult {
  started: number;
  signalled: number;
  ended: number;
  /** Workflows of older versions that were woken, so that they move to the current one. */
  upgraded: number;
  /** Signals and lists that Temporal refused; the others went on. */
  failed: number;
}
