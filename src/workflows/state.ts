import type { ExportHighWatermark, DirectionResult } from "../activities/contract.ts";
import type { ErrorState } from "../domain/errors.ts";
import type { EventProgress } from "../domain/progress.ts";

/** All that an integration workflow knows; continue-as-new carries it over whole. Ids, counts and cursors only. */
export interface IntegrationState {
  paused: boolean;
  /** `syncVersion` of the configuration that the last run served. */
  servedSyncVersion: number;
  lastRunStartedAtMs: number | null;
  /** After a failure that waiting may heal: an earlier time than the regular one. */
  retryAtMs: number | null;
  /** Runs in a row that ended with such a failure. */
  failedRuns: number;
  /** Sync requests that no run has taken yet. */
  requests: string[];
  run: RunState | null;
  exportCursorSeq: number | null;
  /** End of the last batch handed to an activity: one that failed may have delivered up to there. */
  exportAttemptedSeq: number | null;
  events: Record<string, EventProgress>;
  /** Halvings of an import page after failures: kept between runs, gone with the next success. */
  pageHalvings: number;
  errors: { export: ErrorState | null; import: ErrorState | null; events: Record<string, ErrorState> };
}

/** A run under way. A direction that is null is not part of it. */
export interface RunState {
  id: string;
  startedAtMs: number;
  /** Sync requests that this run serves: they came before its bounds were fixed. */
  requests: string[];
  export: ExportDirectionState | null;
  import: ImportDirectionState | null;
}

export interface ExportDirectionState {
  bound: ExportHighWatermark | null;
  result: DirectionResult | null;
}

export interface ImportDirectionState {
  highWatermarkMs: number | null;
  /** Pages read so far. */
  pages: number;
  failedEvents: string[];
  result: DirectionResult | null;
}

export function initialState(): IntegrationState {
  return {
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
