// Reads the table of an event before each page, because columns may change at any time, and checks the mapped columns.
import { hash } from "node:crypto";
import { z } from "zod";
import type { EventSource } from "../spec.ts";
import { SyncError } from "../../../domain/errors.ts";
import { INGESTION_TIME, layoutOf, type Partitioning, rawLayout, unboundedTable } from "./partition.ts";
import type { TimeColumn } from "./timeColumn.ts";
import type { Operation } from "../errors.ts";
import { checkTable, type TableRef, tableText } from "../names.ts";
import { settingsOf } from "../options.ts";
import { type BigQueryCall, send } from "../rest.ts";

/** `type` is an old name (INTEGER, FLOAT, BOOLEAN, RECORD) or a new one. */
const rawField = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.string().optional(),
  policyTags: z.object({ names: z.array(z.string()).optional() }).optional(),
  get fields() {
    return z.array(rawField).optional();
  },
});
export const rawTable = rawLayout.extend({
  type: z.string().optional(),
  numRows: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  schema: z.object({ fields: z.array(rawField).optional() }).optional(),
  externalDataConfiguration: z.object({ connectionId: z.string().optional() }).optional(),
});
type RawTable = z.infer<typeof rawTable>;

export interface TableColumn {
  name: string;
  type: string;
  mode: "NULLABLE" | "REQUIRED" | "REPEATED";
  /** The fields of a STRUCT; empty for other types. */
  fields: TableColumn[];
  /** A policy tag protects it, or a field within it. */
  isTagged?: boolean;
}

export interface Mapping {
  event: string;
  user: string;
  timestamp: string;
  uuid: string;
}

export interface SourceTable {
  ref: TableRef;
  /** Those that are read. */
  columns: TableColumn[];
  /** Those that are not, because policy tags protect them. */
  leftOut: string[];
  /** The mapped columns and those that the event names: they cannot be left out. */
  needed: string[];
  mapping: Mapping;
  time: TimeColumn;
  /** Tells when rows reached the table. Null if the event names no such column. */
  arrival: TimeColumn | null;
  /** Ingestion time, if the table is partitioned by it. */
  ingestion: TimeColumn | null;
  partitioning: Partitioning | null;
  /** The size of the whole table. Null if it is not known. */
  bytes: number | null;
  /** Without those that are streamed and not yet stored. Null if it is not known. */
  rows: number | null;
  /** A hash of what a read session depends on. A session of another fingerprint cannot go on. */
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
  if (raw.type === "EXTERNAL" && raw.externalDataConfiguration?.connectionId === undefined) {
    throw unreadable(ref, "an external table without a connection");
  }
  const columns = columnsOf(raw);
  const { partitioning, bytes } = layoutOf(raw);
  const find = (name: string) => columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  const problems = [
    ...rolesOf(source).flatMap(([role, name, types]) => problemOf(role, name, types, find(name))),
    ...arrivalProblems(source, partitioning, find),
    ...(source.columns ?? [])
      .filter((name) => find(name) === undefined)
      .map((name) => `it has no column ${JSON.stringify(name)}, which the event's columns name`),
  ];
  if (problems.length > 0) {
    const problem = `The table ${tableText(ref)} does not fit the event: ${problems.join("; ")}.`;
    const remedy = "Change the table, or delete the event and add it again with columns that fit.";
    throw new SyncError("schema", `${problem} ${remedy}`);
  }
  const [event, user, timestamp, uuid] = rolesOf(source).map(([, name]) => find(name)?.name ?? name);
  const mapping = { event: event ?? "", user: user ?? "", timestamp: timestamp ?? "", uuid: uuid ?? "" };
  const zone = source.timeZone ?? null;
  const time = timeColumnOf(find(mapping.timestamp), mapping.timestamp, zone);
  const ingestion = ingestionOf(partitioning);
  const arrival = arrivalOf(source, ingestion, find);
  const rows = raw.numRows === undefined ? null : Number(raw.numRows);
  const chosen = source.columns;
  const needed = [...Object.values(mapping), ...(chosen ?? [])];
  const { wanted, leftOut } = chooseColumns(columns, Object.values(mapping), chosen);
  const layout = { time, arrival, ingestion, partitioning, bytes, rows };
  const table = withFingerprint({ ref, columns: wanted, leftOut, needed, mapping, ...layout, fingerprint: "" });
  refuseUnbounded(table);
  return table;
}

