// Which passes are left until every event is complete through the bound of this run; nothing is read here.
import type { Connection } from "../../../domain/connection.ts";
import type { EventProgress } from "../../../domain/progress.ts";
import type { ImportPass, ImportPlanning } from "../../connector.ts";
import { FIRST_BACKFILL_DAYS, MAX_WINDOW_DAYS, dayNumber, parseCursor } from "./cursor.ts";
import type { ImportCursor } from "./cursor.ts";
import { dayInZone } from "./projectTimeZone.ts";

/** How much of what was processed before the last watermark is read again: Mixpanel's own writes are not in order. */
const OVERLAP_MS = 24 * 3_600_000;
/** The names travel in the address of the request, whose length servers limit. */
const MAX_EVENT_NAME_BYTES_PER_PASS = 4_000;

export function planPasses(
  connection: Connection,
  input: ImportPlanning,
  settleMs: number,
  zone: string | null,
): ImportPass[] {
  const targetMs = input.highWatermarkMs - settleMs;
  const today = dayInZone(input.highWatermarkMs, zone);
  const groups = new Map<string, ImportPass>();
  for (const { definition, progress } of input.events) {
    const next = nextPass(progress, targetMs, connection.importFrom, today, zone);
    if (next === null) continue;
    const key = JSON.stringify(next);
    const group = groups.get(key) ?? { events: [], progress: next };
    group.events.push(definition.name);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(cutByNames);
}

/** The progress from which this event goes on; null if it is complete through the target. */
function nextPass(
  progress: EventProgress,
  targetMs: number,
  importFrom: string,
  today: string,
  zone: string | null,
): EventProgress | null {
  // Unfinished work keeps its own target and days; what came in since is the next pass's.
  if (progress.unfinished !== null && parseCursor(progress.unfinished.cursor) !== null) return progress;
  const { completeThroughMs } = progress;
  if (completeThroughMs !== null && completeThroughMs >= targetMs) return null;
  if (importFrom > today) return null;
  const cursor: ImportCursor = {
    nextDay: importFrom,
    lastDay: today,
    windowDays: completeThroughMs === null ? FIRST_BACKFILL_DAYS : MAX_WINDOW_DAYS,
    lowerBoundMs: completeThroughMs === null ? null : completeThroughMs - OVERLAP_MS,
    zone,
  };
  return { completeThroughMs, unfinished: { targetMs, position: dayNumber(importFrom), cursor } };
}

/** Several passes where the names of one would not fit into a request. */
function cutByNames(pass: ImportPass): ImportPass[] {
  const passes: ImportPass[] = [];
  let events: string[] = [];
  let bytes = 0;
  for (const name of pass.events) {
    const nameBytes = encodeURIComponent(name).length + 7;
    if (events.length > 0 && bytes + nameBytes > MAX_EVENT_NAME_BYTES_PER_PASS) {
      passes.push({ events, progress: pass.progress });
      events = [];
      bytes = 0;
    }
    events.push(name);
    bytes += nameBytes;
  }
  passes.push({ events, progress: pass.progress });
  return passes;
}
