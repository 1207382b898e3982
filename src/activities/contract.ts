// All that the workflows see of the activities: their names, inputs and results.
import type { ErrorState } from "../domain/errors.ts";
import type { EventProgress, ImportPass } from "../domain/progress.ts";
import type { RunRecord, StatusProjection } from "../domain/run.ts";

/**
 * Payloads are ids, counts and cursors: no credential, row or user id. Every activity can run again with its input.
 * A failure is an ApplicationFailure whose `type` is an ErrorKind. Temporal retries `transient` and unclassified ones.
 */
export interface SyncActivities {
  /** Returns what is enabled now; null once the integration was deleted. Records the version as seen. */
  loadConfig(input: LoadConfigInput): Promise<IntegrationConfig | null>;
  /** Seals what is due in the workspace, fixes the export's high watermark and looks at the destination. */
  aggregateExposures(input: { integrationId: string }): Promise<SealResult>;
  /** Sends the rejected buckets again that are marked for it. */
  resendRejected(input: ResendRejectedInput): Promise<ResendRejectedResult>;
  /** Delivers the buckets with afterSeq < seq <= throughSeq. */
  exportBatch(input: ExportBatchInput): Promise<ExportBatchResult>;
  /** Records that nothing at or below the high watermark is undelivered. */
  completeExport(input: { integrationId: string; highWatermark: ExportHighWatermark }): Promise<void>;
  /** Fixes the import's high watermark, unless one is given, and returns which passes are left to reach it. */
  planImport(input: PlanImportInput): Promise<ImportPlan>;
  /** Reads and stores one page: a range of days, or a part of a stream. */
  importPage(input: ImportPageInput): Promise<ImportPageResult>;
  /** Skips the page that cannot be read, if it is as small as can be, and records its days as a gap. */
  leaveGap(input: LeaveGapInput): Promise<LeaveGapResult>;
  discoverProperties(input: { integrationId: string }): Promise<void>;
  recordRun(input: RunRecord): Promise<void>;
  projectStatus(input: StatusProjection): Promise<void>;
}

export interface LoadConfigInput {
  integrationId: string;
  /** The export cursor of the workflow's state; null if it has none (a new or lost workflow). */
  exportCursorSeq: number | null;
  /** End of the last batch given out: a checkpoint between the two is what that batch delivered before it failed. */
  exportAttemptedSeq: number | null;
  /** True at the start of a run: the earlier export cursor of state and checkpoint becomes the checkpoint. */
  reconcile: boolean;
}

export interface IntegrationConfig {
  /** Version of the last change that calls for a run at once: a direction enabled, an event added, new credentials. */
  syncVersion: number;
  paused: boolean;
  export: { enabled: boolean; cursorSeq: number; batchSeqs: number };
  import: { enabled: boolean; events: string[] };
  intervalMs: number;
  jitterMs: number;
  heartbeatTimeoutMs: number;
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
  /** Starts missing workflows, signals those behind, ends orphans, seals where no export runs, and purges. */
  reconcile(): Promise<ReconcileResult>;
}

/** Counts of workflows, and of rows purged; the Temporal UI shows them as the result of the reconciler. */
export interface ReconcileResult {
  started: number;
  signalled: number;
  ended: number;
  purged: number;
}
