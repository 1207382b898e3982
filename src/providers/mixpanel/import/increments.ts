// Which days an increment asks for: those that can have changed, in at most three requests (decision 0024).
import type { Days } from "../../../domain/importRange.ts";
import type { Day } from "../../../domain/integration.ts";
import { MAX_WINDOW_DAYS } from "../spec.ts";
import { addDays, dayNumber, dayOf, type ImportPart, laterDay } from "./cursor.ts";
import { dayInZone } from "../../localTime.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Mixpanel does not process events in order, so this much before the last watermark is read again. */
const OVERLAP_MS = DAY_MS;
/** Days before the last watermark's day that are read whole, because rows of them are still coming in. */
const NEWEST_DAYS = 2;
/** After a longer pause, rows of any day may have come in. */
const LONG_PAUSE_MS = 7 * DAY_MS;
/** The third request changes with time and not with runs: asking for more runs costs no more requests. */
const SLOT_MS = 8 * HOUR_MS;
/** In turn, this many slots re-read recent days, and as many look for late rows of older ones. */
const SLOTS_PER_TURN = 9;
/** Days grow older meanwhile: with 36 of them, less than a week lies between two readings of one of the last 30. */
const REREAD_DAYS_PER_SLOT = 4;
/** An older window may be left out twice, because the budget was short, and still miss no row. */
const ROUNDS_WITHOUT_A_MISS = 4;

export interface Increment {
  importFrom: Day;
  completeThroughMs: number;
  targetMs: number;
  today: Day;
  zone: string | null;
}

export function incrementParts(increment: Increment): ImportPart[] {
  const { importFrom, completeThroughMs, targetMs, today, zone } = increment;
  const newestFrom = laterDay(importFrom, addDays(dayInZone(completeThroughMs, zone), -NEWEST_DAYS));
  const hadLongPause = targetMs - completeThroughMs > LONG_PAUSE_MS;
  const recentFrom = hadLongPause ? importFrom : laterDay(importFrom, addDays(newestFrom, -MAX_WINDOW_DAYS));
  const parts: ImportPart[] = [{ fromDay: newestFrom, toDay: today, lowerBoundMs: null, isOptional: false }];
  if (recentFrom < newestFrom) {
    const lowerBoundMs = completeThroughMs - OVERLAP_MS;
    parts.push({ fromDay: recentFrom, toDay: addDays(newestFrom, -1), lowerBoundMs, isOptional: false });
  }
  const extra = optionalPart(increment, { newestFrom, recentFrom });
  return extra === null ? parts : [...parts, extra];
}

/** Null if no slot began since the last watermark, or if there is no such day. */
function optionalPart(increment: Increment, days: { newestFrom: Day; recentFrom: Day }): ImportPart | null {
  const slot = Math.floor(increment.targetMs / SLOT_MS);
  const newSlots = slot - Math.floor(increment.completeThroughMs / SLOT_MS);
  if (newSlots <= 0) return null;
  const turn = slot % (2 * SLOTS_PER_TURN);
  // If slots of both kinds have passed, the days to be read again come first.
  const isReread = turn < SLOTS_PER_TURN || turn - SLOTS_PER_TURN < newSlots - 1;
  if (isReread) return rereadPart(increment.importFrom, days.newestFrom, turn, newSlots);
  return olderPart(increment, days.recentFrom, slot);
}

/** The days of the slots that have passed, whole. */
function rereadPart(importFrom: Day, newestFrom: Day, turn: number, newSlots: number): ImportPart | null {
  const last = Math.min(turn, SLOTS_PER_TURN - 1);
  const first = Math.max(0, turn - newSlots + 1);
  const toDay = addDays(newestFrom, -1 - first * REREAD_DAYS_PER_SLOT);
  const fromDay = laterDay(importFrom, addDays(newestFrom, -(last + 1) * REREAD_DAYS_PER_SLOT));
  return fromDay > toDay ? null : { fromDay, toDay, lowerBoundMs: null, isOptional: true };
}

/** One window of the days before the recent ones, for rows processed since its turns before. Its days are fixed. */
function olderPart({ importFrom, completeThroughMs }: Increment, recentFrom: Day, slot: number): ImportPart | null {
  const lastDay = addDays(recentFrom, -1);
  if (lastDay < importFrom) return null;
  const firstWindow = Math.floor(dayNumber(importFrom) / MAX_WINDOW_DAYS);
  const windows = Math.floor(dayNumber(lastDay) / MAX_WINDOW_DAYS) - firstWindow + 1;
  const turns = Math.floor(slot / (2 * SLOTS_PER_TURN)) * SLOTS_PER_TURN + (slot % SLOTS_PER_TURN);
  const start = (firstWindow + (turns % windows)) * MAX_WINDOW_DAYS;
  const end = dayOf(start + MAX_WINDOW_DAYS - 1);
  const roundMs = (2 * windows + 2 * SLOTS_PER_TURN) * SLOT_MS;
  return {
    fromDay: laterDay(importFrom, dayOf(start)),
    toDay: end < lastDay ? end : lastDay,
    lowerBoundMs: completeThroughMs - ROUNDS_WITHOUT_A_MISS * roundMs - OVERLAP_MS,
    isOptional: true,
  };
}

const MAX_GAPS_LEFT_OUT = 20;

/** Days that cannot be read are tried on their own. A part around them would fail as a whole. */
export function withoutGaps(parts: ImportPart[], gaps: Days[]): ImportPart[] {
  const left = gaps
    .slice(0, MAX_GAPS_LEFT_OUT)
    .reduce((pieces, gap) => pieces.flatMap((piece) => withoutGap(piece, gap)), parts);
  // A pass of gaps alone would have nothing to read, and never be complete.
  return left.length > 0 ? left : parts;
}

function withoutGap(part: ImportPart, gap: Days): ImportPart[] {
  if (gap.toDay < part.fromDay || gap.fromDay > part.toDay) return [part];
  const newer = { ...part, fromDay: addDays(gap.toDay, 1) };
  const older = { ...part, toDay: addDays(gap.fromDay, -1) };
  return [newer, older].filter(({ fromDay, toDay }) => fromDay <= toDay);
}
