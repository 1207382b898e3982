// A day of many integrations, the recovery from an outage, and passes of the reconciler over them.
import type { Spread } from "../../src/domain/schedule.ts";
import { passOf, type PassCost } from "./reconciler.ts";
import { coldWakes, firstDueMs, recovery, regularStarts, type Recovery, type Start } from "./starts.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OUTAGE_MS = HOUR_MS;
const FROM_MS = Date.UTC(2026, 0, 1);

export interface Simulated {
  integrations: number;
  spread: Spread;
  workers: number;
  day: Start[];
  cold: number;
  outageMs: number;
  recovery: Recovery;
  /** The starts of the time over which late runs are spread. */
  recovering: Start[];
  passes: { regular: PassCost; hourly: PassCost; afterOutage: PassCost };
}

/** Like those of the store, and the same in each simulation. */
export function idsOf(count: number): string[] {
  let state = 1n;
  return Array.from({ length: count }, () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
    return `int_${state.toString(16).padStart(20, "0")}`;
  });
}

export async function simulate(
  ids: string[],
  spread: Spread,
  { workers, cachedWorkflows }: { workers: number; cachedWorkflows: number },
): Promise<Simulated> {
  const day = regularStarts(ids, spread, FROM_MS, FROM_MS + DAY_MS);
  const cached = workers * cachedWorkflows;
  // The first interval fills the cache.
  const before = regularStarts(ids, spread, FROM_MS - spread.intervalMs, FROM_MS);
  const cold = coldWakes([...before, ...day], cached) - coldWakes(before, cached);
  const endMs = FROM_MS + OUTAGE_MS;
  const recovered = recovery(ids, spread, [FROM_MS, endMs], endMs + DAY_MS);
  const spreadMs = Math.min(spread.jitterMs, spread.intervalMs);
  const recovering = recovered.starts.filter(({ atMs }) => atMs < endMs + spreadMs);
  const due = (id: string) => firstDueMs(id, spread, FROM_MS);
  const steady = { ids, nextRunAtMs: due, nowMs: FROM_MS };
  const passes = {
    regular: await passOf({ ...steady, isListDue: false }, spread),
    hourly: await passOf({ ...steady, isListDue: true }, spread),
    afterOutage: await passOf({ ids, nextRunAtMs: due, nowMs: endMs, isListDue: true }, spread),
  };
  const integrations = ids.length;
  const outageMs = OUTAGE_MS;
  return { integrations, spread, workers, day, cold, outageMs, recovery: recovered, recovering, passes };
}
