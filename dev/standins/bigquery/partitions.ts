// Partitions of tables, which the emulator lacks: ingestion time, required filters, and how many bytes a filter leaves.
import { status } from "@grpc/grpc-js";
import type { Field } from "./adminQueries.ts";
import { requestFailed } from "./grpcError.ts";
import { tableText, type Json, type TableName } from "./google.ts";

/** The pseudocolumn is a column with this name in the emulator, which knows no ingestion time. */
export const INGESTION_COLUMN = "partition_time_of_the_front";
const PSEUDO_COLUMN = "_PARTITIONTIME";
const PSEUDO_COLUMNS = ["_PARTITION_LOAD_TIME", "_PARTITIONDATE", "_PARTITIONTIME"];

interface TimePartitioning {
  type?: string;
  field?: string;
  requirePartitionFilter?: boolean;
}

export interface Partitions {
  /** The column in the emulator. */
  column: string;
  isIngestion: boolean;
  /** HOUR, DAY, MONTH or YEAR; null for ranges of integers. */
  granularity: string | null;
  isFilterRequired: boolean;
}

/** `table` as the REST API shows it. */
export function partitionsOf(table: Json): Partitions | null {
  const time = table["timePartitioning"] as TimePartitioning | undefined;
  const range = table["rangePartitioning"] as { field?: string } | undefined;
  const isFilterRequired = table["requirePartitionFilter"] === true;
  if (range?.field !== undefined) {
    return { column: range.field, isIngestion: false, granularity: null, isFilterRequired };
  }
  if (time === undefined) return null;
  const column = time.field ?? INGESTION_COLUMN;
  return { column, isIngestion: time.field === undefined, granularity: time.type ?? "DAY", isFilterRequired };
}

/** What the emulator is told of a new table. */
export function toEngineTable(table: Json): Json {
  const time = table["timePartitioning"] as TimePartitioning | undefined;
  if (time === undefined) return table;
  const requirePartitionFilter = table["requirePartitionFilter"] ?? time.requirePartitionFilter ?? false;
  const schema = (table["schema"] ?? {}) as { fields?: Field[] };
  const fields = [...(schema.fields ?? []), { name: INGESTION_COLUMN, type: "TIMESTAMP" }];
  return {
    ...table,
    ...(time.field === undefined && schema.fields !== undefined ? { schema: { fields } } : {}),
    timePartitioning: { ...time, requirePartitionFilter },
  };
}

/** The reverse, of the emulator's answer. */
export function fromEngineTable(table: Json): Json {
  const time = table["timePartitioning"] as TimePartitioning | undefined;
  const schema = table["schema"] as { fields?: Field[] } | undefined;
  if (time === undefined) return table;
  const fields = (schema?.fields ?? []).filter(({ name }) => name !== INGESTION_COLUMN);
  return {
    ...table,
    ...(schema === undefined ? {} : { schema: { ...schema, fields } }),
    ...(time.requirePartitionFilter === true ? { requirePartitionFilter: true } : {}),
  };
}

/** `_PARTITIONTIME` of a row may be given; null is the streaming buffer. Otherwise the row arrives now. */
export function withIngestionTime(row: Json, { granularity }: Partitions): Json {
  const { [PSEUDO_COLUMN]: given, ...rest } = row;
  if (given === null) return rest;
  const arrivedMs = typeof given === "string" ? Date.parse(given) : Date.now();
  return { ...rest, [INGESTION_COLUMN]: new Date(partitionStart(arrivedMs, granularity)).toISOString() };
}

/** The filter as the emulator understands it. Throws if the table requires a filter that is not there. */
export function engineRestriction(restriction: string, partitions: Partitions | null, name: TableName): string {
  if (partitions === null) return restriction;
  const { isIngestion, isFilterRequired, column } = partitions;
  const names = isIngestion ? PSEUDO_COLUMNS : [column];
  if (isFilterRequired && !names.some((one) => comparisonsOf(restriction, one).length > 0)) {
    const text = tableText(name).replace(":", ".");
    const columns = names.map((one) => `'${one}'`).join(", ");
    throw requestFailed(
      status.INVALID_ARGUMENT,
      `Query error: Cannot query over table '${text}' without a filter over column(s) ${columns} that can be used for ` +
        "partition elimination",
    );
  }
  return isIngestion ? restriction.replaceAll(/`?\b_PARTITIONTIME\b`?/g, INGESTION_COLUMN) : restriction;
}

/** SQL that selects the rows of the partitions that the filter leaves. Rows without a partition are never left out. */
export function partitionsLeft(restriction: string, { column, granularity }: Partitions): string {
  const bounds = comparisonsOf(restriction, column).flatMap(({ operator, type, text }) => {
    if (granularity === null || text === null) return [];
    const ms = Date.parse(`${text.replace(/[+]00(?::?00)?$/, "").replace(" ", "T")}${text.length > 10 ? "Z" : ""}`);
    const startMs = partitionStart(ms, granularity);
    const isLower = operator.startsWith(">") || operator === "=";
    const isUpper = operator.startsWith("<") || operator === "=";
    const nextMs = operator === "<" && startMs === ms ? startMs : partitionEnd(startMs, granularity);
    const literal = (at: number) => `${type} '${new Date(at).toISOString().slice(0, type === "DATE" ? 10 : 19)}'`;
    return [
      ...(isLower ? [`\`${column}\` >= ${literal(startMs)}`] : []),
      ...(isUpper ? [`\`${column}\` < ${literal(nextMs)}`] : []),
    ];
  });
  return bounds.length === 0 ? "TRUE" : `(\`${column}\` IS NULL OR (${bounds.join(" AND ")}))`;
}

/** Comparisons with literals; `IS NULL` too, without one. */
function comparisonsOf(restriction: string, column: string) {
  const name = column.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const literal = String.raw`(?:(TIMESTAMP|DATETIME|DATE)?\s*'([^']*)'|[-0-9.]+)`;
  const pattern = new RegExp(String.raw`(?:\`${name}\`|\b${name}\b)\s*(?:(>=|<=|>|<|=)\s*${literal}|IS\s+NULL)`, "gi");
  return [...restriction.matchAll(pattern)].map(([, operator = "", type = "TIMESTAMP", text = null]) => {
    return { operator, type: type.toUpperCase(), text };
  });
}

function partitionStart(ms: number, granularity: string | null): number {
  const date = new Date(ms);
  if (granularity === "HOUR") return date.setUTCMinutes(0, 0, 0);
  if (granularity === "MONTH") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  if (granularity === "YEAR") return Date.UTC(date.getUTCFullYear(), 0);
  return date.setUTCHours(0, 0, 0, 0);
}

function partitionEnd(startMs: number, granularity: string): number {
  const date = new Date(startMs);
  if (granularity === "HOUR") return startMs + 3_600_000;
  if (granularity === "MONTH") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  if (granularity === "YEAR") return Date.UTC(date.getUTCFullYear() + 1, 0);
  return startMs + 86_400_000;
}

const BYTES: Record<string, number> = {
  BOOLEAN: 1,
  BOOL: 1,
  NUMERIC: 16,
  BIGNUMERIC: 32,
  STRING: 20,
  BYTES: 20,
  JSON: 50,
};

/** A row counts as much as its types do, whatever it holds. */
export function bytesPerRow(fields: readonly Field[]): number {
  return fields.reduce((sum, { type, mode, fields: inner = [] }) => {
    const one = inner.length > 0 ? bytesPerRow(inner) : (BYTES[type] ?? 8);
    return sum + (mode === "REPEATED" ? 3 * one : one);
  }, 0);
}
