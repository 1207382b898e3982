// The cursor of an import pass: which stretch of time is read next, and how far its read session is.
import { z } from "zod";
import { SyncError } from "../../../domain/errors.ts";
import type { EventProgress } from "../../../domain/progress.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIN_WINDOW_MS = HOUR_MS;
export const MAX_WINDOW_MS = 366 * DAY_MS;
/** A backfill feels its way: nothing is known of how much a day holds. */
export const FIRST_BACKFILL_MS = 7 * DAY_MS;
/** Below it the next window is twice as long, above the other half as long. */
const SMALL_ROWS = 2_000_000;
const LARGE_ROWS = 20_000_000;
export const MAX_STREAMS = 16;
const MAX_NAME_CHARS = 2_000;

const count = z.number().int().min(0);
const time = z.number().int();
const streamSchema = z.object({
  /** The last part of its name. */
  id: z.string().min(1).max(MAX_NAME_CHARS),
  /** Rows of it that are stored. */
  offset: count,
  done: z.boolean(),
});
const sessionSchema = z.object({
  name: z.string().min(1).max(MAX_NAME_CHARS),
  /** Of the table as it was when the session was opened. */
  fingerprint: z.string().max(100),
  toMs: time,
  streams: z.array(streamSchema).max(MAX_STREAMS),
});
const cursorSchema = z.object({
  /** Where the window begins; null before the first page, for that depends on the type of the timestamp column. */
  fromMs: time.nullable(),
  windowMs: time.min(MIN_WINDOW_MS).max(MAX_WINDOW_MS),
  /** Null where the window has not been begun, or has to be begun again. */
  session: sessionSchema.nullable(),
});
export type ReadStreamState = z.infer<typeof streamSchema>;
export type ReadSessionState = z.infer<typeof sessionSchema>;
export type ImportCursor = z.infer<typeof cursorSchema>;

export interface TimeWindow {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

/** Null where the value is not one of ours (an older version's): the pass then starts again. */
export function parseCursor(value: unknown): ImportCursor | null {
  return cursorSchema.safeParse(value).data ?? null;
}

/** The unfinished pass that a page belongs to. */
export function passOf(progress: EventProgress): { targetMs: number; position: number; cursor: ImportCursor } {
  const cursor = progress.unfinished === null ? null : parseCursor(progress.unfinished.cursor);
  if (progress.unfinished === null || cursor === null) {
    throw new SyncError("bug", "A page of the BigQuery import was asked for without a valid cursor.");
  }
  return { targetMs: progress.unfinished.targetMs, position: progress.unfinished.position, cursor };
}

/** Of no type of BigQuery's is the order known in which rows arrive, of DATETIME not even the zone. */
export function overlapOf(overlapMs: number, isDateTime: boolean): number {
  return isDateTime ? Math.max(overlapMs, DAY_MS) : overlapMs;
}

/** Where a pass begins: the overlap before what is complete, never before the import's own start. */
export function firstMs(completeThroughMs: number | null, importFrom: string, overlapMs: number): number {
  const startMs = startOf(importFrom);
  return completeThroughMs === null ? startMs : Math.max(startMs, completeThroughMs - overlapMs);
}

export function startOf(importFrom: string): number {
  return Date.parse(`${importFrom}T00:00:00Z`);
}

/** The stretch to open a session for now. */
export function windowOf(fromMs: number, windowMs: number, pageHalvings: number, targetMs: number): TimeWindow {
  const lengthMs = Math.max(MIN_WINDOW_MS, Math.floor(windowMs / 2 ** Math.max(0, pageHalvings)));
  return { fromMs, toMs: Math.max(fromMs, Math.min(fromMs + lengthMs, targetMs)) };
}

/** The cursor after all streams of its window were read to their ends. */
export function cursorAfter(cursor: ImportCursor, window: TimeWindow, targetMs: number, rows: number): ImportCursor {
  const lengthMs = window.toMs - window.fromMs;
  const wasShrunk = lengthMs < cursor.windowMs && window.toMs < targetMs;
  const baseMs = wasShrunk ? lengthMs : cursor.windowMs;
  return { fromMs: window.toMs, windowMs: nextWindowMs(baseMs, rows), session: null };
}

/** The window again, and less of it, after its session died of old age. */
export function cursorAgain(cursor: ImportCursor): ImportCursor {
  return { ...cursor, session: null, windowMs: Math.max(MIN_WINDOW_MS, Math.floor(cursor.windowMs / 2)) };
}

function nextWindowMs(windowMs: number, rows: number): number {
  const next = rows > LARGE_ROWS ? Math.floor(windowMs / 2) : rows < SMALL_ROWS ? windowMs * 2 : windowMs;
  return Math.min(MAX_WINDOW_MS, Math.max(MIN_WINDOW_MS, next));
}

/** A pass after one more page: nothing left to read means that the event is complete through the pass's target. */
export function progressAfter(before: EventProgress, cursor: ImportCursor): EventProgress {
  const { targetMs, position } = passOf(before);
  if (cursor.session === null && cursor.fromMs !== null && cursor.fromMs >= targetMs) {
    return { completeThroughMs: targetMs, unfinished: null };
  }
  return { completeThroughMs: before.completeThroughMs, unfinished: { targetMs, position: position + 1, cursor } };
}
