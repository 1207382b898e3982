// The worker's peak of memory for an import, against that of an import with ten times as many rows, each in a new process.
import { rounded, type Comparison } from "./comparison.ts";
import { assertImported, generate, syncAll } from "./importData.ts";
import { startMachine, type Machine } from "./machine.ts";
import { scaled, type BenchOptions } from "./options.ts";
import { memoryOf } from "./processFigures.ts";

const SMALL_ROWS = 500_000;
const LARGE_ROWS = 5_000_000;
const MAX_GROWTH_MB = 64;

export async function benchMemory({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  onStep("starting PostgreSQL, Temporal and the Mixpanel stand-in");
  const machine = await startMachine("memory");
  try {
    const peak = async (projectId: string, rows: number) => {
      const data = await generate(machine, projectId, rows);
      const mb = await peakMb(machine, () => syncAll(data));
      await assertImported(data);
      onStep(`${rows} rows: ${mb.toFixed(0)} MB`);
      await machine.mixpanel.deleteProject(projectId);
      return mb;
    };
    const small = await peak("7004", scaled(SMALL_ROWS, scale));
    const large = await peak("7005", scaled(LARGE_ROWS, scale));
    return [compareGrowth("memory", { rows: SMALL_ROWS * scale, small, large, maxGrowthMb: MAX_GROWTH_MB })];
  } finally {
    await machine.stop();
  }
}

/** `ours` is the peak for many rows, `theirs` that for few rows plus the allowed growth; the ratio is theirs over ours. */
export function compareGrowth(
  bench: string,
  { rows, small, large, maxGrowthMb }: { rows: number; small: number; large: number; maxGrowthMb: number },
): Comparison {
  const [ours, theirs] = [Math.ceil(large), Math.floor(small) + maxGrowthMb];
  const against = `peak at ${rows} rows, plus ${maxGrowthMb} MB`;
  return { bench, against, ours, theirs, unit: "MB", ratio: rounded(theirs / ours), goal: 1 };
}

/** The peak of a new worker that only does this import. */
export async function peakMb(machine: Machine, run: () => Promise<unknown>): Promise<number> {
  const worker = await machine.startWorker();
  await run();
  const { peakMb: mb } = memoryOf(worker.pid);
  await worker.stop();
  return mb;
}
