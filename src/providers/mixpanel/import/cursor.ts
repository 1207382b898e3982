// The cursor of an import pass: which days are left, how many are requested at once, and since which processing time.
import { z } from "zod";
import type { Days } from "../../../domain/importRange.ts";
import type { Day } from "../../../domain/integration.ts";
import type { EventProgress } from "../../../domain/progress.ts";
import { MAX_WINDOW_DAYS } from "../spec.ts";

const DAY_MS = 86_400_000;
/** A window below both SMALL limits doubles the next one. A window above either LARGE limit halves it. */
const SMALL_ROWS = 250_000;
const SMALL_BYTES = 128 * 1024 * 1024;
const LARGE_ROWS = 2_000_000;
const LARGE_BYTES = 1024 * 1024 * 1024;

const MAX_PARTS = 50;
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const partSchema = z.object({
  fromDay: day,
  toDay: day,
  /** Only rows processed since then are read; null reads all of them. */
  lowerBoundMs: z.number().int().nullable(),
  /** Read only if the budget leaves a request, and left out if it fails. */
  isOptional: z.boolean(),
});
const cursorSchema = z.object({
  /** Read one after the other, each from its newest day to its oldest. */
  parts: z.array(partSchema).min(1).max(MAX_PARTS),
  windowDays: z.number().int().min(1).max(MAX_WINDOW_DAYS),
});
export type ImportPart = z.infer<typeof partSchema>;
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

export function laterDay(a: Day, b: Day): Day {
  return a > b ? a : b;
}

/** The part that is read next. A stored cursor has at least one. */
export function firstPart({ parts }: ImportCursor): ImportPart {
  return parts[0]!;
}

/** The newest days of the first part that are left. */
export function windowOf(cursor: ImportCursor, pageHalvings: number): Days {
  const { fromDay, toDay } = firstPart(cursor);
  const days = Math.max(1, Math.floor(cursor.windowDays / 2 ** Math.max(0, pageHalvings)));
  return { fromDay: laterDay(fromDay, addDays(toDay, 1 - days)), toDay };
}

/** If no day is left, the events are complete through the pass's target. */
export function progressAt(before: EventProgress, targetMs: number, cursor: ImportCursor): EventProgress {
  if (cursor.parts.length === 0) return { completeThroughMs: targetMs, unfinished: null };
  const position = (before.unfinished?.position ?? 0) + 1;
  return { completeThroughMs: before.completeThroughMs, unfinished: { targetMs, position, cursor } };
}

/** The cursor once the days from `fromDay` on of the first part are read or skipped. */
export function cursorBefore(cursor: ImportCursor, fromDay: Day): ImportCursor {
  const [part, ...others] = cursor.parts;
  if (part === undefined || fromDay <= part.fromDay) return { ...cursor, parts: others };
  return { ...cursor, parts: [{ ...part, toDay: addDays(fromDay, -1) }, ...others] };
}

export function cursorAfter(cursor: ImportCursor, window: Days, size: { rows: number; bytes: number }): ImportCursor {
  const days = dayNumber(window.toDay) - dayNumber(window.fromDay) + 1;
  const wasHalved = days < cursor.windowDays && window.fromDay > firstPart(cursor).fromDay;
  const base = wasHalved ? days : cursor.windowDays;
  return { ...cursorBefore(cursor, window.fromDay), windowDays: nextWindowDays(base, size) };
}

function nextWindowDays(days: number, { rows, bytes }: { rows: number; bytes: number }): number {
  if (rows > LARGE_ROWS || bytes > LARGE_BYTES) return Math.max(1, Math.floor(days / 2));
  if (rows < SMALL_ROWS && bytes < SMALL_BYTES) return Math.min(MAX_WINDOW_DAYS, days * 2);
  return days;
}
