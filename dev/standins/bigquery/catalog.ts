// Datasets and tables of the emulator, with what the emulator lacks: locations in answers, expirations, true row counts.
import type { Engine, EngineAnswer } from "./engine.ts";
import {
  alreadyExists,
  GoogleError,
  invalid,
  notFound,
  tableText,
  textOf,
  type Json,
  type TableName,
} from "./google.ts";
import { runSql, type Field } from "./adminQueries.ts";
import { expiredRows, withChange, withDefaults } from "./expirations.ts";
import { bytesPerRow, fromEngineTable, partitionsLeft, type Partitions, toEngineTable } from "./partitions.ts";

/** What survives a restart. */
export interface KeptCatalog {
  /** By table, in epoch milliseconds. */
  expirations: Record<string, number>;
  /** Default collations by dataset. */
  collations: Record<string, string>;
}

interface CatalogHooks {
  changed: () => void;
  /** Whether the project has no billing. */
  isSandbox: (projectId: string) => boolean;
}

export class Catalog {
  readonly #engine: Engine;
  readonly #expirations: Map<string, number>;
  readonly #collations: Map<string, string>;
  /** Integer ranges by table, which the emulator does not keep. */
  readonly #ranges = new Map<string, Json>();
  readonly #hooks: CatalogHooks;

  constructor(engine: Engine, { expirations, collations }: KeptCatalog, hooks: CatalogHooks) {
    this.#engine = engine;
    this.#expirations = new Map(Object.entries(expirations));
    this.#collations = new Map(Object.entries(collations));
    this.#hooks = hooks;
  }

  kept(): KeptCatalog {
    return { expirations: Object.fromEntries(this.#expirations), collations: Object.fromEntries(this.#collations) };
  }

  async dataset(projectId: string, datasetId: string): Promise<Json | null> {
    const { status, body } = await this.#engine.call("GET", `${projectId}/datasets/${datasetId}`);
    if (status !== 200) return null;
    const defaultCollation = this.#collations.get(`${projectId}:${datasetId}`);
    return { ...body, ...(defaultCollation === undefined ? {} : { defaultCollation }) };
  }

  /** The location of a dataset. Throws if there is no such dataset. */
  async locationOf(projectId: string, datasetId: string): Promise<string> {
    const dataset = await this.dataset(projectId, datasetId);
    if (dataset === null) throw notFound(`Dataset ${projectId}:${datasetId}`);
    return textOf(dataset["location"], "US");
  }

  async datasets(projectId: string): Promise<Json[]> {
    const { body } = await this.#engine.call("GET", `${projectId}/datasets?maxResults=100000`);
    return (body["datasets"] as Json[] | undefined) ?? [];
  }

  async insertDataset(projectId: string, body: Json): Promise<Json> {
    const reference = { projectId, ...(body["datasetReference"] as Json | undefined) } as { datasetId?: string };
    if (reference.datasetId === undefined) throw invalid("Dataset reference is missing.");
    const answer = await this.#engine.call("POST", `${projectId}/datasets`, {
      location: "US",
      ...body,
      datasetReference: reference,
    });
    if (answer.status === 409) throw alreadyExists(`Dataset ${projectId}:${reference.datasetId}`);
    accepted(answer);
    return await this.#keepCollation(projectId, reference.datasetId, body);
  }

  async changeDataset(method: "PATCH" | "PUT", projectId: string, datasetId: string, body: Json): Promise<Json> {
    await this.locationOf(projectId, datasetId);
    accepted(await this.#engine.call(method, `${projectId}/datasets/${datasetId}`, body));
    return await this.#keepCollation(projectId, datasetId, body);
  }

  async #keepCollation(projectId: string, datasetId: string, { defaultCollation }: Json): Promise<Json> {
    if (typeof defaultCollation === "string") {
      this.#collations.set(`${projectId}:${datasetId}`, defaultCollation);
      this.#hooks.changed();
    }
    return (await this.dataset(projectId, datasetId)) ?? {};
  }

