// The customer's table that an export writes into: made without an end if it is missing, and looked at by every run.
import type { Connection } from "../../../domain/connection.ts";
import { SyncError } from "../../../domain/errors.ts";
import { daysText, type ExportDestination } from "../../../domain/destination.ts";
import { checkTable as checkName, type TableRef, tableText } from "../names.ts";
import { settingsOf } from "../options.ts";
import { granularityOf, partitionStart } from "../partitionStart.ts";
import { type BigQueryCall, type BigQueryContext, send } from "../rest.ts";
import { checkTable, partitionAdvice } from "./checkTable.ts";
import type { RefusalOf } from "./encodeRows.ts";
import { workspaceLabels } from "./jobs.ts";
import {
  datasetResource,
  expirationOf,
  isPartitionedByTime,
  partitionExpirationOf,
  TIME_COLUMN,
  tableResource,
  type TableResource,
} from "./tableResource.ts";
import { columnsOf, EXPORT_COLUMNS, operationOn, pathOf, USAGE_COLUMNS } from "./tables.ts";

/** BigQuery does not say whether a default expiration counts from the very millisecond of a table's creation. */
const DEFAULT_TOLERANCE_MS = 60_000;

export interface Destination {
  table: TableRef;
  /** An earlier table of this name had another. */
  mark: string;
  facts: ExportDestination;
  /** Why a row of this hour would be gone at once; null if it stays. */
  refusalOf: RefusalOf;
  /** The table has columns for the usage of buckets. */
  withUsage: boolean;
}

export function destinationOf({ context, connection }: BigQueryCall): TableRef {
  const { projectId, datasetId } = settingsOf(connection);
  if (datasetId === null) {
    throw new SyncError("schema", "This integration names no dataset to export to. Create one with a dataset ID.");
  }
  const table = { projectId, datasetId, tableId: context.options.exportTable };
  checkName(table);
  return table;
}

/** Makes the table even if there is no row for it yet: it is where people look for it, and it is known from then on. */
export async function prepareExport(
  context: BigQueryContext,
  connection: Connection,
  signal: AbortSignal,
): Promise<ExportDestination> {
  return (await ensureDestination({ context, connection, signal, heartbeat: () => undefined })).facts;
}

/** Creates the customer's table if it is missing. Throws if it cannot hold the export. */
export async function ensureDestination(call: BigQueryCall, withUsage = false): Promise<Destination> {
  const table = destinationOf(call);
  const found = await findTable(call, table);
  const current = found === null ? await createTable(call, table) : await withoutDefaultEnd(call, table, found);
  checkTable(current, table);
  if (withUsage) checkTable(await withColumns(call, table, current), table, columnsOf(true));
  return { ...toDestination(table, current), withUsage };
}

/** What the connection test says of the table, without a change of it; undefined if there is none. */
export async function destinationAdvice(call: BigQueryCall, table: TableRef): Promise<string | null | undefined> {
  const found = await findTable(call, table);
  if (found === null) return undefined;
  checkTable(found, table);
  const parts = [endText(found, table), partitionAdvice(found, table)].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(" ");
}

const LONG_LIFE_MS = 100 * 24 * 3_600_000;
const TRIED_LIFE_MS = 3_600_000;

