// Plans which passes are left until every event is complete through the run's high watermark.
import type { Connection } from "../../../domain/connection.ts";
import type { ImportPass, ImportPlanning } from "../../connector.ts";
import { planPasses } from "../../importPasses.ts";
import { dayNumber, FIRST_BACKFILL_DAYS, type ImportCursor, MAX_WINDOW_DAYS, parseCursor } from "./cursor.ts";
import { dayInZone } from "./projectTimeZone.ts";

/** Mixpanel does not process events in order, so this much before the last watermark is read again. */
const OVERLAP_MS = 24 * 3_600_000;
/** Servers limit the length of an address, which contains the names. */
const MAX_EVENT_NAME_BYTES_PER_PASS = 4_000;

export function planMixpanelPasses(
  { importFrom }: Connection,
  { events, highWatermarkMs }: ImportPlanning,
  settleMs: number,
  zone: string | null,
): ImportPass[] {
  const today = dayInZone(highWatermarkMs, zone);
  const passes = planPasses<ImportCursor>(events, {
    targetMs: highWatermarkMs - settleMs,
    parseCursor,
    begin: (completeThroughMs) => {
      if (importFrom > today) return null;
      const isBackfill = completeThroughMs === null;
      const cursor: ImportCursor = {
        nextDay: importFrom,
        lastDay: today,
        windowDays: isBackfill ? FIRST_BACKFILL_DAYS : MAX_WINDOW_DAYS,
        lowerBoundMs: isBackfill ? null : completeThroughMs - OVERLAP_MS,
        zone,
      };
      return { position: dayNumber(importFrom), cursor };
    },
    sourceKey: () => null,
  });
  return passes.flatMap(splitByNames);
}

function splitByNames({ events: names, progress }: ImportPass): ImportPass[] {
  const passes: ImportPass[] = [];
  let events: string[] = [];
  let bytes = 0;
  for (const name of names) {
    // The quotes and the comma around a name take 7 bytes more.
    const nameBytes = encodeURIComponent(name).length + 7;
    if (events.length > 0 && bytes + nameBytes > MAX_EVENT_NAME_BYTES_PER_PASS) {
      passes.push({ events, progress });
      events = [];
      bytes = 0;
    }
    events.push(name);
    bytes += nameBytes;
  }
  return [...passes, { events, progress }];
}
