import type { Direction, Outcome } from "../domain/run.ts";
import type { ErrorState } from "../domain/errors.ts";
import type { Provider } from "../domain/integration.ts";
import type { EventProgress } from "../domain/progress.ts";

/**
 * What the integration workflow may ask of the outside world. Inputs and results are ids, counts and cursors: no
 * credential, row or user id ever enters a Temporal payload. Every activity can be run again with the same input.
 *
 * A failure is an ApplicationFailure whose `type` is an ErrorKind; only `transient` (and unclassified failures) are
 * retried by the server, at most three tries, the workflow decides about the rest.
 */
export interface SyncActivities {
  /** What is enabled now; null once the integration was deleted. Also notes in the store which version was seen. */
  loadConfig(input: LoadConfigInput): Promise<Plan | null>;
  /** Seals what is due in the integration's workspace and fixes the bound of the export. */
  aggregateExposures(input: { integrationId: string }): Promise<ExportHighWatermark>;
  /** Delivers the buckets with afterSeq < seq <= throughSeq. */
  exportBatch(input: ExportBatchInput): Promise<ExportBatchResult>;
  /** Marks the export complete through the bound: nothing at or below its seq is undelivered. */
  completeExport(input: { integrationId: string; bound: ExportHighWatermark }): Promise<void>;
  /** Fixes the bound of the import (where none is given) and says which passes are left to reach it. */
  planImport(input: PlanImportInput): Promise<ImportPlan>;
  /** Reads and stores one page (a date window, a stretch of a stream). */
  importPage(input: ImportPageInput): Promise<ImportPageResult>;
  /** Folds what the pages saw of the events' fields into their discovered properties. */
  discoverProperties(input: { integrationId: string }): Promise<{ properties: number }>;
  /** Writes a run's start, progress or end to the store, with the sync requests that it serves. */
  recordRun(input: RecordRunInput): Promise<void>;
  /** Mirrors what people look at: pause, next run, errors. */
  recordState(input: StateMirror): Promise<void>;
}

export interface LoadConfigInput {
  integrationId: string;
  /** The export cursor of the workflow's state; null where it has none (a new or lost workflow). */
  exportCursorSeq: number | null;
  /** End of the last batch handed out: a mirror between the two is what that batch delivered before it failed. */
  exportAttemptedSeq: number | null;
  /** True at a run's start: state and mirror are compared and the earlier export cursor is written back. */
  reconcile: boolean;
}

export interface Plan {
  /** Version of the configuration row that this plan was read from. */
  version: number;
  /** Version of the last change that calls for a run at once (a direction enabled, an event added, new credentials). */
  syncVersion: number;
  paused: boolean;
  provider: Provider;
  workspaceId: string;
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

export interface ExportBatchInput {
  integrationId: string;
  runId: string;
  afterSeq: number;
  throughSeq: number;
}

/** `cursorSeq` < `throughSeq` only together with `retryAtMs` (go on from there, not before then) or `stale`. */
export interface ExportBatchResult {
  cursorSeq: number;
  retryAtMs?: number;
  /** The store was restored from an older copy: go on from `cursorSeq`, towards a bound fixed anew. */
  stale?: true;
}

export interface PlanImportInput {
  integrationId: string;
  /** Progress of every event in the workflow's state; an event it does not know has none here. */
  progress: Record<string, EventProgress>;
  /** The bound of this run, epoch ms; null to fix it now. */
  highWatermarkMs: number | null;
}

export interface ImportPlan {
  highWatermarkMs: number;
  /** Passes over groups of events that share one read; none left means that the import reached the bound. */
  tasks: ImportTask[];
  /** State and mirror reconciled, for every event that still exists. */
  progress: Record<string, EventProgress>;
}

export interface ImportTask {
  /** Names of the events read together; all have the same progress. */
  events: string[];
  progress: EventProgress;
}

export interface ImportPageInput {
  integrationId: string;
  runId: string;
  task: ImportTask;
  /** How many times the page was halved after failures. */
  pageHalvings: number;
}

export interface ImportPageResult {
  /** Progress of every event of the task after this page. `unfinished` null: the pass is complete. */
  progress: EventProgress;
  /** Nothing was read: go on at this time (a rate budget). */
  retryAtMs?: number;
  /** The store was restored from an older copy: plan again. */
  stale?: true;
}

/** What a direction came to; the store counts its records where it commits them. */
export interface DirectionResult {
  direction: Direction;
  /** Null while the direction runs. */
  outcome: Outcome | null;
  error?: ErrorState;
  /** Names of the events that failed on their own. */
  failedEvents?: string[];
}

export interface RecordRunInput {
  integrationId: string;
  runId: string;
  startedAtMs: number;
  /** Sync requests that this run serves. */
  requestIds: string[];
  directions: DirectionResult[];
  /** Null while the run runs. */
  finished: { atMs: number; outcome: Outcome } | null;
}

export interface StateMirror {
  integrationId: string;
  /** Null where no signal changed it: the store keeps its own. */
  paused: boolean | null;
  nextRunAtMs: number | null;
  exportError: ErrorState | null;
  importError: ErrorState | null;
  eventErrors: Record<string, ErrorState>;
}

/** What the reconciler's workflow asks: one pass over all integrations. */
export interface ReconcileActivities {
  /**
   * Starts missing workflows, signals those behind their row, ends orphans, seals for workspaces whose exports run no runs,
   * purges what was deleted or has expired.
   */
  reconcile(): Promise<ReconcileResult>;
}

export interface ReconcileResult {
  started: number;
  signalled: number;
  ended: number;
  purged: number;
}
