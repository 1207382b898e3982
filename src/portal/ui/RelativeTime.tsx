// A time, local and relative to now.
import { useInterval } from "@mantine/hooks";
import { useState } from "react";
import { localTime } from "./time.ts";

const UPDATE_MS = 10_000;
const MINUTE_MS = 60_000;
const MINUTES = { unit: "minute", ms: MINUTE_MS } as const;
const UNITS = [{ unit: "day", ms: 24 * 60 * MINUTE_MS }, { unit: "hour", ms: 60 * MINUTE_MS }, MINUTES] as const;
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

interface RelativeTimeProps {
  at: string | null | undefined;
  isFuture?: boolean;
  empty?: string;
}

export function RelativeTime({ at, isFuture = false, empty = "–" }: RelativeTimeProps) {
  const [nowMs, setNowMs] = useState(Date.now);
  // A page that is left open must not go on saying "in 2 minutes".
  useInterval(() => setNowMs(Date.now()), UPDATE_MS, { autoInvoke: true });
  if (at === null || at === undefined) return <span>{empty}</span>;
  return (
    <time dateTime={at}>
      {localTime(at)} ({relativeTime(at, nowMs, isFuture)})
    </time>
  );
}

/** As in "in 2 hours". The tense is given, not computed: the clock of this machine may be wrong. */
function relativeTime(iso: string, nowMs: number, isFuture: boolean): string {
  const sign = isFuture ? 1 : -1;
  const distanceMs = Math.max(0, (new Date(iso).getTime() - nowMs) * sign);
  if (distanceMs < MINUTE_MS) return isFuture ? "in a moment" : "just now";
  const { unit, ms } = UNITS.find((one) => distanceMs >= one.ms) ?? MINUTES;
  return relative.format(Math.round(distanceMs / ms) * sign, unit);
}
