// Sums up calls without a user, and writes the sums twice a second. A process that dies loses its last ones.
import type { AnonymousUsage } from "../domain/usage.ts";
import type { UsageStore } from "../store/store.ts";
import type { CallRecord } from "./callRecord.ts";
import type { CallMeasures } from "../domain/exposure.ts";

export interface AnonymousSums {
  add(call: CallRecord, figures: CallMeasures): void;
  /** Writes what is left. */
  stop(): Promise<void>;
}

const WRITTEN_EVERY_MS = 500;
/** While the database is down, sums go on, but percentiles are of no more calls than this per variant. */
const MAX_TIMES = 10_000;
/** Beyond it nothing is added until the database is back. */
const MAX_VARIANTS = 100_000;

interface Sums {
  workspaceId: string;
  usage: AnonymousUsage;
}

export function createAnonymousSums(
  store: Pick<UsageStore, "addAnonymous">,
  onError: (error: unknown) => void,
): AnonymousSums {
  let waiting = new Map<string, Sums>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  const write = async () => {
    const written = waiting;
    waiting = new Map();
    const byWorkspace = new Map<string, AnonymousUsage[]>();
    for (const { workspaceId, usage } of written.values()) {
      byWorkspace.set(workspaceId, [...(byWorkspace.get(workspaceId) ?? []), usage]);
    }
    for (const [workspaceId, usage] of byWorkspace) {
      try {
        await store.addAnonymous(workspaceId, usage);
      } catch (error) {
        onError(error);
        for (const one of usage) merge(waiting, workspaceId, one);
        schedule();
      }
    }
  };
  const schedule = () => {
    timer ??= setTimeout(() => {
      timer = null;
      writing = writing.then(write);
    }, WRITTEN_EVERY_MS).unref();
  };
  return {
    add(call, figures) {
      merge(waiting, call.workspaceId, usageOf(call, figures));
      schedule();
    },
    async stop() {
      if (timer !== null) clearTimeout(timer);
      await writing;
      await write();
      if (timer !== null) clearTimeout(timer);
    },
  };
}

function usageOf(call: CallRecord, figures: CallMeasures): AnonymousUsage {
  return {
    aliasId: call.routerId,
    routeId: call.routeId,
    variantId: call.served?.variantId ?? call.assignedVariantId,
    calls: 1,
    inputTokens: figures.inputTokens ?? 0,
    outputTokens: figures.outputTokens ?? 0,
    costUsd: figures.costUsd ?? 0,
    latenciesMs: figures.latencyMs === null ? [] : [figures.latencyMs],
    ttftsMs: figures.ttftMs === null ? [] : [figures.ttftMs],
  };
}

function merge(all: Map<string, Sums>, workspaceId: string, usage: AnonymousUsage): void {
  const key = [workspaceId, usage.aliasId, usage.routeId, usage.variantId].join("/");
  const before = all.get(key);
  if (before === undefined) {
    if (all.size < MAX_VARIANTS) all.set(key, { workspaceId, usage });
    return;
  }
  const sums = before.usage;
  sums.calls += usage.calls;
  sums.inputTokens += usage.inputTokens;
  sums.outputTokens += usage.outputTokens;
  sums.costUsd += usage.costUsd;
  for (const ms of usage.latenciesMs) if (sums.latenciesMs.length < MAX_TIMES) sums.latenciesMs.push(ms);
  for (const ms of usage.ttftsMs) if (sums.ttftsMs.length < MAX_TIMES) sums.ttftsMs.push(ms);
}
