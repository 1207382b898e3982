// The cursor of an import pass: which range of time is read next, and how far its read session is.
import { z } from "zod";
import type { EventProgress } from "../../../domain/progress.ts";
import { unfinishedPass } from "../../importPasses.ts";

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const MIN_WINDOW_MS = HOUR_MS;
export const MAX_WINDOW_MS = 366 * DAY_MS;
/** A backfill begins small, because the size of a day is unknown. */
export const FIRST_BACKFILL_MS = 7 * DAY_MS;
/** A window with fewer rows doubles the next one; a window with more than LARGE_ROWS halves it. */
const SMALL_ROWS = 2_000_000;
const LARGE_ROWS = 20_000_000;
export const MAX_STREAMS = 16;
const MAX_REFUSED_COLUMNS = 1_000;
const MAX_NAME_CHARS = 2_000;

const count = z.number().int().min(0);
const time = z.number().int();
const streamSchema = z.object({
  /** The last part of the stream's name. */
  id: z.string().min(1).max(MAX_NAME_CHARS),
  /** How many of its rows are stored. */
  offset: count,
  done: z.boolean(),
});
const sessionSchema = z.object({
  name: z.string().min(1).max(MAX_NAME_CHARS),
  fingerprint: z.string().max(100),
  toMs: time,
  streams: z.array(streamSchema).max(MAX_STREAMS),
  /** Columns that were refused, and are not read. */
  without: z.array(z.string().max(300)).max(MAX_REFUSED_COLUMNS).optional(),
});
/** By the rows' own time, by their arrival, or by days of their own time, which are read besides the passes. */
const readBy = z.enum(["time", "arrival", "days"]);
export type ReadBy = z.infer<typeof readBy>;
const cursorSchema = z.object({
  /** What the windows are ranges of. */
  by: readBy.default("time"),
  /** The column whose times the windows are ranges of, if they are read by arrival. */
  arrival: z.string().max(MAX_NAME_CHARS).optional(),
  /** Null before the first page, because it depends on the table. */
  fromMs: time.nullable(),
  windowMs: time.min(MIN_WINDOW_MS).max(MAX_WINDOW_MS),
  /** Null if the window has not been begun or must be begun again. */
  session: sessionSchema.nullable(),
  /** A first pass may have read rows of before this time already, which may have changed since. */
  readToMs: time.optional(),
});
export type ReadStreamState = z.infer<typeof streamSchema>;
export type ReadSessionState = z.infer<typeof sessionSchema>;
export type ImportCursor = z.infer<typeof cursorSchema>;

export interface TimeWindow {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

/** Returns null for a cursor of another version. */
export function parseCursor(value: unknown): ImportCursor | null {
  return cursorSchema.safeParse(value).data ?? null;
}

/** Where a pass begins: a while before the complete part, but not before the start. */
export function firstMs(completeThroughMs: number | null, startMs: number, lookbackMs: number): number {
  return completeThroughMs === null ? startMs : Math.max(startMs, completeThroughMs - lookbackMs);
}

export function startOf(importFrom: string): number {
  return Date.parse(`${importFrom}T00:00:00Z`);
}

export function windowOf(fromMs: number, windowMs: number, pageHalvings: number, targetMs: number): TimeWindow {
  const lengthMs = Math.max(MIN_WINDOW_MS, Math.floor(windowMs / 2 ** Math.max(0, pageHalvings)));
  return { fromMs, toMs: Math.max(fromMs, Math.min(fromMs + lengthMs, targetMs)) };
}

export function cursorAfter(cursor: ImportCursor, window: TimeWindow, targetMs: number, rows: number): ImportCursor {
  const lengthMs = window.toMs - window.fromMs;
  const wasHalved = lengthMs < cursor.windowMs && window.toMs < targetMs;
  const baseMs = wasHalved ? lengthMs : cursor.windowMs;
  const { by, arrival } = cursor;
  const next = { fromMs: window.toMs, windowMs: nextWindowMs(baseMs, rows), ...readToOf(cursor, window.toMs) };
  return { by, arrival, session: null, ...next };
}

/** Begins a shorter window again, after its session expired. */
export function cursorAgain(cursor: ImportCursor): ImportCursor {
  const windowMs = Math.max(MIN_WINDOW_MS, Math.floor(cursor.windowMs / 2));
  return { ...cursor, session: null, windowMs, readToMs: readBefore(cursor, cursor.session?.toMs) };
}

/** Later of two times, of which either may be missing. */
export function readBefore({ readToMs }: ImportCursor, toMs: number | undefined): number | undefined {
  return readToMs === undefined || toMs === undefined ? (readToMs ?? toMs) : Math.max(readToMs, toMs);
}

/** Nothing if all of that time is behind. */
function readToOf({ readToMs }: ImportCursor, nextMs: number): { readToMs?: number } {
  return readToMs === undefined || readToMs <= nextMs ? {} : { readToMs };
}

function nextWindowMs(windowMs: number, rows: number): number {
  const next = rows > LARGE_ROWS ? Math.floor(windowMs / 2) : rows < SMALL_ROWS ? windowMs * 2 : windowMs;
  return Math.min(MAX_WINDOW_MS, Math.max(MIN_WINDOW_MS, next));
}

/** If nothing is left, the events are complete through the pass's target. */
export function progressAfter(before: EventProgress, cursor: ImportCursor): EventProgress {
  const { targetMs, position } = unfinishedPass(before, parseCursor);
  if (cursor.session === null && cursor.fromMs !== null && cursor.fromMs >= targetMs) {
    return { completeThroughMs: targetMs, unfinished: null };
  }
  return { completeThroughMs: before.completeThroughMs, unfinished: { targetMs, position: position + 1, cursor } };
}
