// The tables that an export writes: the customer's table, created if it is missing, and staging tables that expire.
import { z } from "zod";
import { SyncError } from "../../../domain/errors.ts";
import type { Operation } from "../errors.ts";
import { checkDataset, checkTable, type TableRef, tableText } from "../names.ts";
import { settingsOf } from "../options.ts";
import { anything, type BigQueryCall, send } from "../rest.ts";
import { workspaceLabels } from "./jobs.ts";

export const EXPORT_COLUMNS = [
  { name: "alias_id", type: "STRING" },
  { name: "route_id", type: "STRING" },
  { name: "variant_id", type: "STRING" },
  { name: "user_id", type: "STRING" },
  { name: "timestamp", type: "TIMESTAMP" },
];
const STAGING_LIFETIME_MS = 24 * 3_600_000;

const tableField = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.string().optional(),
  defaultValueExpression: z.string().optional(),
});
const tableResponse = z.object({
  type: z.string().optional(),
  creationTime: z.string().optional(),
  schema: z.object({ fields: z.array(tableField).optional() }).optional(),
});
type TableResponse = z.infer<typeof tableResponse>;

export function destinationOf({ context, connection }: BigQueryCall): TableRef {
  const { projectId, datasetId } = settingsOf(connection);
  if (datasetId === null) {
    throw new SyncError("schema", "This integration names no dataset to export to. Create one with a dataset ID.");
  }
  const table = { projectId, datasetId, tableId: context.options.exportTable };
  checkTable(table);
  return table;
}

/** Creates the customer's table if it is missing. Returns a mark that an earlier table of this name did not have. */
export async function ensureDestination(call: BigQueryCall, table: TableRef): Promise<string> {
  const found = (await findTable(call, table)) ?? (await createDestination(call, table));
  checkColumns(found, table);
  return found.creationTime ?? "";
}

/** Whether the customer's table exists. Throws if it exists and cannot hold the export. */
export async function hasDestination(call: BigQueryCall, table: TableRef): Promise<boolean> {
  const found = await findTable(call, table);
  if (found !== null) checkColumns(found, table);
  return found !== null;
}

async function findTable(call: BigQueryCall, table: TableRef): Promise<TableResponse | null> {
  const operation = operationOn(table, "the look-up of the export's table");
  return await send(call, operation, tableResponse, { method: "GET", path: pathOf(table), expected: [404] });
}

async function createDestination(call: BigQueryCall, table: TableRef): Promise<TableResponse> {
  const operation = operationOn(table, "creating the export's table");
  const body = {
    tableReference: table,
    description: "Which user was served by which router, route and variant: one row for each hour of each.",
    schema: { fields: EXPORT_COLUMNS },
    timePartitioning: { type: "DAY", field: "timestamp" },
    clustering: { fields: ["alias_id", "variant_id"] },
    labels: workspaceLabels(call),
  };
  const path = pathOf(table).slice(0, -1);
  const made = await send(call, operation, tableResponse, { method: "POST", path, body, expected: [409] });
  const created = made ?? (await findTable(call, table));
  if (created !== null) return created;
  throw new SyncError("transient", `The table ${tableText(table)} was deleted meanwhile; it is tried again.`);
}

/** The customer may add columns, if a row does not need a value in them. */
function checkColumns({ type, schema }: TableResponse, table: TableRef): void {
  const name = tableText(table);
  if (type !== undefined && type !== "TABLE") {
    const problem = `${name} is not a table but a ${type.toLowerCase()}.`;
    throw new SyncError("schema", `${problem} Rename it, and the export creates its own table.`);
  }
  const fields = schema?.fields ?? [];
  const remedy = "Correct it, or rename the table, and the export creates a new one.";
  for (const wanted of EXPORT_COLUMNS) {
    const found = fields.find((field) => field.name.toLowerCase() === wanted.name);
    const expected = `The export needs it as a ${wanted.type}.`;
    if (found === undefined) {
      throw new SyncError("schema", `The table ${name} has no column ${wanted.name}. ${expected} ${remedy}`);
    }
    if (found.type !== wanted.type || found.mode === "REPEATED") {
      const is = found.mode === "REPEATED" ? `an array of ${found.type}` : found.type;
      throw new SyncError("schema", `The column ${wanted.name} of the table ${name} is ${is}. ${expected} ${remedy}`);
    }
  }
  const own = new Set(EXPORT_COLUMNS.map((column) => column.name));
  const others = fields.filter((field) => !own.has(field.name.toLowerCase()));
  if (others.some((field) => field.mode === "REQUIRED" && field.defaultValueExpression === undefined)) {
    const problem = `The table ${name} has a required column that the export cannot fill.`;
    throw new SyncError("schema", `${problem} Make the column NULLABLE.`);
  }
}

/** Creates an empty staging table, or extends the life of the existing one. */
export async function createStaging(
  call: BigQueryCall,
  table: TableRef,
  lifetimeMs = STAGING_LIFETIME_MS,
): Promise<void> {
  const operation = operationOn(table, "creating a staging table");
  const body = {
    tableReference: table,
    schema: { fields: EXPORT_COLUMNS },
    expirationTime: String(Date.now() + lifetimeMs),
    labels: workspaceLabels(call),
  };
  const path = pathOf(table).slice(0, -1);
  const made = await send(call, operation, anything, { method: "POST", path, body, expected: [409] });
  if (made === null) await keepStaging(call, table);
}

/** Extends the table's life to the full length. Returns false if it does not exist. */
export async function keepStaging(call: BigQueryCall, table: TableRef): Promise<boolean> {
  const operation = operationOn(table, "the look-up of a staging table");
  const body = { expirationTime: String(Date.now() + STAGING_LIFETIME_MS) };
  const request = { method: "PATCH" as const, path: pathOf(table), body, expected: [404] };
  return (await send(call, operation, anything, request)) !== null;
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

function operationOn(table: TableRef, action: string): Operation {
  return { action, about: tableText(table), role: "dataEditor" };
}

function pathOf({ datasetId, tableId }: TableRef): string[] {
  checkDataset(datasetId);
  return ["datasets", datasetId, "tables", tableId];
}
