// Export of sealed buckets into BigQuery: the worker against the bare load job of the same file, by Google's own client.
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gunzipSync } from "node:zlib";
import { COLUMNS } from "../src/connectors/bigquery/exportTables.ts";
import { readBatches } from "../src/connectors/bigquery/encode.ts";
import { createBigQueryProject, createBigQueryTenant, DATASET, tokenOf } from "./bigQueryData.ts";
import { runPeer } from "./child.ts";
import { compareRates, runPairs, type Comparison } from "./comparison.ts";
import { seal } from "./export.ts";
import { startBigQueryMachine, type BigQueryMachine } from "./machine.ts";
import { scaled, type BenchOptions } from "./options.ts";
import type { Tenant } from "./tenant.ts";

const PROJECT = "bench-export";
const BUCKETS = 1_000_000;
const BATCH_ROWS = 250_000;
/** EXPORT_TABLE's default. */
const TABLE = "inworld_router_exposures";
const BARE_TABLE = "bare";
const BARE = join(import.meta.dirname, "peers/bareBigQueryLoad.mjs");

export async function benchBigQueryExport({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  const buckets = scaled(BUCKETS, scale);
  onStep("starting PostgreSQL, Temporal and the local BigQuery");
  const machine = await startBigQueryMachine("bigquery-export");
  try {
    await createBigQueryProject(machine, PROJECT);
    const today = new Date().toISOString().slice(0, 10);
    const tenant = await createBigQueryTenant(machine, PROJECT, today, { exportEnabled: true });
    onStep(`sealing ${buckets} buckets`);
    await seal(machine, tenant.workspaceId, buckets);
    const file = join(machine.dir, "buckets.json.gz");
    await writeFile(machine, tenant.workspaceId, file);
    const worker = await machine.startWorker();
    const rates = await runPairs(
      () => ours(machine, tenant, buckets),
      () => bareLoad(machine, file, buckets),
      onStep,
    );
    await tenant.stop();
    await worker.stop();
    const named = { bench: "bigquery-export", against: "one bare load job of the same rows", unit: "rows/s" };
    return [compareRates({ ...named, goal: 0.6 }, rates)];
  } finally {
    await machine.stop();
  }
}

/** The very lines that the worker sends, compressed as it does, in one file. */
async function writeFile({ store }: BigQueryMachine, workspaceId: string, file: string): Promise<void> {
  const throughSeq = Number.MAX_SAFE_INTEGER;
  const batches = readBatches(
    {
      ...{ afterSeq: 0, throughSeq, signal: new AbortController().signal, heartbeat: () => undefined },
      readBuckets: (after, limit) => store.exports.readBuckets(workspaceId, "latest", after, throughSeq, limit),
    },
    BATCH_ROWS,
  );
  async function* lines() {
    for await (const batch of batches) yield gunzipSync(batch.file);
  }
  const gzip = createGzip({ level: 4, chunkSize: 256 * 1024 });
  await pipeline(Readable.from(lines()), gzip, createWriteStream(file));
}

/** A whole cycle through Temporal: the customer's table is gone, the cursor back at the start, the sync sends everything again. */
async function ours(machine: BigQueryMachine, tenant: Tenant, buckets: number): Promise<number> {
  await machine.bigQuery.control.deleteTable(PROJECT, DATASET, TABLE);
  await machine.store.exports.rewind(tenant.integrationId, 0);
  const ms = await tenant.sync();
  await assertRows(machine, TABLE, buckets);
  return buckets / (ms / 1_000);
}

async function bareLoad(machine: BigQueryMachine, file: string, buckets: number): Promise<number> {
  await machine.bigQuery.control.deleteTable(PROJECT, DATASET, BARE_TABLE);
  const ms = await runPeer(process.execPath, [BARE, file], {
    env: {
      BENCH_REST_URL: machine.bigQuery.restUrl,
      BENCH_TOKEN: await tokenOf(machine, PROJECT),
      BENCH_PROJECT: PROJECT,
      BENCH_DATASET: DATASET,
      BENCH_TABLE: BARE_TABLE,
      BENCH_FIELDS: JSON.stringify(COLUMNS),
    },
    cwd: machine.dir,
  });
  await assertRows(machine, BARE_TABLE, buckets);
  return buckets / (ms / 1_000);
}

/** A fast side that lost rows would win for the wrong reason. */
async function assertRows({ bigQuery }: BigQueryMachine, table: string, rows: number): Promise<void> {
  const counted = await bigQuery.control.query(PROJECT, `SELECT COUNT(*) AS n FROM \`${PROJECT}.${DATASET}.${table}\``);
  const count = Number(counted.rows[0]?.["n"]);
  if (count !== rows) throw new Error(`${table} holds ${count} rows, not ${rows}.`);
}
