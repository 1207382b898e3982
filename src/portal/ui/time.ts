// Times as people read them: local, with how long ago or until when.
const MINUTE_MS = 60_000;
const UNITS = [
  { unit: "day", ms: 24 * 60 * MINUTE_MS },
  { unit: "hour", ms: 60 * MINUTE_MS },
  { unit: "minute", ms: MINUTE_MS },
] as const;
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

export function localTime(iso: string): string {
  return absolute.format(new Date(iso));
}

/**
 * What has happened is never ahead and what is to come never behind, whatever the clock of this machine says.
 *
 * @example relativeTime("2026-01-31T08:00:00.000Z", Date.now(), "ahead") // "in 2 hours"
 */
export function relativeTime(iso: string, nowMs: number, direction: "past" | "ahead"): string {
  const sign = direction === "past" ? -1 : 1;
  const awayMs = Math.max(0, (new Date(iso).getTime() - nowMs) * sign);
  const { unit, ms } = UNITS.find((one) => awayMs >= one.ms) ?? UNITS[2];
  if (awayMs < MINUTE_MS) return direction === "past" ? "just now" : "in a moment";
  return relative.format(Math.round(awayMs / ms) * sign, unit);
}

export const count = (value: number): string => value.toLocaleString();
