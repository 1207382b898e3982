// When the next run of an integration is due.

/** An interval after the last start, plus a jitter per integration, so that a restart does not sync all at once. */
export function nextRunAtMs(
  lastStartedAtMs: number,
  integrationId: string,
  intervalMs: number,
  jitterMs: number,
): number {
  return lastStartedAtMs + Math.max(intervalMs, 1_000) + jitterOf(integrationId, jitterMs);
}

/** A whole number of milliseconds in [0, jitterMs), the same for the same id (FNV-1a). */
export function jitterOf(integrationId: string, jitterMs: number): number {
  if (jitterMs <= 0) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < integrationId.length; i++) {
    hash = Math.imul(hash ^ integrationId.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash % jitterMs;
}

/** A run that is due starts within seconds; a jitter spreads runs that became due while no worker ran. */
const MIN_OVERDUE_GRACE_MS = 5 * 60_000;

export function overdueGraceMs(jitterMs: number): number {
  return Math.max(2 * jitterMs, MIN_OVERDUE_GRACE_MS);
}

/** What tells whether an integration is left alone although something is to be done. */
export interface ScheduleFacts {
  nowMs: number;
  isEnabled: boolean;
  paused: boolean;
  isRunning: boolean;
  nextRunAtMs: number | null;
  /** When the configuration changed last, if its workflow has not seen the change. */
  unseenSinceMs: number | null;
  /** When a worker last showed that it runs; null if none ever did. */
  workerSeenMs: number | null;
}

/** `maxSilenceMs` is how long a worker that runs may show nothing. */
export function isOverdue(facts: ScheduleFacts, graceMs: number, maxSilenceMs: number): boolean {
  if (!facts.isEnabled || facts.paused) return false;
  const isPast = (sinceMs: number | null, afterMs: number) => sinceMs !== null && facts.nowMs > sinceMs + afterMs;
  // A run goes on for as long as it needs, and sees changes at its next page, unless no worker is there to go on.
  if (facts.isRunning) return isPast(facts.workerSeenMs, Math.max(graceMs, maxSilenceMs));
  return isPast(facts.unseenSinceMs, graceMs) || isPast(facts.nextRunAtMs, graceMs);
}
