import type { ExportBound, LegResult } from "../activities/contract.ts";
import type { LegError } from "../domain/errors.ts";
import type { EventProgress } from "../domain/progress.ts";

/** All that an integration workflow knows; continue-as-new carries it over whole. Ids, counts and cursors only. */
export interface IntegrationState {
  paused: boolean;
  /** `syncVersion` of the configuration that the last cycle served. */
  servedSyncVersion: number;
  lastCycleStartedAtMs: number | null;
  /** After a failure that waiting may heal: an earlier time than the regular one. */
  retryAtMs: number | null;
  /** Cycles in a row that ended with such a failure. */
  failedCycles: number;
  /** Sync requests that no cycle has taken yet. */
  requests: string[];
  cycle: CycleState | null;
  exportCursorSeq: number | null;
  /** End of the last batch handed to an activity: one that failed may have delivered up to there. */
  exportAttemptedSeq: number | null;
  events: Record<string, EventProgress>;
  /** Halvings of an import page after failures: kept between cycles, gone with the next success. */
  importShrink: number;
  errors: { export: LegError | null; import: LegError | null; events: Record<string, LegError> };
}

/** A cycle under way. A leg that is null is not part of it. */
export interface CycleState {
  id: string;
  startedAtMs: number;
  /** Sync requests that this cycle serves: they came before its bounds were fixed. */
  requests: string[];
  export: ExportLegState | null;
  import: ImportLegState | null;
}

export interface ExportLegState {
  bound: ExportBound | null;
  result: LegResult | null;
}

export interface ImportLegState {
  boundMs: number | null;
  /** Pages read so far. */
  pages: number;
  failedEvents: string[];
  result: LegResult | null;
}

export function initialState(): IntegrationState {
  return {
    paused: false,
    servedSyncVersion: 0,
    lastCycleStartedAtMs: null,
    retryAtMs: null,
    failedCycles: 0,
    requests: [],
    cycle: null,
    exportCursorSeq: null,
    exportAttemptedSeq: null,
    events: {},
    importShrink: 0,
    errors: { export: null, import: null, events: {} },
  };
}
