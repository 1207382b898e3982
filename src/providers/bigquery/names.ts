// Names and values inside SQL and row restrictions: checked first, then quoted, so that none can end its quotes.
import { keeps } from "../provider.ts";
import { COLUMN, DATASET, PROJECT, TABLE } from "./nameRules.ts";
import { SyncError } from "../../domain/errors.ts";

export interface TableRef {
  projectId: string;
  datasetId: string;
  tableId: string;
}

const MAX_QUOTED_CHARS = 80;
const DATE_CHARS = 10;
/** BigQuery's limit for a query's text is 1 MB. Names and ids are far shorter than this. */
const MAX_LITERAL_CHARS = 16_384;
// The years 1 to 9999.
const MIN_TIMESTAMP_MS = -62_135_596_800_000;
const MAX_TIMESTAMP_MS = 253_402_300_799_999;
const LONE_SURROGATE = /\p{Cs}/u;

export function checkTable({ projectId, datasetId, tableId }: TableRef): void {
  if (!keeps(PROJECT, projectId)) throw invalidName("project id", projectId);
  checkDataset(datasetId);
  if (!keeps(TABLE, tableId)) throw invalidName("table name", tableId);
}

export function checkDataset(datasetId: string): void {
  if (!keeps(DATASET, datasetId)) throw invalidName("dataset name", datasetId);
}

/** `` `project`.`dataset`.`table` `` */
export function tableSql(table: TableRef): string {
  checkTable(table);
  return `${backticked(table.projectId)}.${backticked(table.datasetId)}.${backticked(table.tableId)}`;
}

/** `` `project`.`dataset` `` */
export function datasetSql({ projectId, datasetId }: Pick<TableRef, "projectId" | "datasetId">): string {
  if (!keeps(PROJECT, projectId)) throw invalidName("project id", projectId);
  checkDataset(datasetId);
  return `${backticked(projectId)}.${backticked(datasetId)}`;
}

/** `` `column` `` */
export function columnSql(name: string): string {
  if (!keeps(COLUMN, name)) throw invalidName("column name", name);
  return backticked(name);
}

/** Escapes all characters that could end the literal. */
export function stringSql(text: string): string {
  if (text.length > MAX_LITERAL_CHARS || LONE_SURROGATE.test(text)) throw invalidName("text", text);
  return `'${text.replaceAll(/['\\\p{Cc}\u2028\u2029]/gu, escaped)}'`;
}

/** A literal, because BigQuery prunes partitions by constants only. */
export function timestampSql(epochMs: number): string {
  return `TIMESTAMP '${wallTime(epochMs)}+00:00'`;
}

export function datetimeSql(epochMs: number): string {
  return `DATETIME '${wallTime(epochMs)}'`;
}

export function dateSql(epochMs: number): string {
  return `DATE '${wallTime(epochMs).slice(0, DATE_CHARS)}'`;
}

/** The project in the address of a service account; null for accounts of Google's own, which name a number or none. */
export function projectOfAccount(email: string): string | null {
  const [, appEngine] = /^([^@]+)@appspot[.]gserviceaccount[.]com$/.exec(email) ?? [];
  if (appEngine !== undefined) return appEngine;
  const [, project, domain] = /@([a-z0-9-]+)(?:[.]([a-z0-9.-]+))?[.]iam[.]gserviceaccount[.]com$/.exec(email) ?? [];
  if (project === undefined) return null;
  return domain === undefined ? project : `${domain}:${project}`;
}

/** `dataset.table` for messages. */
export function tableText({ datasetId, tableId }: TableRef): string {
  return `${shorten(datasetId)}.${shorten(tableId)}`;
}

/** At most 63 lower-case letters, digits, `_` and `-`. Different ids may get the same label. */
export function labelValue(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "-")
    .slice(0, 63);
}

function wallTime(epochMs: number): string {
  if (!(epochMs >= MIN_TIMESTAMP_MS && epochMs <= MAX_TIMESTAMP_MS)) {
    throw new SyncError("bug", "A time is outside of the range of TIMESTAMP. Report this.");
  }
  return new Date(Math.trunc(epochMs)).toISOString().slice(0, -1).replace("T", " ");
}

function backticked(name: string): string {
  return `\`${name}\``;
}

function escaped(char: string): string {
  if (char === "\\" || char === "'") return `\\${char}`;
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function invalidName(what: string, text: string): SyncError {
  return new SyncError("schema", `${JSON.stringify(shorten(text))} is not a valid ${what} of BigQuery. Correct it.`);
}

function shorten(text: string): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, "?");
  return clean.length > MAX_QUOTED_CHARS ? `${clean.slice(0, MAX_QUOTED_CHARS)}…` : clean;
}
