// Times as people read them: local, with how long ago or until when.
const MINUTE_MS = 60_000;
const UNITS = [
  { unit: "day", ms: 24 * 60 * MINUTE_MS },
  { unit: "hour", ms: 60 * MINUTE_MS },
  { unit: "minute", ms: MINUTE_MS },
  { unit: "second", ms: 1_000 },
] as const;
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

export function localTime(iso: string): string {
  return absolute.format(new Date(iso));
}

/** @example relativeTime("2026-01-31T08:00:00.000Z", Date.now()) // "in 2 hours" */
export function relativeTime(iso: string, nowMs: number): string {
  const awayMs = new Date(iso).getTime() - nowMs;
  const { unit, ms } = UNITS.find((one) => Math.abs(awayMs) >= one.ms) ?? UNITS[3];
  return relative.format(Math.round(awayMs / ms), unit);
}

export const count = (value: number): string => value.toLocaleString();
