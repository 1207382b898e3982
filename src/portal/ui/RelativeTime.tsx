// A time, local and relative to now.
import { useInterval } from "@mantine/hooks";
import { useState } from "react";
import { localTime, relativeTime } from "./time.ts";

const UPDATE_MS = 10_000;

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
      {localTime(at)} ({relativeTime(at, nowMs, isFuture ? "future" : "past")})
    </time>
  );
}
