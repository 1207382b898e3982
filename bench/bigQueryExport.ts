// Export of sealed buckets to BigQuery: the worker against the bare jobs for the same files, by Google's client.
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gunzipSync } from "node:zlib";
import { EXPORT_COLUMNS } from "../src/providers/bigquery/export/tables.ts";
import { readRowBatches } from "../src/providers/bigquery/export/encodeRows.ts";
import { mergeSql } from "../src/providers/bigquery/export/mergeStatement.ts";
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
/** A job of BigQuery takes seconds however few its rows are, and none of this machine's processors. */
const JOB_MS = 3_000;
/** The default of EXPORT_TABLE. */
const TABLE = "inworld_router_exposures";
const BARE_TABLE = "bare";
const PEERS = join(import.meta.dirname, "peers");

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
    const files = await writeFiles(machine, tenant.workspaceId, join(machine.dir, "buckets"));
    const worker = await machine.startWorker();
    const run = () => ours(machine, tenant, buckets);
    const merges = await runPairs(run, () => bareMerge(machine, files, buckets), onStep);
    const loads = await runPairs(run, () => bareLoad(machine, files, buckets), onStep);
    onStep(`each job takes ${JOB_MS / 1_000} s longer`);
    // Our worker inserts both jobs, Google's client asks for its MERGE by `jobs.query`.
    for (const target of ["jobs.insert", "jobs.query"] as const) {
      await machine.bigQuery.control.addFault(PROJECT, { kind: "job_slow", target, delayMs: JOB_MS });
    }
    const slowMerges = await runPairs(run, () => bareMerge(machine, files, buckets), onStep);
    await tenant.stop();
    await worker.stop();
    const named = { bench: "bigquery-export", unit: "rows/s" };
    return [
      compareRates({ ...named, against: "bare load jobs and MERGEs of the same files", goal: 0.8 }, merges),
      compareRates({ ...named, against: "the same, where each job takes 3 s longer", goal: 0.8 }, slowMerges),
      compareRates({ ...named, against: "one bare load job of the same rows", goal: 0.6 }, loads),
    ];
  } finally {
    await machine.stop();
  }
}

interface Files {
  /** All rows in one file. */
  whole: string;
  /** The files as the worker splits them, each with its MERGE. */
  batches: { path: string; merge: string }[];
}

/** The same lines that the worker sends, with the same compression. */
async function writeFiles({ store }: BigQueryMachine, workspaceId: string, prefix: string): Promise<Files> {
  const throughSeq = Number.MAX_SAFE_INTEGER;
  const read = readRowBatches(
    {
      afterSeq: 0,
      throughSeq,
      signal: new AbortController().signal,
      heartbeat: () => undefined,
      readBuckets: (after, limit) =>
        store.exports.readBuckets({ workspaceId, withRevisions: true, afterSeq: after, throughSeq, limit }),
    },
    BATCH_ROWS,
  );
  const files: Files = { whole: `${prefix}.json.gz`, batches: [] };
  async function* lines() {
    for await (const { file, days } of read) {
      const i = files.batches.length;
      const path = `${prefix}-${i}.json.gz`;
      await writeFile(path, file);
      const staging = tableOf(`${BARE_TABLE}_staging_${i}`);
      files.batches.push({ path, merge: mergeSql({ target: tableOf(BARE_TABLE), staging, days }) });
      yield gunzipSync(file);
    }
  }
  const gzip = createGzip({ level: 2, chunkSize: 256 * 1024 });
  await pipeline(Readable.from(lines()), gzip, createWriteStream(files.whole));
  return files;
}

const tableOf = (tableId: string) => ({ projectId: PROJECT, datasetId: DATASET, tableId });

/** A run through Temporal that sends all buckets again, after the table was deleted and the cursor reset. */
async function ours(machine: BigQueryMachine, tenant: Tenant, buckets: number): Promise<number> {
  await machine.bigQuery.control.deleteTable(PROJECT, DATASET, TABLE);
  await machine.store.exports.rewind(tenant.integrationId, 0);
  const ms = await tenant.sync();
  await assertRows(machine, TABLE, buckets);
  return buckets / (ms / 1_000);
}

function bareLoad(machine: BigQueryMachine, { whole }: Files, buckets: number): Promise<number> {
  return bare(machine, "bareBigQueryLoad.mjs", [whole], {}, buckets);
}

function bareMerge(machine: BigQueryMachine, { batches }: Files, buckets: number): Promise<number> {
  const paths = batches.map(({ path }) => path);
  const merges = JSON.stringify(batches.map(({ merge }) => merge));
  return bare(machine, "bareBigQueryMerge.mjs", paths, { BENCH_MERGES: merges }, buckets);
}

async function bare(
  machine: BigQueryMachine,
  peer: string,
  files: string[],
  env: Record<string, string>,
  buckets: number,
): Promise<number> {
  await machine.bigQuery.control.deleteTable(PROJECT, DATASET, BARE_TABLE);
  const ms = await runPeer(process.execPath, [join(PEERS, peer), ...files], {
    env: {
      BENCH_REST_URL: machine.bigQuery.restUrl,
      BENCH_TOKEN: await tokenOf(machine, PROJECT),
      BENCH_PROJECT: PROJECT,
      BENCH_DATASET: DATASET,
      BENCH_TABLE: BARE_TABLE,
      BENCH_FIELDS: JSON.stringify(EXPORT_COLUMNS),
      ...env,
    },
    cwd: machine.dir,
  });
  await assertRows(machine, BARE_TABLE, buckets);
  return buckets / (ms / 1_000);
}

/** Throws if rows are missing, because a side that loses rows would be faster. */
async function assertRows({ bigQuery }: BigQueryMachine, table: string, rows: number): Promise<void> {
  const counted = await bigQuery.control.query(PROJECT, `SELECT COUNT(*) AS n FROM \`${PROJECT}.${DATASET}.${table}\``);
  const count = Number(counted.rows[0]?.["n"]);
  if (count !== rows) throw new Error(`${table} holds ${count} rows, not ${rows}.`);
}
