// A time, local and relative; the machine-readable one beneath.
import { Text } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { useState } from "react";
import { localTime, relativeTime } from "./time.ts";

const STALE_MS = 10_000;

interface WhenProps {
  at: string | null | undefined;
  /** For what is to come. */
  isAhead?: boolean;
  empty?: string;
}

export function When({ at, isAhead = false, empty = "–" }: WhenProps) {
  const nowMs = useNow();
  if (at === null || at === undefined)
    return (
      <Text component="span" inherit>
        {empty}
      </Text>
    );
  return (
    <time dateTime={at}>
      {localTime(at)} ({relativeTime(at, nowMs, isAhead ? "ahead" : "past")})
    </time>
  );
}

/** So that "in 2 minutes" does not stay on a page that is left open. */
function useNow(): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useInterval(() => setNowMs(Date.now()), STALE_MS, { autoInvoke: true });
  return nowMs;
}
