// Reads the schema of an event's table before each page, because columns may be added or removed at any time.
import { z } from "zod";
import type { Connection } from "../../../domain/connection.ts";
import type { EventSource } from "../../../domain/event.ts";
import { SyncError } from "../../../domain/errors.ts";
import type { Clients } from "../clients.ts";
import type { Operation } from "../errors.ts";
import { checkTable, tableText } from "../names.ts";
import { settingsOf } from "../options.ts";
import { sourceTableOf } from "./mapping.ts";
import type { RawField, SourceTable } from "./mapping.ts";

const field: z.ZodType<RawField> = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.string().optional(),
  get fields() {
    return z.array(field).optional();
  },
});
export const tableSchema = z.object({
  type: z.string().optional(),
  schema: z.object({ fields: z.array(field).optional() }).optional(),
});

export async function readTable(
  clients: Clients,
  connection: Connection,
  source: EventSource,
  signal: AbortSignal,
): Promise<SourceTable> {
  const ref = {
    projectId: settingsOf(connection).projectId,
    datasetId: source.dataset,
    tableId: source.tableName,
  };
  checkTable(ref);
  const operation: Operation = {
    action: "reading a table's columns",
    about: tableText(ref),
    role: "dataViewer",
  };
  const metadata = await clients.call({ connection, signal }, operation, async () => {
    const client = await clients.bigQueryOf(connection);
    const [response] = (await client.dataset(ref.datasetId).table(ref.tableId).getMetadata()) as unknown[];
    return response;
  });
  const parsed = tableSchema.safeParse(metadata);
  if (!parsed.success)
    throw new SyncError("transient", "BigQuery described a table in an unknown form; it is tried again.");
  return sourceTableOf(parsed.data, ref, source);
}
