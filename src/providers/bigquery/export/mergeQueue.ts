// A queue of MERGEs into one table, shared by all workers: numbered job ids are its places.
import { SyncError } from "../../../domain/errors.ts";
import type { Operation } from "../errors.ts";
import { type TableRef, tableText } from "../names.ts";
import { settingsOf } from "../options.ts";
import type { BigQueryCall } from "../rest.ts";
import { findLastJob, followJob, type Job, jobIdOf, type LastJob, startJob } from "./jobs.ts";

/** A query runs for at most 6 hours, so a job that still runs has the id of today or of the day this long ago. */
const LOOK_BACK_MS = 7 * 3_600_000;
/** MERGEs of other workers that may come first. */
const MAX_ATTEMPTS = 50;

/**
 * Two MERGEs that run at once may both insert the same key: BigQuery sees a conflict only if one of them updates or
 * deletes (https://cloud.google.com/bigquery/docs/data-manipulation-language#dml_statement_conflicts). A worker that
 * lost its connection leaves a MERGE running, and its successor may cut batches differently, so ids of the content do
 * not keep them apart. Job ids are therefore places in the table's queue, `…_<day>_<sequence>`: BigQuery gives each id
 * once, and a worker takes the next one only after the last job is done.
 */
export interface MergeQueue {
  /** Whether the last MERGE in the queue was this batch's, and succeeded. */
  wasLast(batch: string): boolean;
  run(batch: string, sql: string): Promise<Job>;
}

/** `tableMark` tells this table from a deleted one of the same name. */
export async function openMergeQueue(call: BigQueryCall, table: TableRef, tableMark: string): Promise<MergeQueue> {
  const { serviceAccountEmail } = settingsOf(call.connection);
  const { workspaceId } = call.connection;
  const parts = [workspaceId, serviceAccountEmail, table.projectId, table.datasetId, table.tableId, tableMark];
  const operation: Operation = { action: "the MERGE of router exposures", about: tableText(table), role: "jobUser" };
  const ends = new Map<string, LastJob>();
  const idOf = (day: string) => (sequence: number) => jobIdOf("merge", [...parts, day], sequence);

  /** Waits until the day's last job is done. */
  const settle = async (day: string): Promise<void> => {
    const before = ends.get(day);
    const found = await findLastJob(call, operation, idOf(day), before?.next ?? 0);
    const job = found.job === null ? (before?.job ?? null) : await followJob(call, operation, found.job);
    ends.set(day, { job, next: found.next });
  };
  const settleAll = async (): Promise<string> => {
    const before = dayOf(Date.now() - LOOK_BACK_MS);
    const today = dayOf(Date.now());
    if (before !== today) await settle(before);
    await settle(today);
    return today;
  };
  let day = await settleAll();
  return {
    wasLast: (batch) => [...ends.values()].some(({ job }) => job?.batch === batch && job.error === null),
    run: async (batch, sql) => {
      const configuration = { query: { query: sql, useLegacySql: false, priority: "INTERACTIVE" } };
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        if (dayOf(Date.now()) !== day || attempt > 0) day = await settleAll();
        const sequence = ends.get(day)?.next ?? 0;
        const started = await startJob(call, operation, { id: idOf(day)(sequence), batch, configuration });
        const job = await followJob(call, operation, started);
        ends.set(day, { job, next: sequence + 1 });
        // Otherwise another worker took this place first.
        if (job.batch === batch) return job;
      }
      throw new SyncError("transient", "Other workers keep merging into the export's table; it is tried again.");
    },
  };
}

function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
