// How old rows are when a run first sees them, and what that tells: rows that come too late, times that are local.
const HOUR_MS = 3_600_000;

/** The upper ends of the groups by age; one more group has all older rows. Rows from the future are in the first. */
export const ARRIVAL_AGE_HOURS = [1, 6, 24, 48, 72, 168, 720] as const;
export const ARRIVAL_AGE_GROUPS = ARRIVAL_AGE_HOURS.length + 1;

/** The place of the group. */
export function arrivalAgeGroup(ageMs: number): number {
  const at = ARRIVAL_AGE_HOURS.findIndex((hours) => ageMs < hours * HOUR_MS);
  return at === -1 ? ARRIVAL_AGE_HOURS.length : at;
}

/** The last quarter of the lookback: where rows are found, others may have come too late to be. */
const EDGE_SHARE = 0.75;

/** `lateMs`: how much older than the end of the last complete pass the row is. */
export function isNearEdge(lateMs: number, lookbackMs: number | null): boolean {
  return lookbackMs !== null && lateMs >= lookbackMs * EDGE_SHARE;
}

/** The newest row that a run saw for the first time. */
export interface NewestRow {
  atMs: number;
  /** Negative if the row is dated ahead. */
  ageMs: number;
}

/** Clocks are off by whole or half hours. */
const OFFSET_STEP_MS = HOUR_MS / 2;
const MAX_OFFSET_MS = 14 * HOUR_MS;
/** How long before the run its newest row may have been written. */
const FRESH_MS = 10 * 60_000;
const RUNS_NEEDED = 4;
/** Rows that are loaded once a day are as old in each run that sees some. */
const OFTEN_MS = 12 * HOUR_MS;

/** By how much the rows' clock is behind UTC, if their newest ones always are; negative if it is ahead. Else null. */
export function suspectedOffsetMs(newest: readonly NewestRow[]): number | null {
  const last = newest.slice(-RUNS_NEEDED);
  const [first] = last;
  if (first === undefined || last.length < RUNS_NEEDED) return null;
  const offsetMs = Math.floor(first.ageMs / OFFSET_STEP_MS) * OFFSET_STEP_MS;
  if (offsetMs === 0 || Math.abs(offsetMs) > MAX_OFFSET_MS) return null;
  if (!last.every(({ ageMs }) => ageMs >= offsetMs && ageMs < offsetMs + FRESH_MS)) return null;
  const isOften = last.some(({ atMs }, i) => i > 0 && atMs - (last[i - 1]?.atMs ?? 0) < OFTEN_MS);
  return offsetMs < 0 || isOften ? offsetMs : null;
}