  async deleteDataset(projectId: string, datasetId: string, deleteContents: boolean): Promise<void> {
    await this.locationOf(projectId, datasetId);
    if (!deleteContents && (await this.tables(projectId, datasetId)).length > 0)
      throw new GoogleError(400, "resourceInUse", `Dataset ${projectId}:${datasetId} is still in use`);
    accepted(await this.#engine.call("DELETE", `${projectId}/datasets/${datasetId}?deleteContents=true`));
    this.#collations.delete(`${projectId}:${datasetId}`);
  }

  /** Null if there is no such table, or if it has expired. */
  async table(name: TableName): Promise<Json | null> {
    await this.#expire(name);
    const { status, body } = await this.#engine.call("GET", pathOf(name));
    if (status !== 200) return null;
    const expiresAtMs = this.#expirations.get(tableText(name));
    const dataset = await this.dataset(name.projectId, name.datasetId);
    return {
      ...fromEngineTable(body),
      ...this.#ranges.get(tableText(name)),
      location: dataset?.["location"] ?? "US",
      ...(expiresAtMs === undefined ? {} : { expirationTime: String(expiresAtMs) }),
    };
  }

  /** The table with its current number of rows. */
  async countedTable(name: TableName): Promise<Json | null> {
    const table = await this.table(name);
    if (table?.["type"] !== "TABLE") return table;
    const rows = await this.count(name);
    return { ...table, numRows: String(rows), numBytes: String(rows * bytesPerRow(fieldsOf(table))) };
  }

  /** The bytes of these columns in the partitions that a filter leaves. */
  async scannedBytes(name: TableName, columns: Field[], restriction: string, of: Partitions | null): Promise<number> {
    const rows = await this.count(name, of === null ? "TRUE" : partitionsLeft(restriction, of));
    return rows * bytesPerRow(columns);
  }

  async count(name: TableName, where = "TRUE"): Promise<number> {
    const table = `\`${name.projectId}.${name.datasetId}.${name.tableId}\``;
    const sql = `SELECT COUNT(*) AS n FROM ${table} WHERE ${where}`;
    return Number((await runSql(this.#engine, name.projectId, sql)).rows[0]?.["n"] ?? 0);
  }

  async tables(projectId: string, datasetId: string): Promise<Json[]> {
    const list = `${projectId}/datasets/${datasetId}/tables?maxResults=1000000`;
    const of = async () => ((await this.#engine.call("GET", list)).body["tables"] as Json[] | undefined) ?? [];
    const tables = await of();
    const names = tables.map((table) => table["tableReference"] as TableName);
    const gone = await Promise.all(names.map((name) => this.#expire(name)));
    return gone.includes(true) ? await of() : tables;
  }

  async insertTable(projectId: string, datasetId: string, body: Json): Promise<Json> {
    const dataset = await this.dataset(projectId, datasetId);
    if (dataset === null) throw notFound(`Dataset ${projectId}:${datasetId}`);
    const reference = body["tableReference"] as { tableId?: string } | undefined;
    if (reference?.tableId === undefined) throw invalid("Table reference is missing.");
    const name = { projectId, datasetId, tableId: reference.tableId };
    await this.#expire(name);
    if (typeof body["view"] === "object" && body["view"] !== null) return await this.#insertView(name, body);
    const made = withDefaults(dataset, body, this.#hooks.isSandbox(projectId));
    const answer = await this.#engine.call("POST", `${projectId}/datasets/${datasetId}/tables`, {
      ...toEngineTable(made),
      tableReference: name,
    });
    if (answer.status === 409) throw alreadyExists(`Table ${tableText(name)}`);
    accepted(answer);
    const { rangePartitioning, requirePartitionFilter = false } = body;
    this.#ranges.delete(tableText(name));
    if (rangePartitioning !== undefined) {
      this.#ranges.set(tableText(name), { rangePartitioning, requirePartitionFilter });
    }
    this.#setExpiration(name, made["expirationTime"] ?? null);
    return await this.#present(name);
  }

  /** Adds new columns to the rows too, which the emulator does not do. */
  async changeTable(method: "PATCH" | "PUT", name: TableName, body: Json): Promise<Json> {
    const table = await this.#present(name);
    const before = fieldsOf(table);
    const after = fieldsOf(body);
    const kept = new Set(after.map((field) => field.name));
    const lost = after.length === 0 ? undefined : before.find((field) => !kept.has(field.name));
    if (lost !== undefined)
      throw invalid(
        `Provided Schema does not match Table ${tableText(name)}. Field ${lost.name} is missing in new schema`,
      );
    await this.#addColumns(name, before, after);
    const changed = withChange(method === "PATCH" ? table : {}, body, this.#hooks.isSandbox(name.projectId));
    accepted(await this.#engine.call(method, pathOf(name), changed));
    if (changed["expirationTime"] !== undefined || method === "PUT")
      this.#setExpiration(name, changed["expirationTime"] ?? null);
    await this.dropExpiredRows(name);
    return await this.#present(name);
  }

  async deleteTable(name: TableName): Promise<void> {
    const table = await this.#present(name);
    if (table["type"] === "VIEW") {
      await runSql(this.#engine, name.projectId, `DROP VIEW \`${name.projectId}.${name.datasetId}.${name.tableId}\``);
    } else {
      accepted(await this.#engine.call("DELETE", pathOf(name)));
    }
    this.#setExpiration(name, null);
  }

  /** Rows are gone with their partition, at the latest when the next ones come. */
  async dropExpiredRows(name: TableName): Promise<void> {
    const table = await this.table(name);
    const condition = table === null ? null : expiredRows(table, Date.now());
    if (condition === null) return;
    const sql = `DELETE FROM \`${name.projectId}.${name.datasetId}.${name.tableId}\` WHERE ${condition}`;
    await runSql(this.#engine, name.projectId, sql);
  }

  /** Updates the metadata to the columns of the rows, after `ALTER TABLE`. */
  async refreshSchema(name: TableName): Promise<void> {
    const table = await this.table(name);
    if (table === null) return;
    const sql = `SELECT * FROM \`${name.projectId}.${name.datasetId}.${name.tableId}\` LIMIT 0`;
    const known = new Map(fieldsOf(table).map((field) => [field.name, field]));
    const { fields } = await runSql(this.#engine, name.projectId, sql);
    const schema = { fields: fields.map((field) => known.get(field.name) ?? field) };
    accepted(await this.#engine.call("PATCH", pathOf(name), { schema }));
  }

  async #insertView(name: TableName, body: Json): Promise<Json> {
    if ((await this.table(name)) !== null) throw alreadyExists(`Table ${tableText(name)}`);
    const { query } = body["view"] as { query: string };
    const sql = `CREATE VIEW \`${name.projectId}.${name.datasetId}.${name.tableId}\` AS ${query}`;
    await runSql(this.#engine, name.projectId, sql);
    return await this.#present(name);
  }

  async #addColumns(name: TableName, before: readonly Field[], after: readonly Field[]): Promise<void> {
    const known = new Set(before.map((field) => field.name));
    const added = after.filter((field) => !known.has(field.name));
    const required = added.find(({ mode }) => mode === "REQUIRED");
    if (required !== undefined)
      throw invalid(
        `Provided Schema does not match Table ${tableText(name)}. Cannot add required fields to an existing schema. (field: ${required.name})`,
      );
    for (const field of added) {
      const table = `\`${name.projectId}.${name.datasetId}.${name.tableId}\``;
      const sql = `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS \`${field.name}\` ${sqlType(field)}`;
      await runSql(this.#engine, name.projectId, sql);
    }
  }

  async #present(name: TableName): Promise<Json> {
    const table = await this.table(name);
    if (table === null) throw notFound(`Table ${tableText(name)}`);
    return table;
  }

  /** Deletes a table that has expired. Returns true if it did. */
  async #expire(name: TableName): Promise<boolean> {
    const expiresAtMs = this.#expirations.get(tableText(name));
    if (expiresAtMs === undefined || expiresAtMs > Date.now()) return false;
    this.#setExpiration(name, null);
    await this.#engine.call("DELETE", pathOf(name));
    return true;
  }

  #setExpiration(name: TableName, value: unknown): void {
    const key = tableText(name);
    if (value === null && !this.#expirations.has(key)) return;
    if (value === null) this.#expirations.delete(key);
    else this.#expirations.set(key, Number(value));
    this.#hooks.changed();
  }
}

function pathOf({ projectId, datasetId, tableId }: TableName): string {
  return `${projectId}/datasets/${datasetId}/tables/${tableId}`;
}

function accepted({ status, body }: EngineAnswer): Json {
  if (status < 300) return body;
  const error = body["error"] as { message?: string; errors?: { reason?: string }[] } | undefined;
  throw new GoogleError(status, error?.errors?.[0]?.reason ?? "internalError", error?.message ?? "unknown error");
}

export function fieldsOf(table: Json): Field[] {
  return (table["schema"] as { fields?: Field[] } | undefined)?.fields ?? [];
}

const SQL_TYPES: Record<string, string> = { INTEGER: "INT64", FLOAT: "FLOAT64", BOOLEAN: "BOOL" };

function sqlType(field: Field): string {
  const inner =
    field.type === "RECORD" || field.type === "STRUCT"
      ? `STRUCT<${(field.fields ?? []).map((each) => `${each.name} ${sqlType(each)}`).join(", ")}>`
      : (SQL_TYPES[field.type] ?? field.type);
  return field.mode === "REPEATED" ? `ARRAY<${inner}>` : inner;
}
