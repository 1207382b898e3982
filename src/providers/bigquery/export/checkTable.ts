// Whether a table can hold the export. The customer may have made it, or changed it.
import { SyncError } from "../../../domain/errors.ts";
import { type TableRef, tableText } from "../names.ts";
import { isPartitionedByTime, TIME_COLUMN, type TableResource } from "./tableResource.ts";
import { type Column, EXPORT_COLUMNS } from "./tables.ts";

const OWN_TABLE = "or rename the table, and the export creates a new one.";

/** The customer may add columns, if a row does not need a value in them. */
export function checkTable(table: TableResource, ref: TableRef, columns: Column[] = EXPORT_COLUMNS): void {
  const name = tableText(ref);
  const { type } = table;
  if (type !== undefined && type !== "TABLE") {
    const problem = `${name} is not a table but a ${type.toLowerCase()}.`;
    throw new SyncError("schema", `${problem} Rename it, and the export creates its own table.`);
  }
  checkColumns(table, name, columns);
  checkPartitions(table, name);
}

function checkColumns({ schema }: TableResource, name: string, columns: Column[]): void {
  const fields = schema?.fields ?? [];
  const remedy = `Correct it, ${OWN_TABLE}`;
  for (const wanted of columns) {
    const found = fields.find((field) => field.name.toLowerCase() === wanted.name);
    const expected = `The export needs it as a ${wanted.type}.`;
    if (found === undefined) {
      throw new SyncError("schema", `The table ${name} has no column ${wanted.name}. ${expected} ${remedy}`);
    }
    if (found.type !== wanted.type || found.mode === "REPEATED") {
      const is = found.mode === "REPEATED" ? `an array of ${found.type}` : found.type;
      throw new SyncError("schema", `The column ${wanted.name} of the table ${name} is ${is}. ${expected} ${remedy}`);
    }
    if (found.collation !== undefined && found.collation !== "") {
      throw new SyncError(
        "schema",
        `The column ${wanted.name} of the table ${name} does not tell upper from lower case, so that ids like User1 ` +
          `and user1 would share one row. Make the table anew with an empty collation, ${OWN_TABLE}`,
      );
    }
  }
  const own = new Set(columns.map((column) => column.name));
  const others = fields.filter((field) => !own.has(field.name.toLowerCase()));
  if (others.some((field) => field.mode === "REQUIRED" && field.defaultValueExpression === undefined)) {
    const problem = `The table ${name} has a required column that the export cannot fill.`;
    throw new SyncError("schema", `${problem} Make the column NULLABLE.`);
  }
}

/** A MERGE bounds the rows' times, which is a filter only if these are the partitions. */
function checkPartitions(table: TableResource, name: string): void {
  const { requirePartitionFilter, timePartitioning } = table;
  if (requirePartitionFilter !== true && timePartitioning?.requirePartitionFilter !== true) return;
  if (isPartitionedByTime(table)) return;
  const problem = `The table ${name} requires a filter on its partitions, but is not partitioned by ${TIME_COLUMN}.`;
  const remedy = `Switch the requirement off (ALTER TABLE ${name} SET OPTIONS (require_partition_filter = FALSE)),`;
  throw new SyncError("schema", `${problem} The export finds its rows by that column. ${remedy} ${OWN_TABLE}`);
}

/** What is slow or expensive although it works; null if nothing is. */
export function partitionAdvice(table: TableResource, ref: TableRef): string | null {
  if (isPartitionedByTime(table)) return null;
  return (
    `The table ${tableText(ref)} is not partitioned by ${TIME_COLUMN}, so that each batch of the export reads the ` +
    `whole table. Make it anew with partitions by day of ${TIME_COLUMN}, ${OWN_TABLE}`
  );
}
