// When the runs of many integrations start, by the scheduling that the workflows use, and which of them wake cold.
import { LRUCache } from "lru-cache";
import { lateStartMs, nextRunAtMs, type Spread } from "../../src/domain/schedule.ts";

export interface Start {
  integrationId: string;
  atMs: number;
}

/** When the first run from then on is due. */
export function firstDueMs(integrationId: string, { intervalMs }: Spread, fromMs: number): number {
  const atMs = nextRunAtMs(fromMs - intervalMs, integrationId, intervalMs);
  return atMs >= fromMs ? atMs : nextRunAtMs(atMs, integrationId, intervalMs);
}

/** The starts in [fromMs, toMs), in order of time: each run is followed by the next one. */
export function regularStarts(ids: string[], spread: Spread, fromMs: number, toMs: number): Start[] {
  const starts: Start[] = [];
  for (const integrationId of ids) {
    let atMs = firstDueMs(integrationId, spread, fromMs);
    for (; atMs < toMs; atMs = nextRunAtMs(atMs, integrationId, spread.intervalMs))
      starts.push({ integrationId, atMs });
  }
  return starts.toSorted((a, b) => a.atMs - b.atMs);
}

export interface Recovery {
  /** Workflows that wake at the end of the outage, all at once. */
  wokenAtOnce: number;
  /** How many of them start their run later, at their own time. */
  late: number;
  /** All starts from the end of the outage until `untilMs`, in order of time. */
  starts: Start[];
}

/** No worker runs in [fromMs, toMs). */
export function recovery(ids: string[], spread: Spread, [fromMs, toMs]: [number, number], untilMs: number): Recovery {
  const due = regularStarts(ids, spread, fromMs, toMs);
  // An outage that is longer than the interval finds each integration due once.
  const first = new Map(due.toReversed().map(({ integrationId, atMs }) => [integrationId, atMs]));
  let late = 0;
  const starts = [...first].map(([integrationId, dueAtMs]): Start => {
    const startMs = lateStartMs(dueAtMs, toMs, integrationId, spread);
    if (startMs !== null) late++;
    return { integrationId, atMs: startMs ?? toMs };
  });
  const startedMs = new Map(starts.map(({ integrationId, atMs }) => [integrationId, atMs]));
  for (const start of regularStarts(ids, spread, toMs, untilMs)) {
    // A run that started late is the regular one if that would come right after it.
    const lateMs = startedMs.get(start.integrationId);
    if (lateMs === undefined || nextRunAtMs(lateMs, start.integrationId, spread.intervalMs) <= start.atMs) {
      starts.push(start);
    }
  }
  return { wokenAtOnce: first.size, late, starts: starts.toSorted((a, b) => a.atMs - b.atMs) };
}

/** The most that start in one part of the time. */
export function mostWithin(starts: Start[], partMs: number): number {
  const parts = new Map<number, number>();
  for (const { atMs } of starts) {
    const part = Math.floor(atMs / partMs);
    parts.set(part, (parts.get(part) ?? 0) + 1);
  }
  return Math.max(0, ...parts.values());
}

/** How many of the starts wake a workflow that no worker has in memory any more. */
export function coldWakes(starts: Start[], cachedWorkflows: number): number {
  const cache = new LRUCache<string, true>({ max: cachedWorkflows });
  let cold = 0;
  for (const { integrationId } of starts) {
    if (cache.get(integrationId) === undefined) cold++;
    cache.set(integrationId, true);
  }
  return cold;
}
