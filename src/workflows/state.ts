// All that an integration workflow knows. Continue-as-new carries it over whole: ids, counts and cursors only.
import type { ExportHighWatermark } from "../activities/contract.ts";
import type { ErrorState } from "../domain/errors.ts";
import type { EventProgress } from "../domain/progress.ts";
import type { DirectionResult } from "../domain/run.ts";

export interface IntegrationState {
  /** Version of this shape: raise it with every change of a name or meaning, and extend upgradeState.ts. */
  version: 2;
  paused: boolean;
  /** Version of the store's last pause or resume that is known here. Absent: none is yet. */
  pauseVersion?: number;
  /** `syncVersion` of the configuration that the last run served. */
  servedSyncVersion: number;
  lastRunStartedAtMs: number | null;
  /** An earlier time than the regular one, after a failure that waiting can heal. */
  retryAtMs: number | null;
  /** Absent: the next run is not spread. It became due while no worker ran, and starts then. */
  spreadUntilMs?: number;
  /** Consecutive runs that ended with such a failure. */
  failedRuns: number;
  /** Ids of sync requests that no run has taken yet. */
  requests: string[];
  run: RunState | null;
  exportCursorSeq: number | null;
  /** End of the last batch given to an activity: even if it failed, it may have delivered up to here. */
  exportAttemptedSeq: number | null;
  events: Record<string, EventProgress>;
  /** How often failures halved the import's page; kept between runs, 0 after the next page that succeeds. */
  pageHalvings: number;
  errors: IntegrationErrors;
}

export interface IntegrationErrors {
  export: ErrorState | null;
  import: ErrorState | null;
  events: Record<string, ErrorState>;
}

/** A direction that is null is not part of the run. */
export interface RunState {
  id: string;
  startedAtMs: number;
  /** Ids of the sync requests that this run serves: they came before its high watermarks were fixed. */
  requests: string[];
  export: ExportRunState | null;
  import: ImportRunState | null;
}

export interface ExportRunState {
  highWatermark: ExportHighWatermark | null;
  /** True while rejected buckets wait to be sent again. */
  resendDue?: boolean;
  /** Why they could not be. The other buckets went on. */
  resendError?: ErrorState;
  result: DirectionResult | null;
}

export interface ImportRunState {
  highWatermarkMs: number | null;
  pages: number;
  /** What reading scans, as the provider reckoned so far. Absent if it does not say. */
  estimatedBytes?: number;
  failedEvents: string[];
  /** Absent while false: some days could not be read in this run. */
  leftGaps?: true;
  /** The last id of a range that this run reads. Absent before its passes are read. */
  rangesThroughId?: number;
  /** Ids of the ranges that were tried in this run. */
  triedRanges?: number[];
  result: DirectionResult | null;
}

export function initialState(): IntegrationState {
  return {
    version: 2,
    paused: false,
    servedSyncVersion: 0,
    lastRunStartedAtMs: null,
    retryAtMs: null,
    failedRuns: 0,
    requests: [],
    run: null,
    exportCursorSeq: null,
    exportAttemptedSeq: null,
    events: {},
    pageHalvings: 0,
    errors: { export: null, import: null, events: {} },
  };
}
