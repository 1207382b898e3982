// Plans which passes are left until every event is complete through the run's high watermark.
import type { Connection } from "../../../domain/connection.ts";
import type { ImportPass, ImportPlanning, RangePlanning } from "../../connector.ts";
import { planPasses, planRangePasses } from "../../importPasses.ts";
import { FIRST_BACKFILL_DAYS, MAX_WINDOW_DAYS } from "../spec.ts";
import { type ImportCursor, type ImportPart, parseCursor } from "./cursor.ts";
import { incrementParts, withoutGaps } from "./increments.ts";
import { dayInZone } from "../../localTime.ts";

/** Servers limit the length of an address, which contains the names. */
const MAX_EVENT_NAME_BYTES_PER_PASS = 4_000;

export function planMixpanelPasses(
  { importFrom }: Connection,
  { events, highWatermarkMs }: ImportPlanning,
  settleMs: number,
  zone: string | null,
): ImportPass[] {
  const today = dayInZone(highWatermarkMs, zone);
  const targetMs = highWatermarkMs - settleMs;
  const passes = planPasses<ImportCursor>(events, {
    targetMs,
    parseCursor,
    begin: (completeThroughMs, gaps) => {
      if (importFrom > today) return null;
      if (completeThroughMs === null) return { position: 0, cursor: wholeDays(importFrom, today) };
      const parts = withoutGaps(incrementParts({ importFrom, completeThroughMs, targetMs, today, zone }), gaps);
      return { position: 0, cursor: { parts, windowDays: MAX_WINDOW_DAYS } };
    },
    sourceKey: () => null,
  });
  return passes.flatMap(splitByNames);
}

export function planMixpanelRanges({ ranges, highWatermarkMs: targetMs }: RangePlanning): ImportPass[] {
  const passes = planRangePasses<ImportCursor>(ranges, {
    parseCursor,
    begin: ({ fromDay, toDay }) => ({ targetMs, cursor: wholeDays(fromDay, toDay) }),
    sourceKey: () => null,
  });
  return passes.flatMap(splitByNames);
}

function wholeDays(fromDay: string, toDay: string): ImportCursor {
  const part: ImportPart = { fromDay, toDay, lowerBoundMs: null, isOptional: false };
  return { parts: [part], windowDays: FIRST_BACKFILL_DAYS };
}

function splitByNames({ events: names, progress, ranges }: ImportPass): ImportPass[] {
  const passes: ImportPass[] = [];
  let start = 0;
  let bytes = 0;
  const endAt = (end: number) => {
    const pass: ImportPass = { events: names.slice(start, end), progress };
    if (ranges !== undefined) pass.ranges = ranges.slice(start, end);
    passes.push(pass);
    start = end;
    bytes = 0;
  };
  for (const [i, name] of names.entries()) {
    // The quotes and the comma around a name take 7 bytes more.
    const nameBytes = encodeURIComponent(name).length + 7;
    if (i > start && bytes + nameBytes > MAX_EVENT_NAME_BYTES_PER_PASS) endAt(i);
    bytes += nameBytes;
  }
  endAt(names.length);
  return passes;
}
