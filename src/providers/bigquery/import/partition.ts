// How a table is partitioned, and which column of an event bounds what a run scans of it.
import { z } from "zod";
import { SyncError } from "../../../domain/errors.ts";
import { type TableRef, tableText } from "../names.ts";
import { type Granularity, granularityOf } from "../partitionStart.ts";

/** The pseudocolumn of tables that are partitioned by ingestion time. Null for rows of the streaming buffer. */
export const INGESTION_TIME = "_PARTITIONTIME";

/** Parts of a response of tables.get. `requirePartitionFilter` was part of `timePartitioning` once. */
export const rawLayout = z.object({
  numBytes: z.string().optional(),
  requirePartitionFilter: z.boolean().optional(),
  timePartitioning: z
    .object({
      type: z.string().optional(),
      field: z.string().optional(),
      requirePartitionFilter: z.boolean().optional(),
    })
    .optional(),
  rangePartitioning: z.object({ field: z.string().optional() }).optional(),
});

export interface Partitioning {
  /** A column, or INGESTION_TIME. */
  column: string;
  /** Null if the partitions are ranges of integers. */
  granularity: Granularity | null;
  /** BigQuery refuses to read without a filter on the column. */
  isFilterRequired: boolean;
}

export interface Layout {
  partitioning: Partitioning | null;
  /** Null if the response does not say. */
  bytes: number | null;
}

export function layoutOf(raw: z.infer<typeof rawLayout>): Layout {
  const bytes = raw.numBytes === undefined ? null : Number(raw.numBytes);
  return { partitioning: partitioningOf(raw), bytes: Number.isSafeInteger(bytes) ? bytes : null };
}

function partitioningOf(raw: z.infer<typeof rawLayout>): Partitioning | null {
  const { timePartitioning: time, rangePartitioning: range } = raw;
  const isFilterRequired = raw.requirePartitionFilter ?? time?.requirePartitionFilter ?? false;
  if (range?.field !== undefined) return { column: range.field, granularity: null, isFilterRequired };
  if (time === undefined) return null;
  return { column: time.field ?? INGESTION_TIME, granularity: granularityOf(time.type), isFilterRequired };
}

/** The table demands a filter on a column that no field of the event names. */
export function unboundedTable(ref: TableRef, column: string | null, granularity: Granularity | null): SyncError {
  const named = column === null ? "its partition column" : `its partition column ${JSON.stringify(column)}`;
  const problem = `The table ${tableText(ref)} demands a filter on ${named}, which the event does not use.`;
  const other = "Otherwise import from a table that is partitioned by the timestamp column or demands no filter.";
  const arrival = `If that column says when rows reached the table, set it as the event's arrival field. ${other}`;
  return new SyncError("schema", `${problem} ${granularity === null && column !== null ? other : arrival}`, {
    concernsAllDays: true,
  });
}
