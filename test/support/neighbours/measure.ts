// "A while B": how long calls of workspace A take alone, and while workspace B does its worst.
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";

/** A call of workspace A. Rejects if the call fails. */
export type Call = () => Promise<void>;
/** Resolves when workspace B does its worst, with a function that ends it. */
export type Burden = () => Promise<() => Promise<unknown>>;

export interface Burdens {
  /** B shares with A what the test is about. */
  beside: Burden;
  /**
   * B does the same where it shares nothing with A but this machine's processors, which are few and busy with B's callers
   * too. Default: nothing, for a B that needs no processor.
   */
  elsewhere?: Burden;
}

export interface Pace {
  /** Of each kind, alone and again beside B. */
  calls: number;
  /**
   * The time from one call to the next. Calls come at their times whether earlier ones have ended or not, unless it is
   * null: then each comes when the one before has ended.
   */
  everyMs: number | null;
}

const PACE: Pace = { calls: 100, everyMs: 20 };
/** Of 50 ms, twice: on two processors, six processes also wait for each other. */
const MARGIN_MS = 100;

const MAX_ROUNDS = 10;

/** The 99th percentiles of the calls of each kind. */
type Percentiles = Map<string, number>;

/**
 * Expects that no call of A fails beside B, and that the 99th percentile of each kind is under twice what it is alone, or
 * 100 ms more. Other processes of the machine add to both, and never take away: the best of the rounds counts, and one
 * round is enough if it holds.
 */
export async function expectUndisturbed(kinds: Record<string, Call>, burdens: Burdens, pace: Partial<Pace> = {}) {
  const { beside, elsewhere = nothing } = burdens;
  const { calls, everyMs } = { ...PACE, ...pace };
  // Opens connections and warms the code up.
  await percentiles(kinds, { calls: Math.ceil(calls / 4), everyMs });
  const best = { alone: new Map<string, number>(), beside: new Map<string, number>() };
  let disturbed: string[] = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const endElsewhere = await elsewhere();
    keepBest(best.alone, await percentiles(kinds, { calls, everyMs }).finally(endElsewhere));
    const endBeside = await beside();
    keepBest(best.beside, await percentiles(kinds, { calls, everyMs }).finally(endBeside));
    disturbed = disturbedKinds(best);
    if (disturbed.length === 0) return;
  }
  expect(disturbed).toEqual([]);
}

function keepBest(best: Percentiles, found: Percentiles): void {
  for (const [kind, ms] of found) best.set(kind, Math.min(ms, best.get(kind) ?? Infinity));
}

/** The kinds of calls that took too long, with figures. */
function disturbedKinds({ alone, beside }: { alone: Percentiles; beside: Percentiles }): string[] {
  return [...beside].flatMap(([kind, besideMs]) => {
    const aloneMs = alone.get(kind) ?? NaN;
    const figures = `${kind}: ${besideMs.toFixed(1)} ms beside B, ${aloneMs.toFixed(1)} ms alone`;
    console.info(figures);
    return besideMs < Math.max(2 * aloneMs, aloneMs + MARGIN_MS) ? [] : [figures];
  });
}

const nothing: Burden = async () => async () => {};

/** A call counts from when it was due, so that one that stalls also counts in those behind it. */
async function percentiles(kinds: Record<string, Call>, { calls, everyMs }: Pace): Promise<Percentiles> {
  const names = Object.keys(kinds);
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  const startedMs = performance.now();
  const running: Promise<void>[] = [];
  for (let i = 0; i < calls * names.length; i++) {
    if (everyMs === null) await running.at(-1);
    const dueMs = everyMs === null ? performance.now() : startedMs + i * everyMs;
    await delay(dueMs - performance.now());
    const name = names[i % names.length]!;
    running.push(kinds[name]!().then(() => void times.get(name)!.push(performance.now() - dueMs)));
  }
  await Promise.all(running);
  return new Map(names.map((name) => [name, p99(times.get(name)!)]));
}

function p99(times: number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN;
}

/** The most memory that a process has had. */
export async function peakMemoryBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
