// The cursor of an import pass: which days are left, how many are requested at once, and since which processing time.
import { z } from "zod";
import type { Day } from "../../../domain/integration.ts";
import type { EventProgress } from "../../../domain/progress.ts";

const DAY_MS = 86_400_000;
export const MAX_WINDOW_DAYS = 92;
/** A backfill begins small, because the size of a day is unknown. */
export const FIRST_BACKFILL_DAYS = 7;
/** A window below both SMALL limits doubles the next one. A window above either LARGE limit halves it. */
const SMALL_ROWS = 250_000;
const SMALL_BYTES = 128 * 1024 * 1024;
const LARGE_ROWS = 2_000_000;
const LARGE_BYTES = 1024 * 1024 * 1024;

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const cursorSchema = z.object({
  nextDay: day,
  lastDay: day,
  windowDays: z.number().int().min(1).max(MAX_WINDOW_DAYS),
  /** Only rows processed since then are read; null reads all of them (a backfill). */
  lowerBoundMs: z.number().int().nullable(),
  /** Null for UTC. */
  zone: z.string().nullable(),
});
export type ImportCursor = z.infer<typeof cursorSchema>;

/** Returns null for a cursor of another version. */
export function parseCursor(value: unknown): ImportCursor | null {
  return cursorSchema.safeParse(value).data ?? null;
}

export function dayNumber(value: Day): number {
  return Math.floor(Date.parse(`${value}T00:00:00Z`) / DAY_MS);
}

export function dayOf(number: number): Day {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

export function addDays(value: Day, days: number): Day {
  return dayOf(dayNumber(value) + days);
}

/** Both ends are inclusive. */
export interface Window {
  fromDay: Day;
  toDay: Day;
}

export function windowOf(cursor: ImportCursor, pageHalvings: number): Window {
  const days = Math.max(1, Math.floor(cursor.windowDays / 2 ** Math.max(0, pageHalvings)));
  const toDay = addDays(cursor.nextDay, days - 1);
  return { fromDay: cursor.nextDay, toDay: toDay < cursor.lastDay ? toDay : cursor.lastDay };
}

/** If no day is left, the events are complete through the pass's target. */
export function progressAt(before: EventProgress, targetMs: number, cursor: ImportCursor): EventProgress {
  if (cursor.nextDay > cursor.lastDay) return { completeThroughMs: targetMs, unfinished: null };
  return {
    completeThroughMs: before.completeThroughMs,
    unfinished: { targetMs, position: dayNumber(cursor.nextDay), cursor },
  };
}

export function cursorAfter(cursor: ImportCursor, window: Window, size: { rows: number; bytes: number }): ImportCursor {
  const days = dayNumber(window.toDay) - dayNumber(window.fromDay) + 1;
  const wasHalved = days < cursor.windowDays && window.toDay < cursor.lastDay;
  const base = wasHalved ? days : cursor.windowDays;
  return { ...cursor, nextDay: addDays(window.toDay, 1), windowDays: nextWindowDays(base, size) };
}

function nextWindowDays(days: number, { rows, bytes }: { rows: number; bytes: number }): number {
  if (rows > LARGE_ROWS || bytes > LARGE_BYTES) return Math.max(1, Math.floor(days / 2));
  if (rows < SMALL_ROWS && bytes < SMALL_BYTES) return Math.min(MAX_WINDOW_DAYS, days * 2);
  return days;
}
