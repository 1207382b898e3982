// The export direction: each batch is loaded into a staging table of its own and merged into the customer's table.
import { hash } from "node:crypto";
import type { Connection } from "../../../domain/connection.ts";
import type { ExportJob, ExportProgress } from "../../connector.ts";
import { prefetch } from "../../prefetch.ts";
import { type Operation, toSyncError } from "../errors.ts";
import { type TableRef, tableText } from "../names.ts";
import type { BigQueryCall, BigQueryContext } from "../rest.ts";
import { readRowBatches, type RowBatch } from "./encodeRows.ts";
import { findLastJob, followJob, jobIdOf, startJob } from "./jobs.ts";
import { type MergeQueue, openMergeQueue } from "./mergeQueue.ts";
import { mergeSql } from "./mergeStatement.ts";
import { createStaging, destinationOf, dropStaging, ensureDestination, EXPORT_COLUMNS, keepStaging } from "./tables.ts";

/**
 * Large, because each batch costs one load and one MERGE, and BigQuery allows 100,000 loads per day and project. 10
 * million buckets a day make 40 of each. docs/decisions/0012-bigquery-export.md has the figures.
 */
const BATCH_ROWS = 250_000;
/** Attempts of one kind of job before the batch fails. */
const MAX_JOBS = 3;

/** While one batch is merged, the next is loaded and the one after it is read. Memory holds three of them. */
export async function* exportBuckets(
  context: BigQueryContext,
  connection: Connection,
  job: ExportJob,
): AsyncGenerator<ExportProgress> {
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  const call: BigQueryCall = { context, connection, signal, heartbeat: () => job.heartbeat() };
  const batches = prefetch(readRowBatches({ ...job, signal }, context.options.exportBatchRows ?? BATCH_ROWS));
  let cursorSeq = job.afterSeq;
  const loaded = prefetch(loadEach(call, batches));
  try {
    for (;;) {
      const next = await loaded.next();
      if (next.done === true) break;
      const { batch } = next.value;
      await merge(call, next.value);
      cursorSeq = batch.cursorSeq;
      yield { cursorSeq, sent: batch.rows, rejected: [] };
      job.signal.throwIfAborted();
    }
  } finally {
    // Stops the work on later batches before it waits for it.
    stop.abort();
    await loaded.return();
  }
  // There is no bucket after the last one that was delivered.
  if (cursorSeq < job.throughSeq) yield { cursorSeq: job.throughSeq, sent: 0, rejected: [] };
}

interface LoadedBatch {
  mergeQueue: MergeQueue;
  batch: RowBatch;
  staging: TableRef;
  /** Whether the batch's MERGE was the last in the queue, so that the customer's table has its rows. */
  isMerged: boolean;
}

async function* loadEach(call: BigQueryCall, batches: AsyncGenerator<RowBatch>): AsyncGenerator<LoadedBatch> {
  let mergeQueue: MergeQueue | null = null;
  for await (const batch of batches) {
    const table = destinationOf(call);
    mergeQueue ??= await openMergeQueue(call, table, await ensureDestination(call, table));
    const staging = stagingOf(call, table, batch);
    const isMerged = mergeQueue.wasLast(batch.digest);
    if (!isMerged) await load(call, staging, batch);
    yield { mergeQueue, batch, staging, isMerged };
  }
}

/**
 * A second attempt finds each finished step: the load by its id, the rows by their table, the MERGE by its place in the
 * queue. A MERGE that runs twice changes nothing the second time.
 */
async function merge(call: BigQueryCall, { mergeQueue, batch, staging, isMerged }: LoadedBatch): Promise<void> {
  if (isMerged) return await dropStaging(call, staging);
  const table = destinationOf(call);
  const { firstHourMs, lastHourMs } = batch;
  const sql = mergeSql({ target: table, staging, firstHourMs, lastHourMs });
  const operation: Operation = { action: "the MERGE of router exposures", about: tableText(table), role: "dataEditor" };
  for (let jobs = 1; ; jobs++) {
    const merged = await mergeQueue.run(batch.digest, sql);
    if (merged.error === null) return await dropStaging(call, staging);
    const error = toSyncError(merged.error, operation, call.connection);
    const isStagingGone = error.kind === "not_found" && !(await keepStaging(call, staging));
    if (jobs >= MAX_JOBS || !(isStagingGone || error.kind === "transient")) throw error;
    if (isStagingGone) await load(call, staging, batch);
  }
}

function stagingOf(
  { context, connection }: BigQueryCall,
  { projectId, datasetId }: TableRef,
  { digest }: RowBatch,
): TableRef {
  const mark = hash("sha256", JSON.stringify([connection.integrationId, digest]), "hex").slice(0, 32);
  return { projectId, datasetId, tableId: `${context.options.stagingPrefix}${mark}` };
}

/** Returns when the staging table holds the batch's rows and no others. */
async function load(call: BigQueryCall, staging: TableRef, batch: RowBatch): Promise<void> {
  const operation: Operation = { action: "the load of router exposures", about: tableText(staging), role: "jobUser" };
  const { projectId, datasetId, tableId } = staging;
  const idOf = (generation: number) => jobIdOf("load", [projectId, datasetId, tableId], generation);
  const before = await findLastJob(call, operation, idOf);
  // An earlier attempt's job counts if it succeeds and its table still exists.
  const done = before.job === null ? null : await followJob(call, operation, before.job);
  if (done?.error === null && (await keepStaging(call, staging))) return;
  const configuration = {
    destinationTable: staging,
    schema: { fields: EXPORT_COLUMNS },
    sourceFormat: "NEWLINE_DELIMITED_JSON",
    // The job must not create the table, because that table would not expire.
    createDisposition: "CREATE_NEVER",
    writeDisposition: "WRITE_TRUNCATE",
    maxBadRecords: 0,
  };
  for (let generation = before.next; ; generation++) {
    await createStaging(call, staging);
    const started = await startJob(call, operation, {
      id: idOf(generation),
      batch: batch.digest,
      configuration: { load: configuration },
      file: batch.file,
    });
    const { error } = await followJob(call, operation, started);
    if (error === null) return;
    // A failed job has used up its id, so the next job has the next generation.
    const syncError = toSyncError(error, { ...operation, role: "dataEditor" }, call.connection);
    if (syncError.kind !== "transient" || generation + 1 >= before.next + MAX_JOBS) throw syncError;
  }
}
