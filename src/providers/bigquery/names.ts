// Names and values of BigQuery inside SQL and row restrictions: checked first, then quoted, so that nothing ends its quotes.
import { keeps } from "../provider.ts";
import { COLUMN, DATASET, PROJECT, TABLE } from "./nameRules.ts";
import { SyncError } from "../../domain/errors.ts";

export interface TableRef {
  projectId: string;
  datasetId: string;
  tableId: string;
}

const MAX_QUOTED_CHARS = 80;
/** BigQuery's own limit of a query's text is 1 MB; no name or id of ours comes near this. */
const MAX_LITERAL_CHARS = 16_384;
/** TIMESTAMP goes from year 1 to 9999. */
const MIN_TIMESTAMP_MS = -62_135_596_800_000;
const MAX_TIMESTAMP_MS = 253_402_300_799_999;
const LONE_SURROGATE = /\p{Cs}/u;

/** Throws `schema` unless each part is a name that BigQuery can have. */
export function checkTable({ projectId, datasetId, tableId }: TableRef): void {
  if (!keeps(PROJECT, projectId)) throw refused("project id", projectId);
  checkDataset(datasetId);
  if (!keeps(TABLE, tableId)) throw refused("table name", tableId);
}

export function checkDataset(datasetId: string): void {
  if (!keeps(DATASET, datasetId)) throw refused("dataset name", datasetId);
}

/** `` `project`.`dataset`.`table` `` */
export function tableSql(table: TableRef): string {
  checkTable(table);
  return `${ticked(table.projectId)}.${ticked(table.datasetId)}.${ticked(table.tableId)}`;
}

/** `` `column` `` */
export function columnSql(name: string): string {
  if (!keeps(COLUMN, name)) throw refused("column name", name);
  return ticked(name);
}

/** A string literal of GoogleSQL: any text, of which nothing is left that could end the literal. */
export function stringSql(text: string): string {
  if (text.length > MAX_LITERAL_CHARS || LONE_SURROGATE.test(text)) throw refused("text", text);
  return `'${text.replaceAll(/['\\\p{Cc}\u2028\u2029]/gu, escaped)}'`;
}

/** A TIMESTAMP literal with milliseconds: a constant, as the pruning of partitions needs it. */
export function timestampSql(epochMs: number): string {
  return `TIMESTAMP '${wallTime(epochMs)}+00:00'`;
}

/** The same instant as a DATETIME in UTC. */
export function datetimeSql(epochMs: number): string {
  return `DATETIME '${wallTime(epochMs)}'`;
}

/** `dataset.table` for messages. */
export function tableText({ datasetId, tableId }: TableRef): string {
  return `${shown(datasetId)}.${shown(tableId)}`;
}

/** At most 63 of: lower-case letters, digits, `_` and `-`. Two ids that are told apart by nothing else get the same label. */
export function labelValue(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "-")
    .slice(0, 63);
}

function wallTime(epochMs: number): string {
  if (!(epochMs >= MIN_TIMESTAMP_MS && epochMs <= MAX_TIMESTAMP_MS)) {
    throw new SyncError("bug", "A time lies outside of what a TIMESTAMP can be.");
  }
  return new Date(Math.trunc(epochMs)).toISOString().slice(0, -1).replace("T", " ");
}

function ticked(name: string): string {
  return `\`${name}\``;
}

function escaped(char: string): string {
  if (char === "\\" || char === "'") return `\\${char}`;
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function refused(what: string, text: string): SyncError {
  return new SyncError("schema", `${JSON.stringify(shown(text))} is no ${what} that BigQuery can have. Correct it.`);
}

function shown(text: string): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, "?");
  return clean.length > MAX_QUOTED_CHARS ? `${clean.slice(0, MAX_QUOTED_CHARS)}…` : clean;
}
