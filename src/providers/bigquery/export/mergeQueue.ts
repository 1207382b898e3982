// MERGEs into one table, one after the other, whoever runs them: job ids that are numbered are the queue.
import { SyncError } from "../../../domain/errors.ts";
import { followJob, jobIdOf, lastUsed, startJob } from "./jobs.ts";
import type { Job } from "./jobs.ts";
import { tableText } from "../names.ts";
import type { TableRef } from "../names.ts";
import { settingsOf } from "../options.ts";
import type { Doing, BigQueryCall } from "../rest.ts";

/** No query runs longer than 6 hours, and clocks differ: a job that still runs is in the line of one of these days. */
const LOOK_BACK_MS = 7 * 3_600_000;
/** Others that were there first; there is rarely one. */
const MAX_TURNS = 50;

/**
 * Two MERGEs that run at once may both insert the same key: BigQuery sees a conflict only where one of them updates or deletes
 * (https://cloud.google.com/bigquery/docs/data-manipulation-language#dml_statement_conflicts). A worker that lost its connection
 * leaves one running, and what its successor merges may be cut differently, so that an id made from the content would not keep
 * them apart. The ids are therefore places in a line of the table's own: `…_<day>_<n>`. A place can be had once, and who wants
 * the next one waits for the job at this one.
 */
export interface MergeQueue {
  /** Whether the last in line was this batch's MERGE, and it went well. */
  wasLast(batch: string): boolean;
  /** Runs the MERGE once all before it are done; answers the job as it ended. */
  run(batch: string, sql: string): Promise<Job>;
}

interface Line {
  last: Job | null;
  free: number;
}

/** `tableMark` tells this table from one of the same name that was deleted. */
export async function openMergeQueue(task: BigQueryCall, table: TableRef, tableMark: string): Promise<MergeQueue> {
  const { serviceAccountEmail } = settingsOf(task.connection);
  const { workspaceId } = task.connection;
  const parts = [workspaceId, serviceAccountEmail, table.projectId, table.datasetId, table.tableId, tableMark];
  const doing: Doing = { action: "the MERGE of router exposures", about: tableText(table), role: "jobUser" };
  const lines = new Map<string, Line>();
  const idOf = (day: string) => (place: number) => jobIdOf("merge", [...parts, day], place);

  /** Waits until nobody is at work in the line of this day. */
  const settle = async (day: string): Promise<Line> => {
    const from = lines.get(day);
    const found = await lastUsed(task, doing, idOf(day), from?.free ?? 0);
    const last = found.job === null ? (from?.last ?? null) : await followJob(task, doing, found.job);
    const line = { last, free: found.free };
    lines.set(day, line);
    return line;
  };
  const settleAll = async (): Promise<string> => {
    const [before, today] = [dayOf(Date.now() - LOOK_BACK_MS), dayOf(Date.now())];
    if (before !== today) await settle(before);
    await settle(today);
    return today;
  };
  let day = await settleAll();
  return {
    wasLast: (batch) => [...lines.values()].some(({ last }) => last?.batch === batch && last.error === null),
    run: async (batch, sql) => {
      const configuration = { query: { query: sql, useLegacySql: false, priority: "INTERACTIVE" } };
      for (let turn = 0; turn < MAX_TURNS; turn++) {
        if (dayOf(Date.now()) !== day || turn > 0) day = await settleAll();
        const place = lines.get(day)?.free ?? 0;
        const started = await startJob(task, doing, { id: idOf(day)(place), batch, configuration });
        const last = await followJob(task, doing, started);
        lines.set(day, { last, free: place + 1 });
        if (last.batch === batch) return last;
      }
      throw new SyncError("transient", "Others keep merging into the export's table; it is tried again.");
    },
  };
}

function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
