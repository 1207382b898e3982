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

/** A run that starts later than this became due while no worker ran. */
export const LATE_MS = 60_000;

/** What an integration's runs are spread over. */
export interface Spread {
  intervalMs: number;
  jitterMs: number;
}

/** When to start a run that became due while no worker ran, as many others did; null: it is not late. */
export function lateStartMs(
  dueAtMs: number,
  nowMs: number,
  integrationId: string,
  { intervalMs, jitterMs }: Spread,
): number | null {
  if (nowMs - dueAtMs <= LATE_MS) return null;
  // Never further than the next run would be.
  return nowMs + spreadOf(integrationId, Math.min(jitterMs, intervalMs));
}

const HASHES = 2 ** 32;
/** With fewer hashes to each millisecond, a remainder would prefer small ones. */
const MIN_HASHES_PER_MS = 16;

/** A whole number of milliseconds in [0, withinMs), the same for the same id, each as probable as any other. */
export function spreadOf(integrationId: string, withinMs: number): number {
  if (withinMs <= 0) return 0;
  const hash = hashOf(integrationId);
  if (withinMs * MIN_HASHES_PER_MS <= HASHES) return hash % withinMs;
  return Math.floor((mixed(hash) / HASHES) * withinMs);
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}

/** The last step of MurmurHash3: the high bits of the result depend on all bits of the hash. */
function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

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
