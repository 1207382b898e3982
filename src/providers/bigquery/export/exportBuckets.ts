// The export direction: each batch is loaded into a staging table of its own and brought into the customer's table by one MERGE.
import type { Connection } from "../../../domain/connection.ts";
import { hash } from "node:crypto";
import { prefetch } from "../../prefetch.ts";
import type { ExportJob, ExportProgress } from "../../connector.ts";
import { readRowBatches } from "./encodeRows.ts";
import type { RowBatch } from "./encodeRows.ts";
import { toSyncError } from "../errors.ts";
import { followJob, jobIdOf, lastUsed, startJob } from "./jobs.ts";
import { mergeSql } from "./mergeStatement.ts";
import { tableText } from "../names.ts";
import type { TableRef } from "../names.ts";
import type { BigQueryContext, Doing, BigQueryCall } from "../rest.ts";
import { EXPORT_COLUMNS, createStaging, destinationOf, dropStaging, ensureDestination, keepStaging } from "./tables.ts";
import { openMergeQueue } from "./mergeQueue.ts";
import type { MergeQueue } from "./mergeQueue.ts";

/**
 * Large, because each batch costs one load and one MERGE whatever its size. BigQuery allows 100,000 loads a day and project and
 * 1,500 a day and table, of which each staging table has one; MERGEs are not limited by the day, two at a time may change a table
 * and 20 more wait, of which this uses one. A customer with 10 million buckets a day makes 40 loads and 40 MERGEs; runs that
 * find little make 3 of each. docs/decisions/0012-bigquery-export.md has the figures.
 */
const BATCH_ROWS = 250_000;
/** Jobs of one kind that fail in passing before the batch does. */
const MAX_JOBS = 3;

/**
 * Three stages side by side: while one batch is merged, the next is loaded and the one after it read. Batches are merged, and
 * counted, in their order; memory holds three of them.
 */
export async function* exportBuckets(
  context: BigQueryContext,
  connection: Connection,
  job: ExportJob,
): AsyncGenerator<ExportProgress> {
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  const task: BigQueryCall = { context, connection, signal, heartbeat: () => job.heartbeat() };
  const batches = prefetch(readRowBatches({ ...job, signal }, context.options.exportBatchRows ?? BATCH_ROWS));
  let cursorSeq = job.afterSeq;
  const loaded = prefetch(loadEach(task, batches));
  try {
    for (;;) {
      const next = await loaded.next();
      if (next.done === true) break;
      const { batch } = next.value;
      await merge(task, next.value);
      cursorSeq = batch.cursorSeq;
      yield { cursorSeq, sent: batch.rows, rejected: [] };
      job.signal.throwIfAborted();
    }
  } finally {
    // What is under way for later batches has nobody left to wait for it.
    stop.abort();
    await loaded.return();
  }
  // There is no bucket after the last one that was delivered.
  if (cursorSeq < job.throughSeq) yield { cursorSeq: job.throughSeq, sent: 0, rejected: [] };
}

/** A batch on its way: its rows are in its staging table, or in the customer's already. */
interface Loaded {
  target: Target;
  batch: RowBatch;
  staging: TableRef;
  /** Somebody's MERGE of it was the last in line: what is merged before it meanwhile takes none of its rows back. */
  isMerged: boolean;
}

async function* loadEach(task: BigQueryCall, batches: AsyncGenerator<RowBatch>): AsyncGenerator<Loaded> {
  let target: Target | null = null;
  for await (const batch of batches) {
    target ??= await openTarget(task);
    const staging = stagingOf(task, target.table, batch);
    const isMerged = target.turns.wasLast(batch.digest);
    if (!isMerged) await load(task, staging, batch);
    yield { target, batch, staging, isMerged };
  }
}

/** The customer's table, and the line of those who change it. */
interface Target {
  table: TableRef;
  turns: MergeQueue;
}

async function openTarget(task: BigQueryCall): Promise<Target> {
  const table = destinationOf(task);
  return { table, turns: await openMergeQueue(task, table, await ensureDestination(task, table)) };
}

/**
 * Done once the batch's MERGE went well. Each step is found again by whoever does it a second time: the load by its id, the rows by
 * their table, the MERGE by its place in line; and a MERGE that runs twice changes nothing the second time.
 */
async function merge(
  task: BigQueryCall,
  { target: { table, turns }, batch, staging, isMerged }: Loaded,
): Promise<void> {
  const { firstHourMs, lastHourMs } = batch;
  if (isMerged) return await dropStaging(task, staging);
  const doing: Doing = { action: "the MERGE of router exposures", about: tableText(table), role: "dataEditor" };
  for (let jobs = 1; ; jobs++) {
    const merged = await turns.run(batch.digest, mergeSql({ target: table, staging, firstHourMs, lastHourMs }));
    if (merged.error === null) return await dropStaging(task, staging);
    const failure = toSyncError(merged.error, { ...doing, connection: task.connection });
    const isStagingGone = failure.kind === "not_found" && !(await keepStaging(task, staging));
    if (jobs >= MAX_JOBS || !(isStagingGone || failure.kind === "transient")) throw failure;
    if (isStagingGone) await load(task, staging, batch);
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

/** Returns once the batch's rows, and no others, are in its staging table. */
async function load(task: BigQueryCall, staging: TableRef, batch: RowBatch): Promise<void> {
  const doing: Doing = { action: "the load of router exposures", about: tableText(staging), role: "jobUser" };
  const { projectId, datasetId, tableId } = staging;
  const idOf = (generation: number) => jobIdOf("load", [projectId, datasetId, tableId], generation);
  const before = await lastUsed(task, doing, idOf);
  // Somebody's load of the same rows: followed to its end, and good as long as its table is there.
  const done = before.job === null ? null : await followJob(task, doing, before.job);
  if (done?.error === null && (await keepStaging(task, staging))) return;
  for (let generation = before.free; ; generation++) {
    await createStaging(task, staging);
    const start = {
      id: idOf(generation),
      batch: batch.digest,
      configuration: { load: loadInto(staging) },
      file: batch.file,
    };
    const { error } = await followJob(task, doing, await startJob(task, doing, start));
    if (error === null) return;
    // A job that failed has used up its id, so the next one is of the next generation.
    const failure = toSyncError(error, { ...doing, role: "dataEditor", connection: task.connection });
    if (failure.kind !== "transient" || generation + 1 >= before.free + MAX_JOBS) throw failure;
  }
}

/** A table without an end to its life is never made: it has to be there. */
function loadInto(destinationTable: TableRef): object {
  return {
    destinationTable,
    schema: { fields: EXPORT_COLUMNS },
    sourceFormat: "NEWLINE_DELIMITED_JSON",
    createDisposition: "CREATE_NEVER",
    writeDisposition: "WRITE_TRUNCATE",
    maxBadRecords: 0,
  };
}
