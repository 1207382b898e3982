// Import of product events from Mixpanel: the worker against PyPI tap-mixpanel, and against bare reading, parsing and COPY.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pythonPackages } from "../dev/services/python.ts";
import { LOCAL_DIR } from "../dev/paths.ts";
import { runPeer } from "./child.ts";
import { compareRates, runPairs, type Comparison } from "./comparison.ts";
import { assertImported, emptyTables, EVENT, generate, syncAll, type Data } from "./importData.ts";
import { startMachine } from "./machine.ts";
import { scaled, type BenchOptions } from "./options.ts";

const ROWS = 500_000;
/** The tap would take minutes for all rows, so both sides read fewer rows in its pairs. */
const TAP_ROWS = 100_000;
const BARE = join(import.meta.dirname, "peers/bareImport.mjs");
const TAP = join(import.meta.dirname, "peers/tap.py");
const TAP_PINS = ["mixpanel==5.4.1", "tap-mixpanel==1.8.0"];

export async function benchImport({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  onStep("starting PostgreSQL, Temporal and the Mixpanel stand-in");
  const machine = await startMachine("import");
  try {
    const small = await generate(machine, "7002", scaled(TAP_ROWS, scale));
    const large = await generate(machine, "7003", scaled(ROWS, scale));
    const worker = await machine.startWorker();
    onStep(`${large.rows} rows, against the bare limit`);
    const bare = await runPairs(
      () => ours(large),
      () => bareCopy(large),
      onStep,
    );
    onStep(`${small.rows} rows, against tap-mixpanel`);
    const tap = await runPairs(
      () => ours(small),
      () => tapMixpanel(small),
      onStep,
    );
    await worker.stop();
    return [
      compareRates({ bench: "import", against: "PyPI tap-mixpanel 1.8.0", unit: "rows/s", goal: 5 }, tap),
      compareRates({ bench: "import", against: "read, JSON.parse and COPY", unit: "rows/s", goal: 0.5 }, bare),
    ];
  } finally {
    await machine.stop();
  }
}

async function ours(data: Data): Promise<number> {
  const ms = await syncAll(data);
  await assertImported(data);
  return data.rows / (ms / 1_000);
}

/** The minimum that any import into this table must do, in a separate process. */
async function bareCopy(data: Data): Promise<number> {
  const { machine, projectId, rows, fromDay, toDay } = data;
  await emptyTables(machine);
  const { secret } = await machine.mixpanel.settings(projectId);
  const url = exportUrl(machine.mixpanel.origin, { project_id: projectId, from_date: fromDay, to_date: toDay });
  const ms = await runPeer(process.execPath, [BARE], {
    env: { BENCH_DATABASE_URL: machine.databaseUrl, BENCH_URL: url, BENCH_SECRET: secret },
    cwd: machine.dir,
  });
  await assertImported(data);
  return rows / (ms / 1_000);
}

function exportUrl(origin: string, parameters: Record<string, string>): string {
  const query = new URLSearchParams({ ...parameters, event: JSON.stringify([EVENT]), time_in_ms: "true" });
  return `${origin}/api/2.0/export?${query.toString()}`;
}

async function tapMixpanel({ machine, projectId, rows, fromDay }: Data): Promise<number> {
  const { binDir } = await pythonPackages(TAP_PINS, { venvDir: join(LOCAL_DIR, "mixpanel-peers") });
  const { secret } = await machine.mixpanel.settings(projectId);
  const config = join(machine.dir, "tap.json");
  const settings = {
    api_secret: secret,
    project_timezone: "UTC",
    start_date: `${fromDay}T00:00:00Z`,
    user_agent: "bench",
    date_window_size: "30",
    attribution_window: "5",
    select_properties_by_default: "true",
  };
  writeFileSync(config, JSON.stringify(settings));
  await machine.mixpanel.resetRequests(projectId);
  const ms = await runPeer(join(binDir, "python"), [TAP, config, join(machine.dir, "catalog.json")], {
    env: { MIXPANEL_STAND_IN_ORIGIN: machine.mixpanel.origin },
    cwd: machine.dir,
  });
  const { rowsExported } = await machine.mixpanel.requests(projectId);
  // The tap's discovery reads some rows too.
  if (rowsExported < rows) throw new Error(`The tap read ${rowsExported} rows, not ${rows}.`);
  return rows / (ms / 1_000);
}
