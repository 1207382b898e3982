// How long one caller waits while others do their worst: calls one after the other, and their 99th percentile.

export interface Latency {
  calls: number;
  failed: number;
  p99Ms: number;
}

/** Calls until `isOver` returns true, at least `atLeast` times. A call fails if it rejects or returns false. */
export async function measureLatency(
  call: () => Promise<boolean>,
  { isOver, atLeast }: { isOver: () => boolean; atLeast: number },
): Promise<Latency> {
  const times: number[] = [];
  let failed = 0;
  while (times.length < atLeast || !isOver()) {
    const startedMs = performance.now();
    if (!(await call().catch(() => false))) failed++;
    times.push(performance.now() - startedMs);
  }
  times.sort((a, b) => a - b);
  return { calls: times.length, failed, p99Ms: times[Math.ceil(times.length * 0.99) - 1] ?? 0 };
}

/** What a neighbour may cost: twice the time alone, or 50 ms. */
export const boundOf = (alone: Latency): number => Math.max(2 * alone.p99Ms, alone.p99Ms + 50);
