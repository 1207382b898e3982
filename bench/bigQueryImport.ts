// Import of product events from BigQuery: the worker against bare reading, decoding and COPY, and against Python jobs.
import { join } from "node:path";
import { LOCAL_DIR } from "../dev/paths.ts";
import { pythonPackages } from "../dev/services/python.ts";
import { DATASET, EVENT, generateEvents, syncEvents, tokenOf, type EventTable } from "./bigQueryData.ts";
import { runPeer } from "./child.ts";
import { compareRates, runPairs, type Comparison } from "./comparison.ts";
import { assertImported, emptyTables } from "./importData.ts";
import { startBigQueryMachine } from "./machine.ts";
import { scaled, type BenchOptions } from "./options.ts";

const ROWS = 2_000_000;
/** The row-by-row Python job would take minutes for all rows, so both sides read fewer rows in its pairs. */
const FEWER_ROWS = 200_000;
/** The number that the worker asks for. */
const STREAMS = 2;
const BARE = join(import.meta.dirname, "peers/bareBigQueryImport.mjs");
const PYTHON = join(import.meta.dirname, "peers/bigquery_import.py");
/** The first two are also in dev/standins/bigquery/peers, which uses the same virtualenv. */
const PINS = [
  "google-cloud-bigquery-storage==2.43.0",
  "pyarrow==26.0.1",
  "psycopg[binary]==3.3.9",
  "simplejson==4.3.0",
];
const UNIT = "rows/s";

export async function benchBigQueryImport({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  onStep("starting PostgreSQL, Temporal and the local BigQuery");
  const machine = await startBigQueryMachine("bigquery-import");
  try {
    const small = await generateEvents(machine, "bench-small", scaled(FEWER_ROWS, scale));
    const large = await generateEvents(machine, "bench-large", scaled(ROWS, scale));
    const worker = await machine.startWorker();
    onStep(`${large.rows} rows, against the bare limit`);
    const bare = await runPairs(
      () => ours(large),
      () => bareCopy(large),
      onStep,
    );
    onStep(`${small.rows} rows, against the Python job by executemany`);
    const many = await runPairs(
      () => ours(small),
      () => pythonJob(small, "executemany"),
      onStep,
    );
    onStep(`${large.rows} rows, against the Python job by COPY`);
    const copy = await runPairs(
      () => ours(large),
      () => pythonJob(large, "copy"),
      onStep,
    );
    await worker.stop();
    return [
      compareRates({ ...named("read, Arrow decoded and COPY"), goal: 0.6 }, bare),
      compareRates({ ...named("PyPI google-cloud-bigquery-storage and psycopg executemany"), goal: 5 }, many),
      compareRates({ ...named("PyPI google-cloud-bigquery-storage and psycopg COPY, deduplicated"), goal: 1 }, copy),
    ];
  } finally {
    await machine.stop();
  }
}

function named(against: string) {
  return { bench: "bigquery-import", against, unit: UNIT };
}

async function ours(table: EventTable): Promise<number> {
  const ms = await syncEvents(table);
  await assertImported(table);
  return table.rows / (ms / 1_000);
}

/** The minimum that any import into this table must do, in a separate process. */
function bareCopy(table: EventTable): Promise<number> {
  return peer(table, process.execPath, [BARE]);
}

async function pythonJob(table: EventTable, way: "executemany" | "copy"): Promise<number> {
  const { binDir } = await pythonPackages(PINS, { venvDir: join(LOCAL_DIR, "bigquery-peers") });
  return await peer(table, join(binDir, "python"), [PYTHON, way]);
}

async function peer(table: EventTable, command: string, args: string[]): Promise<number> {
  const { machine, projectId, tableId, rows, fromMs, toMs } = table;
  await emptyTables(machine);
  const [from, to] = [fromMs, toMs].map((ms) => `TIMESTAMP '${new Date(ms).toISOString()}'`);
  const ms = await runPeer(command, args, {
    env: {
      BENCH_DATABASE_URL: machine.databaseUrl,
      BENCH_STORAGE: new URL(machine.bigQuery.storageUrl).host,
      BENCH_TOKEN: await tokenOf(machine, projectId),
      BENCH_PROJECT: projectId,
      BENCH_TABLE: `projects/${projectId}/datasets/${DATASET}/tables/${tableId}`,
      BENCH_RESTRICTION: `event_name IN ('${EVENT}') AND created_at >= ${from} AND created_at < ${to}`,
      BENCH_STREAMS: String(STREAMS),
    },
    cwd: machine.dir,
  });
  await assertImported({ machine, rows });
  return rows / (ms / 1_000);
}
