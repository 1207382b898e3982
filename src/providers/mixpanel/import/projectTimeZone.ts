// Converts times of projects made before 2023, which are wall-clock milliseconds of the project's zone, into UTC.
import { DateTime, IANAZone } from "luxon";
import { SyncError } from "../../../domain/errors.ts";

const QUARTER_HOUR_MS = 15 * 60_000;
/** No zone has ever set its clock back further. */
const LONGEST_REPEAT_MS = 3 * 3_600_000;
const MAX_CACHED_QUARTERS = 50_000;

/** Input: wall-clock time written as if it were UTC. When the clock showed an hour twice, the first is taken. */
export function createUtcConverter(zone: string | null): (wallMs: number) => number {
  if (zone === null) return (wallMs) => wallMs;
  if (!IANAZone.isValidZone(zone)) throw unknownZone();
  const offsets = new Map<number, number>();
  return (wallMs) => {
    // Offsets change at quarter hours only.
    const quarter = Math.floor(wallMs / QUARTER_HOUR_MS);
    let offsetMs = offsets.get(quarter);
    if (offsetMs === undefined) {
      if (offsets.size >= MAX_CACHED_QUARTERS) offsets.clear();
      offsetMs = wallOffsetMs(quarter * QUARTER_HOUR_MS, zone);
      offsets.set(quarter, offsetMs);
    }
    return wallMs - offsetMs;
  };
}

function wallOffsetMs(wallMs: number, zone: string): number {
  const utc = DateTime.fromMillis(wallMs, { zone: "utc" }).setZone(zone, { keepLocalTime: true });
  if (!utc.isValid) throw unknownZone();
  // When the clock showed this time twice, luxon takes the first or the second, depending on the side of Greenwich.
  const offsetMs = (epochMs: number): number => IANAZone.create(zone).offset(epochMs) * 60_000;
  const beforeMs = offsetMs(wallMs - utc.offset * 60_000 - LONGEST_REPEAT_MS);
  return offsetMs(wallMs - beforeMs) === beforeMs ? beforeMs : utc.offset * 60_000;
}

/** The calendar day in the zone, `yyyy-mm-dd`; in UTC if the zone is null. */
export function dayInZone(epochMs: number, zone: string | null): string {
  const day = DateTime.fromMillis(epochMs, { zone: zone ?? "utc" }).toISODate();
  if (day === null) throw unknownZone();
  return day;
}

function unknownZone(): SyncError {
  const remedy = "Check the project's settings in Mixpanel.";
  return new SyncError("schema", `Mixpanel names an unknown time zone for this project. ${remedy}`);
}
