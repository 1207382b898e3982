// BigQuery's resource of a table, as far as an export looks at it.
import { z } from "zod";

/** What else a customer has set of a column stays when the schema is written back. */
const tableField = z.looseObject({
  name: z.string(),
  type: z.string(),
  mode: z.string().optional(),
  defaultValueExpression: z.string().optional(),
  collation: z.string().optional(),
});

const timePartitioning = z.object({
  type: z.string().optional(),
  /** Absent if the table is partitioned by the time of ingestion. */
  field: z.string().optional(),
  expirationMs: z.string().optional(),
  requirePartitionFilter: z.boolean().optional(),
});

export const tableResource = z.object({
  type: z.string().optional(),
  creationTime: z.string().optional(),
  expirationTime: z.string().optional(),
  numRows: z.string().optional(),
  schema: z.object({ fields: z.array(tableField).optional() }).optional(),
  timePartitioning: timePartitioning.optional(),
  rangePartitioning: z.object({ field: z.string().optional() }).optional(),
  requirePartitionFilter: z.boolean().optional(),
  labels: z.record(z.string(), z.string()).optional(),
});
export type TableResource = z.infer<typeof tableResource>;

export const datasetResource = z.object({
  location: z.string().optional(),
  defaultTableExpirationMs: z.string().optional(),
  defaultPartitionExpirationMs: z.string().optional(),
});

/** The column of EXPORT_COLUMNS by which our own table is partitioned. */
export const TIME_COLUMN = "timestamp";

/** Whether the table's partitions are those of the rows' own times. */
export function isPartitionedByTime({ timePartitioning: partitioning }: TableResource): boolean {
  return partitioning?.field?.toLowerCase() === TIME_COLUMN;
}

export function expirationOf({ expirationTime }: TableResource): number | null {
  return expirationTime === undefined ? null : Number(expirationTime);
}

export function partitionExpirationOf({ timePartitioning: partitioning }: TableResource): number | null {
  const ms = Number(partitioning?.expirationMs ?? 0);
  return ms > 0 ? ms : null;
}
