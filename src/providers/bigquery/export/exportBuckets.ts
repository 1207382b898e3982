// The export direction: each batch is loaded into a staging table of its own and merged into the customer's table.
import { hash } from "node:crypto";
import type { Connection } from "../../../domain/connection.ts";
import type { ExportJob, ExportProgress } from "../../connector.ts";
import { prefetch } from "../../prefetch.ts";
import { type Operation, toSyncError } from "../errors.ts";
import { type TableRef, tableText } from "../names.ts";
import { settingsOf } from "../options.ts";
import type { BigQueryCall, BigQueryContext } from "../rest.ts";
import { readRowBatches, type RowBatch } from "./encodeRows.ts";
import { findLastJob, followJob, jobIdOf, startJob } from "./jobs.ts";
import { type MergeQueue, openMergeQueue } from "./mergeQueue.ts";
import { mergeSql } from "./mergeStatement.ts";
import { type Destination, ensureDestination } from "./destination.ts";
import { columnsOf, createStaging, dropStaging, keepStaging } from "./tables.ts";

/**
 * Large, because each batch costs one load and one MERGE, and BigQuery allows 100,000 loads per day and project. 10
 * million buckets a day make 40 of each. docs/decisions/0012-bigquery-export.md has the figures.
 */
const BATCH_ROWS = 250_000;
/** Attempts of one kind of job before the batch fails. */
const MAX_JOBS = 3;

/** Batches whose loads run at once, one of which may be the next to be merged. */
const LOADS_IN_FLIGHT = 3;

/**
 * While one batch is merged, the next ones are loaded and the one after them is read. MERGEs keep the order of batches.
 * Memory holds six of them.
 */
export async function* exportBuckets(
  context: BigQueryContext,
  connection: Connection,
  job: ExportJob,
): AsyncGenerator<ExportProgress> {
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  const call: BigQueryCall = { context, connection, signal, heartbeat: () => job.heartbeat() };
  const destination = await ensureDestination(call, job.withUsage);
  const maxRows = context.options.exportBatchRows ?? BATCH_ROWS;
  const batches = prefetch(readRowBatches({ ...job, signal }, maxRows, destination.refusalOf));
  const open: Open = { call, destination, running: new Set() };
  const loads = prefetch(startLoads(open, batches), LOADS_IN_FLIGHT - 1);
  let cursorSeq = job.afterSeq;
  try {
    for (;;) {
      const next = await loads.next();
      if (next.done === true) break;
      const { batch, loaded } = next.value;
      if (loaded !== null) await merge(open, await loaded);
      cursorSeq = batch.cursorSeq;
      yield { cursorSeq, sent: batch.rows, rejected: batch.rejected };
      job.signal.throwIfAborted();
    }
    await Promise.all(open.running);
  } finally {
    // Stops the work on later batches before it waits for it.
    stop.abort();
    await loads.return();
    await Promise.allSettled(open.running);
  }
  // There is no bucket after the last one that was delivered.
  if (cursorSeq < job.throughSeq) yield { cursorSeq: job.throughSeq, sent: 0, rejected: [] };
}

/** One export while it runs. */
interface Open {
  call: BigQueryCall;
  destination: Destination;
  /** Loads, and deletions of staging tables, that go on meanwhile. */
  running: Set<Promise<unknown>>;
}

/** Its failure is met where it is awaited. Until then it must not count as unhandled. */
function start<T>({ running }: Open, work: Promise<T>): Promise<T> {
  running.add(work);
  void work.catch(() => undefined).then(() => running.delete(work));
  return work;
}

interface LoadedBatch {
  mergeQueue: MergeQueue;
  batch: RowBatch;
  staging: TableRef;
  /** Whether the batch's MERGE was the last in the queue, so that the customer's table has its rows. */
  isMerged: boolean;
}

interface StartedLoad {
  batch: RowBatch;
  /** Null if the batch has no rows. */
  loaded: Promise<LoadedBatch> | null;
}

async function* startLoads(open: Open, batches: AsyncGenerator<RowBatch>): AsyncGenerator<StartedLoad> {
  const { call, destination } = open;
  let queue: Promise<MergeQueue> | null = null;
  for await (const batch of batches) {
    if (batch.rows > 0) queue ??= start(open, openMergeQueue(call, destination.table, destination.mark));
    yield { batch, loaded: batch.rows === 0 || queue === null ? null : start(open, loadOne(open, queue, batch)) };
  }
}

