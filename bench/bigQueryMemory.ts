// The worker's peak of memory for an import of many rows from BigQuery, against that of few rows, each in a new process.
import { generateEvents, syncEvents } from "./bigQueryData.ts";
import type { Comparison } from "./comparison.ts";
import { assertImported } from "./importData.ts";
import { startBigQueryMachine } from "./machine.ts";
import { compareGrowth, peakMb } from "./memory.ts";
import { scaled, type BenchOptions } from "./options.ts";

const SMALL_ROWS = 200_000;
const LARGE_ROWS = 5_000_000;
const MAX_GROWTH_MB = 96;

export async function benchBigQueryMemory({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  onStep("starting PostgreSQL, Temporal and the local BigQuery");
  const machine = await startBigQueryMachine("bigquery-memory");
  try {
    const peak = async (projectId: string, rows: number) => {
      const table = await generateEvents(machine, projectId, rows);
      const mb = await peakMb(machine, () => syncEvents(table));
      await assertImported(table);
      onStep(`${rows} rows: ${mb.toFixed(0)} MB`);
      return mb;
    };
    const small = await peak("bench-few", scaled(SMALL_ROWS, scale));
    const large = await peak("bench-many", scaled(LARGE_ROWS, scale));
    return [
      compareGrowth("bigquery-memory", { rows: scaled(SMALL_ROWS, scale), small, large, maxGrowthMb: MAX_GROWTH_MB }),
    ];
  } finally {
    await machine.stop();
  }
}