function withFingerprint(table: SourceTable): SourceTable {
  const { ref, mapping, columns, time, arrival } = table;
  const fingerprint = hash("sha256", JSON.stringify([ref, mapping, columns, time, arrival]), "hex").slice(0, 32);
  return { ...table, fingerprint };
}

/** Columns with policy tags are read only if the event names them. */
function chooseColumns(columns: TableColumn[], mapped: string[], chosen: string[] | undefined) {
  const isMapped = ({ name }: TableColumn) => mapped.includes(name);
  const names = chosen && new Set(chosen.map((name) => name.toLowerCase()));
  const wanted = columns.filter(
    (column) =>
      isMapped(column) || (names === undefined ? column.isTagged !== true : names.has(column.name.toLowerCase())),
  );
  const leftOut = names === undefined ? columns.filter((column) => !wanted.includes(column)) : [];
  return { wanted, leftOut: leftOut.map(({ name }) => name) };
}

/** The table without columns that the service refuses. Null if the event needs one of them. */
export function withoutColumns(table: SourceTable, refused: readonly string[]): SourceTable | null {
  const needed = new Set(table.needed.map((name) => name.toLowerCase()));
  if (refused.some((name) => needed.has(name.toLowerCase()))) return null;
  const columns = table.columns.filter(({ name }) => !refused.includes(name));
  return withFingerprint({ ...table, columns, leftOut: [...table.leftOut, ...refused] });
}

function rolesOf(source: EventSource): [role: string, name: string, types: string[]][] {
  return [
    ["event", source.eventFieldName, ["STRING"]],
    ["user id", source.userIdFieldName, ["STRING"]],
    ["timestamp", source.timestampFieldName, ["TIMESTAMP", "DATETIME"]],
    ["event UUID", source.eventUuidFieldName, ["STRING"]],
  ];
}

type FindColumn = (name: string) => TableColumn | undefined;

function arrivalProblems({ arrivalFieldName: name }: EventSource, by: Partitioning | null, find: FindColumn): string[] {
  if (name === undefined) return [];
  if (name !== INGESTION_TIME) return problemOf("arrival", name, ["TIMESTAMP", "DATETIME", "DATE"], find(name));
  return by?.column === INGESTION_TIME ? [] : [`it is not partitioned by ingestion time, the arrival field`];
}

function arrivalOf(
  { arrivalFieldName: name, timeZone }: EventSource,
  ingestion: TimeColumn | null,
  find: FindColumn,
): TimeColumn | null {
  if (name === undefined) return null;
  return name === INGESTION_TIME ? ingestion : timeColumnOf(find(name), name, timeZone ?? null);
}

function timeColumnOf(column: TableColumn | undefined, name: string, zone: string | null): TimeColumn {
  const type = column?.type === "DATETIME" || column?.type === "DATE" ? column.type : "TIMESTAMP";
  const mayBeNull = column?.mode !== "REQUIRED";
  return { name: column?.name ?? name, type, zone: type === "TIMESTAMP" ? null : zone, granularity: null, mayBeNull };
}

function ingestionOf(partitioning: Partitioning | null): TimeColumn | null {
  if (partitioning?.column !== INGESTION_TIME) return null;
  const { granularity } = partitioning;
  return { name: INGESTION_TIME, type: "TIMESTAMP", zone: null, granularity, mayBeNull: true };
}

/** A column that the event does not name has no bound that misses no row. */
function refuseUnbounded({ ref, time, arrival, ingestion, partitioning }: Omit<SourceTable, "fingerprint">): void {
  if (partitioning === null || !partitioning.isFilterRequired || ingestion !== null) return;
  const { column, granularity } = partitioning;
  if (column === time.name || column === arrival?.name) return;
  throw unboundedTable(ref, column, granularity);
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

function toColumn({ name, type, mode, policyTags, fields = [] }: z.infer<typeof rawField>): TableColumn {
  const inner = fields.map(toColumn);
  const isTagged = (policyTags?.names ?? []).length > 0 || inner.some((field) => field.isTagged === true);
  return {
    name,
    type: type.toUpperCase(),
    mode: mode === "REQUIRED" || mode === "REPEATED" ? mode : "NULLABLE",
    fields: inner,
    ...(isTagged && { isTagged }),
  };
}
