// Sums up calls without a user, and writes the sums twice a second. A process that dies loses its last ones.
import pTimeout from "p-timeout";
import type { CallMeasures } from "../domain/exposure.ts";
import type { AnonymousUsage } from "../domain/usage.ts";
import { UnavailableError, type UsageStore } from "../store/store.ts";
import type { CallOutcome, CallRecord } from "./callRecord.ts";

export interface AnonymousSums {
  add(call: CallRecord, outcome: CallOutcome, figures: CallMeasures): void;
  /** Writes what is left, if that takes no longer than `withinMs`. */
  stop(withinMs: number): Promise<void>;
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
    let isDown = false;
    const isWritten = async (workspaceId: string, usage: AnonymousUsage[]): Promise<boolean> => {
      try {
        await store.addAnonymous(workspaceId, usage);
        return true;
      } catch (error) {
        onError(error);
        isDown = error instanceof UnavailableError && !error.isTimeLimit;
        return false;
      }
    };
    // Once the database is down, the others would only wait for it.
    for (const [workspaceId, usage] of byWorkspace) {
      if (isDown || !(await isWritten(workspaceId, usage))) keep(workspaceId, usage);
    }
  };
  const keep = (workspaceId: string, usage: AnonymousUsage[]) => {
    for (const one of usage) merge(waiting, workspaceId, one);
    schedule();
  };
  const schedule = () => {
    timer ??= setTimeout(() => {
      timer = null;
      writing = writing.then(write);
    }, WRITTEN_EVERY_MS).unref();
  };
  return {
    add(call, outcome, figures) {
      for (const usage of usageOf(call, outcome, figures)) merge(waiting, call.workspaceId, usage);
      schedule();
    },
    async stop(withinMs) {
      writing = writing.then(write);
      await pTimeout(writing, { milliseconds: withinMs, fallback: () => undefined });
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** Of the variant that was assigned and of the one that answered or began to, which are one but for fallbacks. */
function usageOf(call: CallRecord, outcome: CallOutcome, figures: CallMeasures): AnonymousUsage[] {
  const { routerId: aliasId, routeId, assignedVariantId } = call;
  const isServed = outcome === "served" && call.served !== null;
  const toldId = call.served?.variantId ?? assignedVariantId;
  const dealt = {
    assigned: 1,
    failed: Number(!isServed && outcome !== "left"),
    fallbacks: Number(isServed && toldId !== assignedVariantId),
  };
  // Times are of answers: how soon a call failed says nothing about them.
  const told = toldOf(isServed ? figures : { ...figures, latencyMs: null, ttftMs: null });
  const answered = { ...told, served: Number(isServed) };
  const ids = { aliasId, routeId };
  if (toldId === assignedVariantId) return [{ ...ids, variantId: toldId, ...dealt, ...answered }];
  return [
    { ...ids, variantId: assignedVariantId, ...dealt, ...toldOf(NO_FIGURES), served: 0 },
    { ...ids, variantId: toldId, assigned: 0, failed: 0, fallbacks: 0, ...answered },
  ];
}

const NO_FIGURES: CallMeasures = {
  inputTokens: null,
  outputTokens: null,
  costUsd: null,
  latencyMs: null,
  ttftMs: null,
};

function toldOf({ inputTokens, outputTokens, costUsd, latencyMs, ttftMs }: CallMeasures) {
  return {
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    tokenCalls: Number(inputTokens !== null || outputTokens !== null),
    costUsd: costUsd ?? 0,
    costCalls: Number(costUsd !== null),
    latenciesMs: latencyMs === null ? [] : [latencyMs],
    ttftsMs: ttftMs === null ? [] : [ttftMs],
  };
}

const SUMS = [
  "assigned",
  "served",
  "failed",
  "fallbacks",
  "inputTokens",
  "outputTokens",
  "tokenCalls",
  "costUsd",
  "costCalls",
] as const satisfies (keyof AnonymousUsage)[];

function merge(all: Map<string, Sums>, workspaceId: string, usage: AnonymousUsage): void {
  const key = [workspaceId, usage.aliasId, usage.routeId, usage.variantId].join("/");
  const before = all.get(key);
  if (before === undefined) {
    if (all.size < MAX_VARIANTS) all.set(key, { workspaceId, usage });
    return;
  }
  const sums = before.usage;
  for (const name of SUMS) sums[name] += usage[name];
  for (const ms of usage.latenciesMs) if (sums.latenciesMs.length < MAX_TIMES) sums.latenciesMs.push(ms);
  for (const ms of usage.ttftsMs) if (sums.ttftsMs.length < MAX_TIMES) sums.ttftsMs.push(ms);
}
