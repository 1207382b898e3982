// SQL and rows sent directly to the emulator, for the front itself, and for tests that prepare data and check it.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import type { Engine } from "./engine.ts";
import { GoogleError, type JobError, type Json, type TableName } from "./google.ts";
import type { QueryRows } from "./protocol.ts";

export interface Field {
  name: string;
  type: string;
  mode?: string;
  fields?: Field[];
}

const ROWS_MAX = 1_000_000;

/** Runs BigQuery SQL and returns plain rows. Throws the error that BigQuery would give. */
export async function runSql(engine: Engine, projectId: string, sql: string): Promise<QueryRows & { fields: Field[] }> {
  const { status, body } = await engine.call("POST", `${projectId}/queries`, {
    query: sql,
    useLegacySql: false,
    maxResults: ROWS_MAX,
  });
  const error = status === 200 ? (body["errors"] as JobError[] | undefined)?.[0] : (body["error"] as JobError);
  if (error !== undefined) throw new GoogleError(400, error.reason, error.message);
  const fields = ((body["schema"] as { fields?: Field[] } | undefined)?.fields ?? []).filter(({ name }) => name !== "");
  const rows = (body["rows"] as { f: { v: unknown }[] }[] | undefined) ?? [];
  const affected = body["numDmlAffectedRows"];
  return {
    fields,
    rows: rows.map((row) => record(fields, row)),
    dmlAffectedRows: typeof affected === "string" ? Number(affected) : null,
  };
}

function record(fields: readonly Field[], row: { f: { v: unknown }[] }): Record<string, unknown> {
  return Object.fromEntries(fields.map((field, i) => [field.name, plain(field, row.f[i]?.v ?? null)]));
}

function plain(field: Field, value: unknown): unknown {
  if (value === null) return null;
  if (field.mode === "REPEATED")
    return (value as { v: unknown }[]).map(({ v }) => plain({ ...field, mode: "NULLABLE" }, v));
  switch (field.type) {
    case "RECORD":
    case "STRUCT":
      return record(field.fields ?? [], value as { f: { v: unknown }[] });
    case "INTEGER":
    case "INT64":
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case "FLOAT":
    case "FLOAT64":
      return Number(value);
    case "BOOLEAN":
    case "BOOL":
      return value === "true" || value === true;
    case "TIMESTAMP":
      return timestamp(value as string);
    default:
      return value;
  }
}

/** Microseconds of the epoch as RFC 3339, with every digit. */
function timestamp(micros: string): string {
  const value = BigInt(micros);
  const second = value / 1_000_000n - (value % 1_000_000n < 0n ? 1n : 0n);
  const rest = (value - second * 1_000_000n).toString().padStart(6, "0");
  return `${new Date(Number(second) * 1_000).toISOString().slice(0, 19)}.${rest}Z`;
}

/** Appends rows to a table that exists, as a load of NDJSON would. */
export async function loadRows(engine: Engine, dir: string, table: TableName, rows: readonly Json[]): Promise<void> {
  const path = join(dir, `${randomUUID()}.json`);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  try {
    const { status, body } = await engine.call("POST", `${table.projectId}/jobs`, {
      configuration: {
        load: {
          destinationTable: table,
          sourceFormat: "NEWLINE_DELIMITED_JSON",
          sourceUris: [`file://${path}`],
          writeDisposition: "WRITE_APPEND",
          createDisposition: "CREATE_NEVER",
        },
      },
    });
    const error =
      status === 200
        ? (body["status"] as { errorResult?: JobError } | undefined)?.errorResult
        : (body["error"] as JobError | undefined);
    if (error !== undefined) throw new GoogleError(400, error.reason, error.message);
  } finally {
    rmSync(path, { force: true });
  }
}

export function fieldNamesDiffer(left: readonly Field[], right: readonly Field[]): boolean {
  const names = (fields: readonly Field[]) =>
    fields
      .map(({ name }) => name)
      .toSorted()
      .join("\n");
  return names(left) !== names(right);
}
