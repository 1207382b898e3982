// `npm run bench [NAME…]`: runs benchmarks and prints one JSON line per comparison. Exits with 1 if a goal is missed.
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { benchBigQueryExport } from "./bigQueryExport.ts";
import { benchBigQueryImport } from "./bigQueryImport.ts";
import { benchBigQueryMemory } from "./bigQueryMemory.ts";
import type { Comparison } from "./comparison.ts";
import { benchExport } from "./export.ts";
import { benchGateway } from "./gateway.ts";
import { benchIdle } from "./idle.ts";
import { benchImport } from "./import.ts";
import { benchIngest } from "./ingest.ts";
import { benchMemory } from "./memory.ts";
import { benchMetrics } from "./metrics.ts";
import { benchNeighbours } from "./neighbours.ts";
import type { BenchOptions } from "./options.ts";
import { benchRuns } from "./runs.ts";
import { benchSimulation } from "./simulation.ts";
import { benchPortal } from "./portal.ts";

const BENCHES: Record<string, (options: BenchOptions) => Promise<Comparison[]>> = {
  export: benchExport,
  import: benchImport,
  gateway: benchGateway,
  ingest: benchIngest,
  memory: benchMemory,
  idle: benchIdle,
  runs: benchRuns,
  simulation: benchSimulation,
  neighbours: benchNeighbours,
  metrics: benchMetrics,
  portal: benchPortal,
  "bigquery-export": benchBigQueryExport,
  "bigquery-import": benchBigQueryImport,
  "bigquery-memory": benchBigQueryMemory,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: "string", default: "1" },
    // Uses dist/ as it is, during work on a benchmark.
    "no-build": { type: "boolean", default: false },
  },
});
const scale = Number(values.scale);
if (!(scale > 0 && scale <= 10)) throw new Error("--scale must be a number above 0 and up to 10");
const names = positionals.length === 0 ? Object.keys(BENCHES) : positionals;
const unknown = names.filter((name) => BENCHES[name] === undefined);
if (unknown.length > 0)
  throw new Error(`No such benchmark: ${unknown.join(", ")}. There are ${Object.keys(BENCHES).join(", ")}.`);

if (!values["no-build"]) {
  console.error("building");
  const script = resolve(import.meta.dirname, "../scripts/build.mjs");
  execFileSync(process.execPath, [script], { stdio: ["ignore", 2, 2] });
}
for (const name of names) {
  const onStep = (step: string) => console.error(`${name}: ${step}`);
  const comparisons = (await BENCHES[name]?.({ scale, onStep })) ?? [];
  for (const comparison of comparisons) {
    console.log(JSON.stringify(comparison));
    if (comparison.ratio < comparison.goal) process.exitCode = 1;
  }
}
