// When the next run of an integration is due.

/** Right after a run that was asked for, the regular one is left out. */
const MIN_GAP_MS = 15 * 60_000;

/**
 * Every integration has its own phase within the interval, so that runs are spread and keep their times. The next run
 * comes with the next phase, at most an interval and a quarter of an hour after the last start.
 */
export function nextRunAtMs(lastStartedAtMs: number, integrationId: string, intervalMs: number): number {
  const periodMs = Math.max(intervalMs, 1_000);
  const earliestMs = lastStartedAtMs + Math.min(MIN_GAP_MS, Math.floor(periodMs / 8)) + 1;
  const phaseMs = spreadOf(integrationId, periodMs);
  return phaseMs + Math.ceil((earliestMs - phaseMs) / periodMs) * periodMs;
}

/** A whole number of milliseconds in [0, withinMs), the same for the same id (FNV-1a). */
export function spreadOf(integrationId: string, withinMs: number): number {
  if (withinMs <= 0) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < integrationId.length; i++) {
    hash = Math.imul(hash ^ integrationId.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash % withinMs;
}

/** A run that starts later than this became due while no worker ran. */
export const LATE_MS = 60_000;

/** A run that is due starts within seconds, and those that became due while no worker ran are spread. */
const MIN_OVERDUE_GRACE_MS = 5 * 60_000;

export function overdueGraceMs(spreadMs: number): number {
  return Math.max(2 * spreadMs, MIN_OVERDUE_GRACE_MS);
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