/** Tries on an empty table whether the dataset's default expiration can be lifted from one; null if all is well. */
export async function endAdvice(call: BigQueryCall, staging: TableRef): Promise<string | null> {
  const dataset = await readDataset(call, staging);
  const keepsMs = Number(dataset?.defaultPartitionExpirationMs ?? dataset?.defaultTableExpirationMs ?? 0);
  if (keepsMs === 0) return null;
  const operation = operationOn(staging, "lifting a table's expiration");
  const endAfter = async (lifetimeMs: number) => {
    const body = { expirationTime: String(Date.now() + lifetimeMs) };
    await send(call, operation, tableResource, { method: "PATCH", path: pathOf(staging), body });
  };
  try {
    await endAfter(LONG_LIFE_MS);
    // The table should be gone soon, even if it cannot be deleted.
    await endAfter(TRIED_LIFE_MS);
    return null;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return (
      `The dataset ${staging.datasetId} deletes what is in its tables after ${daysText(keepsMs)}, and BigQuery does ` +
      "not let the export lift that, as in a project without billing. Enable billing, or everything vanishes then."
    );
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof SyncError && (error.kind === "permission" || error.kind === "schema");

async function findTable(call: BigQueryCall, table: TableRef): Promise<TableResource | null> {
  const operation = operationOn(table, "the look-up of the export's table");
  return await send(call, operation, tableResource, { method: "GET", path: pathOf(table), expected: [404] });
}

async function createTable(call: BigQueryCall, table: TableRef): Promise<TableResource> {
  const operation = operationOn(table, "creating the export's table");
  const body = {
    tableReference: table,
    description: "Which user was served by which router, route and variant: one row for each hour of each.",
    schema: { fields: EXPORT_COLUMNS },
    // A dataset may have a collation that does not tell `User1` from `user1`.
    defaultCollation: "",
    timePartitioning: { type: "DAY", field: TIME_COLUMN },
    clustering: { fields: ["alias_id", "variant_id"] },
    labels: workspaceLabels(call),
  };
  const path = pathOf(table).slice(0, -1);
  const made = await send(call, operation, tableResource, { method: "POST", path, body, expected: [409] });
  if (made !== null) return await withoutEnd(call, table, made, { end: true, partitions: true });
  const others = await findTable(call, table);
  if (others !== null) return others;
  throw new SyncError("transient", `The table ${tableText(table)} was deleted meanwhile; it is tried again.`);
}

/** Adds the columns of usage that are missing. Rows that are there have no value in them. */
async function withColumns(call: BigQueryCall, table: TableRef, found: TableResource): Promise<TableResource> {
  const fields = found.schema?.fields ?? [];
  const names = new Set(fields.map(({ name }) => name.toLowerCase()));
  const missing = USAGE_COLUMNS.filter(({ name }) => !names.has(name));
  if (missing.length === 0) return found;
  const operation = operationOn(table, "adding the columns of usage to the export's table");
  const body = { schema: { fields: [...fields, ...missing] } };
  return (await send(call, operation, tableResource, { method: "PATCH", path: pathOf(table), body })) ?? found;
}

/** Mends a table of ours that has the dataset's default expiration. One that a person has set stays. */
async function withoutDefaultEnd(call: BigQueryCall, table: TableRef, found: TableResource): Promise<TableResource> {
  const endsAtMs = expirationOf(found);
  const keepsMs = partitionExpirationOf(found);
  const isOurs = Object.entries(workspaceLabels(call)).every(([name, value]) => found.labels?.[name] === value);
  if (!isOurs || (endsAtMs === null && keepsMs === null)) return found;
  const dataset = await readDataset(call, table);
  const lifeMs = (endsAtMs ?? 0) - Number(found.creationTime ?? 0);
  const isDefaultEnd =
    endsAtMs !== null && Math.abs(lifeMs - Number(dataset?.defaultTableExpirationMs ?? 0)) < DEFAULT_TOLERANCE_MS;
  const isDefaultKeep = keepsMs !== null && keepsMs === Number(dataset?.defaultPartitionExpirationMs ?? 0);
  return await withoutEnd(call, table, found, { end: isDefaultEnd, partitions: isDefaultKeep });
}

/** A role of the customer's own may not let it be read. Then the defaults are unknown. */
export async function readDataset(call: BigQueryCall, { datasetId }: TableRef) {
  const operation = { action: "reading the dataset", about: datasetId, role: "dataEditor" as const };
  try {
    return await send(call, operation, datasetResource, { method: "GET", path: ["datasets", datasetId] });
  } catch (error) {
    if (error instanceof SyncError && error.kind === "permission") return null;
    throw error;
  }
}

/**
 * Lifts expirations. A new table always gets the dataset's defaults, even if its resource says otherwise
 * (https://github.com/googleapis/python-bigquery/issues/2403), so they are removed afterwards. A project without
 * billing refuses, or answers with 60 days again.
 */
async function withoutEnd(
  call: BigQueryCall,
  table: TableRef,
  found: TableResource,
  lift: { end: boolean; partitions: boolean },
): Promise<TableResource> {
  const { timePartitioning } = found;
  const liftsEnd = lift.end && expirationOf(found) !== null;
  const liftsPartitions = lift.partitions && partitionExpirationOf(found) !== null;
  if (!liftsEnd && !liftsPartitions) return found;
  const operation = operationOn(table, "lifting the expiration of the export's table");
  const body = {
    ...(liftsEnd ? { expirationTime: null } : {}),
    ...(liftsPartitions ? { timePartitioning: { ...timePartitioning, expirationMs: null } } : {}),
  };
  try {
    return (await send(call, operation, tableResource, { method: "PATCH", path: pathOf(table), body })) ?? found;
  } catch (error) {
    if (isRefused(error)) return found;
    throw error;
  }
}

function toDestination(table: TableRef, found: TableResource): Omit<Destination, "withUsage"> {
  const keepsRowsMs = partitionExpirationOf(found);
  const name = tableText(table);
  const expired =
    keepsRowsMs === null
      ? ""
      : `The table ${name} keeps rows for ${daysText(keepsRowsMs)} only, and this one is older, so that it would be ` +
        "deleted at once. Remove the expiration of its partitions, then send the record again.";
  return {
    table,
    mark: found.creationTime ?? "",
    facts: {
      name: `The table ${name}`,
      madeAtMs: Number(found.creationTime ?? 0),
      endsAtMs: expirationOf(found),
      keepsRowsMs,
      remedy: remedyOf(found, name),
    },
    refusalOf: (hourMs) => {
      if (keepsRowsMs === null || !isPartitionedByTime(found)) return null;
      const startMs = partitionStart(hourMs, granularityOf(found.timePartitioning?.type));
      return startMs + keepsRowsMs <= Date.now() ? expired : null;
    },
  };
}

function remedyOf(found: TableResource, name: string): string {
  const options = [
    ...(expirationOf(found) === null ? [] : ["expiration_timestamp = NULL"]),
    ...(partitionExpirationOf(found) === null ? [] : ["partition_expiration_days = NULL"]),
  ];
  if (options.length === 0) return "";
  const statement = `ALTER TABLE ${name} SET OPTIONS (${options.join(", ")})`;
  return `To keep everything, run ${statement}. A project without billing refuses that: enable billing first.`;
}

function endText(found: TableResource, table: TableRef): string | null {
  const { endsAtMs, keepsRowsMs, name, remedy } = toDestination(table, found).facts;
  const parts = [
    ...(endsAtMs === null ? [] : [`${name} expires at ${new Date(endsAtMs).toISOString()}, with all its rows.`]),
    ...(keepsRowsMs === null ? [] : [`${name} deletes rows after ${daysText(keepsRowsMs)}.`]),
  ];
  return parts.length === 0 ? null : `${parts.join(" ")} ${remedy}`;
}
