// Memory of the worker: its peak when it imports ten times as much, in a process of its own each time.
import { readFileSync } from "node:fs";
import type { Comparison } from "./comparison.ts";
import { assertImported, generate, syncAll, type Data } from "./importData.ts";
import { startMachine } from "./machine.ts";
import { scaled, type BenchOptions } from "./options.ts";

const SMALL_ROWS = 500_000;
const LARGE_ROWS = 5_000_000;
const MAX_GROWTH_MB = 64;

/** `ours` and `theirs` are the peaks at many and at few rows; the ratio is the allowed growth over the real one, at most 10. */
export async function benchMemory({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  onStep("starting PostgreSQL, Temporal and the Mixpanel stand-in");
  const machine = await startMachine("memory");
  try {
    const peak = async (projectId: string, rows: number) => {
      const data = await generate(machine, projectId, rows);
      const mb = await peakMb(data);
      onStep(`${rows} rows: ${mb.toFixed(0)} MB`);
      await machine.mixpanel.deleteProject(projectId);
      return mb;
    };
    const small = await peak("7004", scaled(SMALL_ROWS, scale));
    const large = await peak("7005", scaled(LARGE_ROWS, scale));
    return [
      {
        ...{ bench: "memory", against: `peak at ${SMALL_ROWS * scale} rows, plus ${MAX_GROWTH_MB} MB`, unit: "MB" },
        ...{ ours: Math.ceil(large), theirs: Math.floor(small) + MAX_GROWTH_MB, goal: 1 },
        ratio: Math.floor(((Math.floor(small) + MAX_GROWTH_MB) / Math.ceil(large)) * 100) / 100,
      },
    ];
  } finally {
    await machine.stop();
  }
}

async function peakMb(data: Data): Promise<number> {
  const worker = await data.machine.startWorker();
  await syncAll(data);
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${worker.pid}/status`, "utf8"))?.[1];
  await worker.stop();
  await assertImported(data);
  return Number(kilobytes) / 1_024;
}
