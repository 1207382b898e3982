// When the next run of an integration is due.

/** An interval after the last start, plus a jitter fixed per integration, so that a restart does not sync all at once. */
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
