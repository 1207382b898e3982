// Times and counts as users read them.
const MINUTE_MS = 60_000;
const MINUTES = { unit: "minute", ms: MINUTE_MS } as const;
const UNITS = [{ unit: "day", ms: 24 * 60 * MINUTE_MS }, { unit: "hour", ms: 60 * MINUTE_MS }, MINUTES] as const;
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

export function localTime(iso: string): string {
  return absolute.format(new Date(iso));
}

/** As in "in 2 hours". The tense is given, not computed: the clock of this machine may be wrong. */
export function relativeTime(iso: string, nowMs: number, tense: "past" | "future"): string {
  const sign = tense === "past" ? -1 : 1;
  const distanceMs = Math.max(0, (new Date(iso).getTime() - nowMs) * sign);
  if (distanceMs < MINUTE_MS) return tense === "past" ? "just now" : "in a moment";
  const { unit, ms } = UNITS.find((one) => distanceMs >= one.ms) ?? MINUTES;
  return relative.format(Math.round(distanceMs / ms) * sign, unit);
}

export const formatCount = (value: number): string => value.toLocaleString();