async function loadOne({ call, destination }: Open, queue: Promise<MergeQueue>, batch: RowBatch): Promise<LoadedBatch> {
  const mergeQueue = await queue;
  const staging = stagingOf(call, destination, batch);
  const isMerged = mergeQueue.wasLast(batch.digest);
  if (!isMerged) await load(call, staging, batch, destination.withUsage);
  return { mergeQueue, batch, staging, isMerged };
}

/**
 * A second attempt finds each finished step: the load by its id, the rows by their table, the MERGE by its place in the
 * queue. A MERGE that runs twice changes nothing the second time.
 */
async function merge(open: Open, { mergeQueue, batch, staging, isMerged }: LoadedBatch): Promise<void> {
  if (!isMerged) await mergeLoaded(open, mergeQueue, batch, staging);
  void start(open, dropStaging(open.call, staging));
}

async function mergeLoaded(
  { call, destination }: Open,
  mergeQueue: MergeQueue,
  batch: RowBatch,
  staging: TableRef,
): Promise<void> {
  const sql = mergeSql({ target: destination.table, staging, days: batch.days, withUsage: destination.withUsage });
  const operation: Operation = {
    action: "the MERGE of router exposures",
    about: tableText(destination.table),
    role: "dataEditor",
  };
  for (let jobs = 1; ; jobs++) {
    const merged = await mergeQueue.run(batch.digest, sql);
    if (merged.error === null) return;
    const error = toSyncError(merged.error, operation, call.connection);
    const isStagingGone = error.kind === "not_found" && (await keepStaging(call, staging)) === null;
    if (jobs >= MAX_JOBS || !(isStagingGone || error.kind === "transient")) throw error;
    if (isStagingGone) await load(call, staging, batch, destination.withUsage);
  }
}

/** By what it holds: rows that tell nothing are the same with and without usage, but their columns are not. */
function stagingOf(
  { context, connection }: BigQueryCall,
  { table: { projectId, datasetId }, withUsage }: Pick<Destination, "table" | "withUsage">,
  { digest }: RowBatch,
): TableRef {
  const content = [connection.integrationId, digest, ...(withUsage ? ["usage"] : [])];
  const mark = hash("sha256", JSON.stringify(content), "hex").slice(0, 32);
  return { projectId, datasetId, tableId: `${context.options.stagingPrefix}${mark}` };
}

/** Returns when the staging table holds the batch's rows and no others. */
async function load(call: BigQueryCall, staging: TableRef, batch: RowBatch, withUsage: boolean): Promise<void> {
  const operation: Operation = { action: "the load of router exposures", about: tableText(staging), role: "jobUser" };
  const { projectId, datasetId, tableId } = staging;
  // The jobs of another account cannot be looked up, so each account has ids of its own.
  const { serviceAccountEmail } = settingsOf(call.connection);
  const parts = [serviceAccountEmail, projectId, datasetId, tableId];
  const idOf = (generation: number) => jobIdOf("load", parts, generation);
  const before = await findLastJob(call, operation, idOf);
  // An earlier attempt's job counts if it succeeds and its table still has the rows: a later attempt may have made the
  // table anew and ended before it was loaded.
  const done = before.job === null || before.job.isForeign ? null : await followJob(call, operation, before.job);
  if (done?.error === null && (await keepStaging(call, staging))?.numRows === String(batch.rows)) return;
  const configuration = {
    destinationTable: staging,
    schema: { fields: columnsOf(withUsage) },
    sourceFormat: "NEWLINE_DELIMITED_JSON",
    // The job must not create the table, because that table would not expire.
    createDisposition: "CREATE_NEVER",
    writeDisposition: "WRITE_TRUNCATE",
    maxBadRecords: 0,
  };
  for (let generation = before.next; ; generation++) {
    await createStaging(call, staging, { withUsage });
    const started = await startJob(call, operation, {
      id: idOf(generation),
      batch: batch.digest,
      configuration: { load: configuration },
      file: batch.file,
    });
    const isLast = generation + 1 >= before.next + MAX_JOBS;
    if (started.isForeign && !isLast) continue;
    const { error } = await followJob(call, operation, started);
    if (error === null) return;
    // A failed job has used up its id, so the next job has the next generation.
    const syncError = toSyncError(error, { ...operation, role: "dataEditor" }, call.connection);
    if (syncError.kind !== "transient" || isLast) throw syncError;
  }
}
