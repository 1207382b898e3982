// Expirations and collations of tables as the service decides them: defaults of the dataset, limits of the sandbox.
import type { Field } from "./adminQueries.ts";
import { GoogleError, textOf, type Json } from "./google.ts";

const DAY_MS = 86_400_000;
/** https://cloud.google.com/bigquery/docs/sandbox#limits */
const SANDBOX_MS = 60 * DAY_MS;
const NO_BILLING =
  "Billing has not been enabled for this project. Enable billing at https://console.cloud.google.com/billing.";

export interface Partitioning extends Json {
  type?: string;
  field?: string;
  expirationMs?: string | null;
  requirePartitionFilter?: boolean;
}

const positive = (value: unknown): number | null => (Number(value ?? 0) > 0 ? Number(value) : null);

/**
 * What is made of the resource of a new table. A null stands for nothing: the default is taken. The default expiration
 * of partitions replaces that of tables.
 */
export function withDefaults(dataset: Json, body: Json, isSandbox: boolean): Json {
  const given = body["timePartitioning"] as Partitioning | undefined;
  const defaultKeepMs = positive(dataset["defaultPartitionExpirationMs"]) ?? (isSandbox ? SANDBOX_MS : null);
  const defaultLifeMs = positive(dataset["defaultTableExpirationMs"]) ?? (isSandbox ? SANDBOX_MS : null);
  const hasDefaultKeep = given !== undefined && defaultKeepMs !== null;
  const expiresAtMs =
    positive(body["expirationTime"]) ?? (hasDefaultKeep || defaultLifeMs === null ? null : Date.now() + defaultLifeMs);
  const keepMs = given === undefined ? null : (positive(given.expirationMs) ?? defaultKeepMs);
  if (isSandbox) refuseInSandbox(expiresAtMs, keepMs);
  return {
    ...body,
    expirationTime: expiresAtMs === null ? null : String(expiresAtMs),
    ...(given === undefined ? {} : { timePartitioning: partitioningOf(given, keepMs, body) }),
    ...collated(body, textOf(body["defaultCollation"], textOf(dataset["defaultCollation"], ""))),
  };
}

/** What is made of a change. A null lifts an expiration; without billing it becomes 60 days again. */
export function withChange(table: Json, body: Json, isSandbox: boolean): Json {
  const before = table["timePartitioning"] as Partitioning | undefined;
  const changed = body["timePartitioning"] as Partitioning | undefined;
  const isLifted = body["expirationTime"] === null;
  const expiresAtMs = isLifted && isSandbox && before === undefined ? Date.now() + SANDBOX_MS : body["expirationTime"];
  const result: Json = expiresAtMs === undefined ? { ...body } : { ...body, expirationTime: expiresAtMs };
  const merged = { ...before, ...changed };
  const keepMs = positive(merged.expirationMs) ?? (isSandbox && before !== undefined ? SANDBOX_MS : null);
  if (isSandbox) refuseInSandbox(positive(expiresAtMs), keepMs);
  if (changed !== undefined) result["timePartitioning"] = partitioningOf(merged, keepMs, body);
  return result;
}

function partitioningOf(given: Partitioning, keepMs: number | null, body: Json): Partitioning {
  const { expirationMs: _expirationMs, ...rest } = given;
  const isRequired = body["requirePartitionFilter"] === true || given.requirePartitionFilter === true;
  return {
    ...rest,
    ...(keepMs === null ? {} : { expirationMs: String(keepMs) }),
    ...(isRequired ? { requirePartitionFilter: true } : {}),
  };
}

function collated(body: Json, byDefault: string): Json {
  const fields = (body["schema"] as { fields?: (Field & { collation?: string })[] } | undefined)?.fields;
  if (fields === undefined) return {};
  const withCollation = fields.map((field) => {
    const { collation = byDefault, ...rest } = field;
    return field.type === "STRING" && collation !== "" ? { ...rest, collation } : rest;
  });
  return { schema: { fields: withCollation } };
}

function refuseInSandbox(expiresAtMs: number | null, keepMs: number | null): void {
  if (expiresAtMs !== null && expiresAtMs - Date.now() > SANDBOX_MS) throw sandbox("Table");
  if (keepMs !== null && keepMs > SANDBOX_MS) throw sandbox("Partition");
}

function sandbox(what: string): GoogleError {
  const limit = `${what} expiration time must be less than 60 days while in sandbox mode.`;
  return new GoogleError(403, "billingNotEnabled", `${NO_BILLING} ${limit}`);
}

/** The refusal of DML in a project without billing. */
export const NO_DML = {
  reason: "billingNotEnabled",
  message: `${NO_BILLING} DML queries are not allowed in the free tier. Set up a billing account to remove this restriction.`,
};

/** SQL that selects the rows whose partition has expired; null if none can. */
export function expiredRows(table: Json, nowMs: number): string | null {
  const partitioning = table["timePartitioning"] as Partitioning | undefined;
  const keepMs = positive(partitioning?.expirationMs);
  if (keepMs === null || partitioning?.field === undefined) return null;
  const start = `TIMESTAMP_TRUNC(TIMESTAMP(\`${partitioning.field}\`), ${partitioning.type ?? "DAY"})`;
  return `${start} <= TIMESTAMP '${new Date(nowMs - keepMs).toISOString().slice(0, -1).replace("T", " ")}+00:00'`;
}

/** Refuses a statement that reads a table without the filter that the table requires. */
export function filterMissing(table: Json, tableName: string, sql: string): { reason: string; message: string } | null {
  const partitioning = table["timePartitioning"] as Partitioning | undefined;
  if (table["requirePartitionFilter"] !== true && partitioning?.requirePartitionFilter !== true) return null;
  const range = table["rangePartitioning"] as { field?: string } | undefined;
  const field = partitioning?.field ?? range?.field;
  const columns = field === undefined ? ["_PARTITION_LOAD_TIME", "_PARTITIONDATE", "_PARTITIONTIME"] : [field];
  const compared = columns.map((column) => new RegExp(`\\b${column}\\b\`?\\s*(?:>=|<=|=|<|>|IS|IN|BETWEEN)`, "i"));
  if (compared.some((pattern) => pattern.test(sql))) return null;
  const message =
    `Cannot query over table '${tableName}' without a filter over column(s) ` +
    `${columns.map((column) => `'${column}'`).join(", ")} that can be used for partition elimination`;
  return { reason: "invalidQuery", message };
}
