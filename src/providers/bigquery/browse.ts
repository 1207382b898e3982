// Lists the datasets, tables and columns that the service account may see, for people who choose one.
import { z } from "zod";
import type { Connection } from "../../domain/connection.ts";
import { SyncError } from "../../domain/errors.ts";
import type { Browse, BrowsedColumn } from "../connector.ts";
import { checkTable, tableText } from "./names.ts";
import { settingsOf } from "./options.ts";
import { type BigQueryCall, type BigQueryContext, type RestRequest, send } from "./rest.ts";
import type { Operation } from "./errors.ts";
import { columnsOf, rawTable, type TableColumn } from "./import/sourceTable.ts";

const TIMEOUT_MS = 15_000;
const MAX_COLUMNS = 10_000;

const nextPageToken = z.string().optional();
const datasetList = z.object({
  datasets: z.array(z.object({ datasetReference: z.object({ datasetId: z.string() }) })).optional(),
  nextPageToken,
});
const tableItem = z.object({ tableReference: z.object({ tableId: z.string() }), type: z.string().optional() });
const tableList = z.object({ tables: z.array(tableItem).optional(), nextPageToken });

export function createBrowse(context: BigQueryContext): Browse {
  return {
    async datasets(connection, { cursor, limit }) {
      const operation: Operation = { action: "listing the datasets", role: "dataViewer" };
      const request = { path: ["datasets"], query: pageQuery(cursor, limit) };
      const response = await get(context, connection, operation, datasetList, request);
      const items = (response.datasets ?? []).map(({ datasetReference }) => ({ id: datasetReference.datasetId }));
      return { items, next: response.nextPageToken ?? null };
    },

    async tables(connection, dataset, { cursor, limit }) {
      const operation: Operation = { action: "listing the tables", about: dataset, role: "dataViewer" };
      const request = { path: ["datasets", dataset, "tables"], query: pageQuery(cursor, limit) };
      const response = await get(context, connection, operation, tableList, request);
      const items = (response.tables ?? []).map(({ tableReference, type }) => ({
        id: tableReference.tableId,
        type: type ?? "TABLE",
      }));
      return { items, next: response.nextPageToken ?? null };
    },

    async columns(connection, dataset, table) {
      const ref = { projectId: settingsOf(connection).projectId, datasetId: dataset, tableId: table };
      checkTable(ref);
      const operation: Operation = { action: "reading a table's columns", about: tableText(ref), role: "dataViewer" };
      const request = { path: ["datasets", dataset, "tables", table] };
      const response = await get(context, connection, operation, rawTable, request);
      return flatten(columnsOf(response)).slice(0, MAX_COLUMNS);
    },
  };
}

const pageQuery = (cursor: string | null, limit: number): Record<string, string> => ({
  maxResults: String(limit),
  ...(cursor !== null && { pageToken: cursor }),
});

async function get<T>(
  context: BigQueryContext,
  connection: Connection,
  operation: Operation,
  schema: z.ZodType<T>,
  request: Pick<RestRequest, "path" | "query">,
): Promise<T> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const call: BigQueryCall = { context, connection, signal, heartbeat: () => undefined };
  try {
    const response = await send(call, operation, schema, { method: "GET", ...request });
    if (response !== null) return response;
  } catch (error) {
    if (!signal.aborted || error instanceof SyncError) throw error;
  }
  throw new SyncError("transient", `BigQuery did not response within ${TIMEOUT_MS / 1_000} seconds. Try again.`);
}

/** Fields of a STRUCT follow it as `a.b`. Fields below an ARRAY, which have several values per row, are left out. */
function flatten(columns: TableColumn[], prefix = ""): BrowsedColumn[] {
  return columns.flatMap(({ name, type, mode, fields }) => [
    { name: prefix + name, type, mode },
    ...(mode === "REPEATED" ? [] : flatten(fields, `${prefix}${name}.`)),
  ]);
}
