// What the customer's project holds, for people who choose: datasets, tables and columns that the service account may see.
import type { Connection } from "../../domain/connection.ts";
import { z } from "zod";
import { SyncError } from "../../domain/errors.ts";
import type { Browse, BrowsedColumn } from "../connector.ts";
import { checkTable, tableText } from "./names.ts";
import { settingsOf } from "./options.ts";
import { send } from "./rest.ts";
import type { BigQueryContext, Doing, RestCall, BigQueryCall } from "./rest.ts";
import { columnsOf, type TableColumn } from "./import/mapping.ts";
import { tableSchema } from "./import/table.ts";

/** Somebody is waiting in front of a page. */
const TIMEOUT_MS = 15_000;
const MAX_COLUMNS = 10_000;

const nextPageToken = z.string().optional();
const datasetList = z.object({
  datasets: z.array(z.object({ datasetReference: z.object({ datasetId: z.string() }) })).optional(),
  nextPageToken,
});
const tableList = z.object({
  tables: z
    .array(z.object({ tableReference: z.object({ tableId: z.string() }), type: z.string().optional() }))
    .optional(),
  nextPageToken,
});

export function createBrowse(context: BigQueryContext): Browse {
  return {
    async datasets(connection, { cursor, limit }) {
      const doing: Doing = { action: "listing the datasets", role: "dataViewer" };
      const answer = await get(context, connection, doing, datasetList, {
        path: ["datasets"],
        query: pageQuery(cursor, limit),
      });
      const items = (answer.datasets ?? []).map(({ datasetReference }) => ({ id: datasetReference.datasetId }));
      return { items, next: answer.nextPageToken ?? null };
    },

    async tables(connection, dataset, { cursor, limit }) {
      const doing: Doing = { action: "listing the tables", about: dataset, role: "dataViewer" };
      const answer = await get(context, connection, doing, tableList, {
        path: ["datasets", dataset, "tables"],
        query: pageQuery(cursor, limit),
      });
      const items = (answer.tables ?? []).map(({ tableReference, type }) => ({
        id: tableReference.tableId,
        type: type ?? "TABLE",
      }));
      return { items, next: answer.nextPageToken ?? null };
    },

    async columns(connection, dataset, table) {
      const ref = { projectId: settingsOf(connection).projectId, datasetId: dataset, tableId: table };
      checkTable(ref);
      const doing: Doing = { action: "reading a table's columns", about: tableText(ref), role: "dataViewer" };
      const answer = await get(context, connection, doing, tableSchema, {
        path: ["datasets", dataset, "tables", table],
      });
      return flat(columnsOf(answer)).slice(0, MAX_COLUMNS);
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
  doing: Doing,
  schema: z.ZodType<T>,
  call: Pick<RestCall, "path" | "query">,
): Promise<T> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const task: BigQueryCall = { context, connection, signal, heartbeat: () => undefined };
  try {
    const answer = await send(task, doing, schema, { method: "GET", ...call });
    if (answer !== null) return answer;
  } catch (error) {
    if (!signal.aborted || error instanceof SyncError) throw error;
  }
  throw new SyncError("transient", `BigQuery did not answer within ${TIMEOUT_MS / 1_000} seconds. Try again.`);
}

/** A struct is followed by its fields as `a.b`; what is below an array has no value of its own in a row and is left out. */
function flat(columns: TableColumn[], prefix = ""): BrowsedColumn[] {
  return columns.flatMap(({ name, type, mode, fields }) => [
    { name: prefix + name, type, mode },
    ...(mode === "REPEATED" ? [] : flat(fields, `${prefix}${name}.`)),
  ]);
}
