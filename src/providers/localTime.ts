// Converts between UTC and the wall clock of a time zone. A wall-clock time is milliseconds, written as if it were UTC.
import { DateTime, IANAZone } from "luxon";
import { SyncError } from "../domain/errors.ts";

const QUARTER_HOUR_MS = 15 * 60_000;
/** No zone has ever set its clock back further. */
export const LONGEST_REPEAT_MS = 3 * 3_600_000;
const MAX_CACHED_QUARTERS = 50_000;

/** Converts wall-clock times into UTC. When the clock showed an hour twice, the first is taken. */
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

/**
 * The latest wall-clock time that the clock has shown until then. It never goes back, so consecutive ranges of time are
 * consecutive ranges of wall-clock times: none is missed when an hour is shown twice or not at all.
 */
export function latestWallMs(epochMs: number, zone: string | null): number {
  if (zone === null) return epochMs;
  if (!IANAZone.isValidZone(zone)) throw unknownZone();
  const offsetMs = (ms: number): number => IANAZone.create(zone).offset(ms) * 60_000;
  const lastQuarterMs = Math.floor(epochMs / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
  let latestMs = epochMs + offsetMs(epochMs);
  for (let ms = lastQuarterMs; ms > epochMs - LONGEST_REPEAT_MS; ms -= QUARTER_HOUR_MS) {
    latestMs = Math.max(latestMs, ms + offsetMs(ms - 1));
  }
  return latestMs;
}

/** The calendar day in the zone, `yyyy-mm-dd`; in UTC if the zone is null. */
export function dayInZone(epochMs: number, zone: string | null): string {
  const day = DateTime.fromMillis(epochMs, { zone: zone ?? "utc" }).toISODate();
  if (day === null) throw unknownZone();
  return day;
}

function unknownZone(): SyncError {
  return new SyncError("schema", "The time zone of the project or event is unknown. Check it in their settings.");
}
