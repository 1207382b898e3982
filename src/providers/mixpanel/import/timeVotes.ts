// Tells from rows whether their times are UTC or local: Mixpanel adds the UTC time at which it received each of them.
import { IANAZone } from "luxon";
import { parseJson } from "../../http.ts";

export const MAX_VOTERS = 1_000;
/** Events are mostly sent within seconds. Those that come later, or from an import of old data, do not vote. */
const TOLERANCE_MS = 5 * 60_000;
const MAX_TIME_MS = 8.64e15;

export interface TimeVotes {
  utc: number;
  local: number;
}

/** A row whose zone is near UTC at that moment does not vote: both would fit. */
export function voteOnTimes(lines: string[], timezone: string): TimeVotes {
  const zone = IANAZone.create(timezone);
  const votes: TimeVotes = { utc: 0, local: 0 };
  if (!zone.isValid) return votes;
  for (const line of lines) {
    const row = timesIn(line);
    if (row === null) continue;
    const offsetMs = zone.offset(row.receivedMs) * 60_000;
    if (Math.abs(offsetMs) <= 2 * TOLERANCE_MS) continue;
    const aheadMs = row.timeMs - row.receivedMs;
    if (Math.abs(aheadMs) <= TOLERANCE_MS) votes.utc++;
    else if (Math.abs(aheadMs - offsetMs) <= TOLERANCE_MS) votes.local++;
  }
  return votes;
}

function timesIn(line: string): { timeMs: number; receivedMs: number } | null {
  const row = parseJson(line);
  if (typeof row !== "object" || row === null || !("properties" in row)) return null;
  const properties = row.properties as Record<string, unknown> | null;
  const timeMs = properties?.["time"];
  const receivedMs = properties?.["$mp_api_timestamp_ms"] ?? properties?.["mp_processing_time_ms"];
  if (typeof timeMs !== "number" || typeof receivedMs !== "number") return null;
  return Math.abs(receivedMs) > MAX_TIME_MS ? null : { timeMs, receivedMs };
}
