// Repeats a connection test while its failure is not final, because a new grant takes some minutes to be known.
import { useEffect, useRef } from "react";

const RETRY_EVERY_MS = 10_000;

/** `retryUntil` is that of the last test; null if nothing is to be repeated. The server ends the wait. */
export function useRetry(retryUntil: string | null, isPending: boolean, retry: () => void): void {
  const latest = useRef(retry);
  useEffect(() => {
    latest.current = retry;
  });
  useEffect(() => {
    if (retryUntil === null || isPending || Date.parse(retryUntil) < Date.now()) return;
    const timer = setTimeout(() => latest.current(), RETRY_EVERY_MS);
    return () => clearTimeout(timer);
  }, [retryUntil, isPending]);
}
