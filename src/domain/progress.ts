// How far the import of one event is.
import type { JsonValue } from "./integration.ts";

export interface EventProgress {
  /** Everything that arrived before it is stored; null before the first pass is complete. */
  completeThroughMs: number | null;
  /** The pass under way towards `targetMs`: `position` grows with every page, `cursor` is the connector's own. */
  unfinished: { targetMs: number; position: number; cursor: JsonValue } | null;
}

/** Events that are read together, because they have the same progress. */
export interface ImportPass {
  events: string[];
  progress: EventProgress;
  /** The ranges that it reads, one for each event. Absent if it moves the progress of the events themselves. */
  ranges?: number[];
}

export const NO_PROGRESS: EventProgress = { completeThroughMs: null, unfinished: null };

/** The earlier one wins if a restore made state and checkpoint differ: reading again is harmless, skipping is not. */
export function earlierProgress(a: EventProgress, b: EventProgress): EventProgress {
  const through = compareNullable(a.completeThroughMs, b.completeThroughMs);
  if (through !== 0) return through < 0 ? a : b;
  if (a.unfinished === null || b.unfinished === null) return { ...a, unfinished: null };
  if (a.unfinished.targetMs !== b.unfinished.targetMs) return { ...a, unfinished: null };
  return a.unfinished.position <= b.unfinished.position ? a : b;
}

/** Whether `a` is strictly behind `b`: something that `b` claims to be stored is not claimed by `a`. */
export function isBehind(a: EventProgress, b: EventProgress): boolean {
  const through = compareNullable(a.completeThroughMs, b.completeThroughMs);
  if (through !== 0) return through < 0;
  if (b.unfinished === null) return false;
  if (a.unfinished === null) return true;
  return a.unfinished.targetMs !== b.unfinished.targetMs || a.unfinished.position < b.unfinished.position;
}

function compareNullable(a: number | null, b: number | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a - b;
}
