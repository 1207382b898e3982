// How far the import of an event is.
import type { JsonValue } from "./integration.ts";

/**
 * How far one event's import is.
 * `completeThroughMs`: everything that arrived before it is stored; null before the first pass is complete.
 * `unfinished`: a pass under way towards the watermark `targetMs`; `position` grows with every page of that pass,
 * `cursor` is the connector's own.
 */
export interface EventProgress {
  completeThroughMs: number | null;
  unfinished: { targetMs: number; position: number; cursor: JsonValue } | null;
}

export const NO_PROGRESS: EventProgress = { completeThroughMs: null, unfinished: null };

/**
 * The earlier of two progresses of one event. Where the workflow's state and the store's checkpoint disagree (one of
 * them was restored from a backup), the earlier wins: reading again is harmless, skipping is not.
 */
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
