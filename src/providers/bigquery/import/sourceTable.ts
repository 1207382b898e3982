// Reads the table of an event before each page, because columns may change at any time, and checks the mapped columns.
import { hash } from "node:crypto";
import { z } from "zod";
import type { EventSource } from "../spec.ts";
import { SyncError } from "../../../domain/errors.ts";
import type { Operation } from "../errors.ts";
import { checkTable, type TableRef, tableText } from "../names.ts";
import { settingsOf } from "../options.ts";
import { type BigQueryCall, send } from "../rest.ts";

/** `type` is an old name (INTEGER, FLOAT, BOOLEAN, RECORD) or a new one. */
const rawField = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.string().optional(),
  get fields() {
    return z.array(rawField).optional();
  },
});
export const rawTable = z.object({
  type: z.string().optional(),
  schema: z.object({ fields: z.array(rawField).optional() }).optional(),
});
type RawTable = z.infer<typeof rawTable>;

export interface TableColumn {
  name: string;
  type: string;
  mode: "NULLABLE" | "REQUIRED" | "REPEATED";
  /** The fields of a STRUCT; empty for other types. */
  fields: TableColumn[];
}

export interface Mapping {
  event: string;
  user: string;
  timestamp: string;
  uuid: string;
}

export interface SourceTable {
  ref: TableRef;
  columns: TableColumn[];
  mapping: Mapping;
  isDateTime: boolean;
  /** The timestamp column may hold NULL. */
  mayLackTime: boolean;
  /** A hash of the above. A read session of another fingerprint cannot go on. */
  fingerprint: string;
}

const VIEWS = new Set(["VIEW", "MATERIALIZED_VIEW"]);

export async function readTable(call: BigQueryCall, source: EventSource): Promise<SourceTable> {
  const { projectId } = settingsOf(call.connection);
  const ref = { projectId, datasetId: source.dataset, tableId: source.tableName };
  checkTable(ref);
  const operation: Operation = { action: "reading a table's columns", about: tableText(ref), role: "dataViewer" };
  const path = ["datasets", ref.datasetId, "tables", ref.tableId];
  return sourceTableOf((await send(call, operation, rawTable, { method: "GET", path })) ?? {}, ref, source);
}

/** Throws `schema`, with what to do, if the table cannot be imported from. */
export function sourceTableOf(raw: RawTable, ref: TableRef, source: EventSource): SourceTable {
  if (VIEWS.has(raw.type ?? "")) throw unreadable(ref, "a view");
  const columns = columnsOf(raw);
  const find = (name: string) => columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  const roles: [string, string, string[]][] = [
    ["event", source.eventFieldName, ["STRING"]],
    ["user id", source.userIdFieldName, ["STRING"]],
    ["timestamp", source.timestampFieldName, ["TIMESTAMP", "DATETIME"]],
    ["event UUID", source.eventUuidFieldName, ["STRING"]],
  ];
  const problems = roles.flatMap(([role, name, types]) => problemOf(role, name, types, find(name)));
  if (problems.length > 0) {
    const problem = `The table ${tableText(ref)} does not fit the event: ${problems.join("; ")}.`;
    const remedy = "Change the table, or delete the event and add it again with columns that fit.";
    throw new SyncError("schema", `${problem} ${remedy}`);
  }
  const [event, user, timestamp, uuid] = roles.map(([, name]) => find(name)?.name ?? name);
  const mapping = { event: event ?? "", user: user ?? "", timestamp: timestamp ?? "", uuid: uuid ?? "" };
  const time = find(mapping.timestamp);
  const fingerprint = hash("sha256", JSON.stringify([ref, mapping, columns]), "hex").slice(0, 32);
  const isDateTime = time?.type === "DATETIME";
  return { ref, columns, mapping, isDateTime, mayLackTime: time?.mode !== "REQUIRED", fingerprint };
}

export function columnsOf(raw: RawTable): TableColumn[] {
  return (raw.schema?.fields ?? []).map(toColumn);
}

export function unreadable(ref: TableRef, what: string): SyncError {
  const problem = `${tableText(ref)} is ${what}, which BigQuery's Storage Read API cannot read.`;
  const remedy = "Make a table of it, for example by a scheduled query, and add the event again with that table.";
  return new SyncError("schema", `${problem} ${remedy}`);
}

function problemOf(role: string, name: string, types: string[], column: TableColumn | undefined): string[] {
  const shown = JSON.stringify(name.slice(0, 300));
  if (column === undefined) return [`it has no column ${shown}, the ${role} field`];
  if (column.mode !== "REPEATED" && types.includes(column.type)) return [];
  const type = column.mode === "REPEATED" ? `ARRAY of ${column.type}` : column.type;
  return [`its column ${shown}, the ${role} field, is ${type} and must be ${types.join(" or ")}`];
}

function toColumn({ name, type, mode, fields = [] }: z.infer<typeof rawField>): TableColumn {
  return {
    name,
    type: type.toUpperCase(),
    mode: mode === "REQUIRED" || mode === "REPEATED" ? mode : "NULLABLE",
    fields: fields.map(toColumn),
  };
}
