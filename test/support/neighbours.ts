// "A while B": how long the calls of one workspace take alone, and while another workspace does its worst.
import { readFile } from "node:fs/promises";

/** A call of workspace A. It throws if the call fails. */
export type Call = () => Promise<void>;
/** What workspace B does until the signal. It may fail in any way. */
export type Burden = (signal: AbortSignal) => Promise<unknown>;

export interface Comparison {
  aloneMs: number;
  besideMs: number;
  /** What `besideMs` may be: twice as long or 50 ms more, and room for a machine that runs other tests too. */
  allowedMs: number;
}

const ROOM_MS = 150;
const WARM_UP_CALLS = 5;

/** The 99th percentiles. Rejects if a call of A fails. */
export async function compareTimes(call: Call, burden: Burden, count = 40): Promise<Comparison> {
  for (let i = 0; i < WARM_UP_CALLS; i++) await call();
  const aloneMs = p99(await timesOf(call, count));
  const stop = new AbortController();
  const load = burden(stop.signal).catch(() => undefined);
  try {
    const besideMs = p99(await timesOf(call, count));
    return { aloneMs, besideMs, allowedMs: Math.max(2 * aloneMs, aloneMs + 50) + ROOM_MS };
  } finally {
    stop.abort();
    await load;
  }
}

async function timesOf(call: Call, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const startedMs = performance.now();
    await call();
    times.push(performance.now() - startedMs);
  }
  return times;
}

function p99(times: number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN;
}

/** Callers that call again and again until the signal. `seen` counts the statuses that they got. */
export async function hammer(
  signal: AbortSignal,
  callers: number,
  send: (signal: AbortSignal, caller: number) => Promise<Response>,
  seen: Map<number, number> = new Map(),
): Promise<void> {
  const one = async (_: unknown, caller: number) => {
    while (!signal.aborted) {
      try {
        const response = await send(signal, caller);
        await response.arrayBuffer();
        seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
      } catch {
        // A cut connection, or the end.
        seen.set(0, (seen.get(0) ?? 0) + 1);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, one));
}

/** The most memory that a process has had. */
export async function peakMemoryBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
