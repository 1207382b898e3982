// The columns of an export, and its staging tables, which expire.
import { SyncError } from "../../../domain/errors.ts";
import type { Operation } from "../errors.ts";
import { checkDataset, type TableRef, tableText } from "../names.ts";
import { USAGE_FIELDS } from "../../usageText.ts";
import { anything, type BigQueryCall, send } from "../rest.ts";
import { workspaceLabels } from "./jobs.ts";
import { tableResource, type TableResource } from "./tableResource.ts";

/** An empty collation tells `User1` from `user1`, whatever the dataset's default is. */
const CASE_SENSITIVE = { type: "STRING", collation: "" };
export const EXPORT_COLUMNS = [
  { name: "alias_id", ...CASE_SENSITIVE },
  { name: "route_id", ...CASE_SENSITIVE },
  { name: "variant_id", ...CASE_SENSITIVE },
  { name: "user_id", ...CASE_SENSITIVE },
  { name: "timestamp", type: "TIMESTAMP" },
];
/** With `export.usage`. Nullable: what is not known of a bucket is left out. */
export const USAGE_COLUMNS = USAGE_FIELDS.map(([name]) => ({ name, type: "FLOAT" }));

export interface Column {
  name: string;
  type: string;
}

export function columnsOf(withUsage: boolean): Column[] {
  return withUsage ? [...EXPORT_COLUMNS, ...USAGE_COLUMNS] : EXPORT_COLUMNS;
}

const STAGING_LIFETIME_MS = 24 * 3_600_000;

/** Creates an empty staging table, or extends the life of the existing one. */
export async function createStaging(
  call: BigQueryCall,
  table: TableRef,
  { withUsage = false, lifetimeMs = STAGING_LIFETIME_MS } = {},
): Promise<void> {
  const operation = operationOn(table, "creating a staging table");
  const body = {
    tableReference: table,
    schema: { fields: columnsOf(withUsage) },
    defaultCollation: "",
    expirationTime: String(Date.now() + lifetimeMs),
    labels: workspaceLabels(call),
  };
  const path = pathOf(table).slice(0, -1);
  const made = await send(call, operation, anything, { method: "POST", path, body, expected: [409] });
  if (made === null) await keepStaging(call, table);
}

/** Extends the table's life to the full length. Returns null if it does not exist. */
export async function keepStaging(call: BigQueryCall, table: TableRef): Promise<TableResource | null> {
  const operation = operationOn(table, "the look-up of a staging table");
  const body = { expirationTime: String(Date.now() + STAGING_LIFETIME_MS) };
  return await send(call, operation, tableResource, { method: "PATCH", path: pathOf(table), body, expected: [404] });
}

export async function deleteStaging(call: BigQueryCall, table: TableRef): Promise<void> {
  const operation = operationOn(table, "deleting a staging table");
  await send(call, operation, anything, { method: "DELETE", path: pathOf(table), expected: [404] });
}

/** Deletes the table if possible. Otherwise it expires. */
export async function dropStaging(call: BigQueryCall, table: TableRef): Promise<void> {
  try {
    await deleteStaging(call, table);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
  }
}

export function operationOn(table: TableRef, action: string): Operation {
  return { action, about: tableText(table), role: "dataEditor" };
}

export function pathOf({ datasetId, tableId }: TableRef): string[] {
  checkDataset(datasetId);
  return ["datasets", datasetId, "tables", tableId];
}
