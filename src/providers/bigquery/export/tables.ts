// The tables that an export writes: the customer's, made if it is missing, and staging tables that end by themselves.
import { z } from "zod";
import { SyncError } from "../../../domain/errors.ts";
import { workspaceLabels } from "./jobs.ts";
import { checkDataset, checkTable, tableText } from "../names.ts";
import type { TableRef } from "../names.ts";
import { settingsOf } from "../options.ts";
import { anything, send } from "../rest.ts";
import type { BigQueryCall } from "../rest.ts";

/** The promised columns, in the order in which they are made. */
export const EXPORT_COLUMNS = [
  { name: "alias_id", type: "STRING" },
  { name: "route_id", type: "STRING" },
  { name: "variant_id", type: "STRING" },
  { name: "user_id", type: "STRING" },
  { name: "timestamp", type: "TIMESTAMP" },
];
/** A staging table that nobody deletes goes by itself. */
const STAGING_LIFETIME_MS = 24 * 3_600_000;

const tableAnswer = z.object({
  type: z.string().optional(),
  creationTime: z.string().optional(),
  schema: z
    .object({
      fields: z
        .array(
          z.object({
            name: z.string(),
            type: z.string(),
            mode: z.string().optional(),
            defaultValueExpression: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});
type TableAnswer = z.infer<typeof tableAnswer>;

/** Where the exposures go. */
export function destinationOf({ context, connection }: BigQueryCall): TableRef {
  const { projectId, datasetId } = settingsOf(connection);
  if (datasetId === null) {
    throw new SyncError("schema", "This integration names no dataset to export to. Create one with a dataset ID.");
  }
  const table = { projectId, datasetId, tableId: context.options.exportTable };
  checkTable(table);
  return table;
}

/** Makes sure of the customer's table; answers what tells it from another of its name, before it or after it. */
export async function ensureDestination(task: BigQueryCall, table: TableRef): Promise<string> {
  const found = (await findTable(task, table)) ?? (await createDestination(task, table));
  checkColumns(found, table);
  return found.creationTime ?? "";
}

/** Whether the customer's table is there; throws where it is there and cannot be exported to. */
export async function hasDestination(task: BigQueryCall, table: TableRef): Promise<boolean> {
  const found = await findTable(task, table);
  if (found !== null) checkColumns(found, table);
  return found !== null;
}

async function findTable(task: BigQueryCall, table: TableRef): Promise<TableAnswer | null> {
  const doing = { action: "the look-up of the export's table", about: tableText(table), role: "dataEditor" } as const;
  return await send(task, doing, tableAnswer, { method: "GET", path: pathOf(table), expected: [404] });
}

async function createDestination(task: BigQueryCall, table: TableRef): Promise<TableAnswer> {
  const doing = { action: "creating the export's table", about: tableText(table), role: "dataEditor" } as const;
  const body = {
    tableReference: table,
    description: "Which user was served by which router, route and variant: one row for each hour of each.",
    schema: { fields: EXPORT_COLUMNS },
    timePartitioning: { type: "DAY", field: "timestamp" },
    clustering: { fields: ["alias_id", "variant_id"] },
    labels: workspaceLabels(task),
  };
  const path = pathOf(table).slice(0, -1);
  const made = await send(task, doing, tableAnswer, { method: "POST", path, body, expected: [409] });
  const there = made ?? (await findTable(task, table));
  if (there !== null) return there;
  throw new SyncError(
    "transient",
    `The table ${tableText(table)} was deleted while it was looked for; it is tried again.`,
  );
}

/** Columns of the customer's own are theirs, as long as a row can do without them. */
function checkColumns({ type, schema }: TableAnswer, table: TableRef): void {
  const name = tableText(table);
  if (type !== undefined && type !== "TABLE") {
    throw new SyncError(
      "schema",
      `${name} is no table but a ${type.toLowerCase()}. Rename it: the export makes its own table.`,
    );
  }
  const fields = schema?.fields ?? [];
  const remedy = "Put it right, or rename the table: the export then makes a new one.";
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
  const needed = fields.find(
    (field) =>
      field.mode === "REQUIRED" && field.defaultValueExpression === undefined && !own.has(field.name.toLowerCase()),
  );
  if (needed !== undefined) {
    throw new SyncError(
      "schema",
      `The table ${name} has a column of yours that may not be NULL, and the export cannot fill it. Make the column NULLABLE.`,
    );
  }
}

/** An empty staging table, or the one that is there with its whole lifetime before it. */
export async function createStaging(
  task: BigQueryCall,
  table: TableRef,
  lifetimeMs: number = STAGING_LIFETIME_MS,
): Promise<void> {
  const doing = { action: "creating a staging table", about: tableText(table), role: "dataEditor" } as const;
  const body = {
    tableReference: table,
    schema: { fields: EXPORT_COLUMNS },
    expirationTime: String(Date.now() + lifetimeMs),
    labels: workspaceLabels(task),
  };
  const path = pathOf(table).slice(0, -1);
  const made = await send(task, doing, anything, { method: "POST", path, body, expected: [409] });
  if (made === null) await keepStaging(task, table);
}

/** Gives it its whole lifetime again; false where it is gone. */
export async function keepStaging(task: BigQueryCall, table: TableRef): Promise<boolean> {
  const doing = { action: "the look-up of a staging table", about: tableText(table), role: "dataEditor" } as const;
  const body = { expirationTime: String(Date.now() + STAGING_LIFETIME_MS) };
  return (await send(task, doing, anything, { method: "PATCH", path: pathOf(table), body, expected: [404] })) !== null;
}

export async function deleteStaging(task: BigQueryCall, table: TableRef): Promise<void> {
  const doing = { action: "deleting a staging table", about: tableText(table), role: "dataEditor" } as const;
  await send(task, doing, anything, { method: "DELETE", path: pathOf(table), expected: [404] });
}

/** Deletes it if that can be done: otherwise it expires. */
export async function dropStaging(task: BigQueryCall, table: TableRef): Promise<void> {
  try {
    await deleteStaging(task, table);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
  }
}

export function pathOf({ datasetId, tableId }: TableRef): string[] {
  checkDataset(datasetId);
  return ["datasets", datasetId, "tables", tableId];
}
