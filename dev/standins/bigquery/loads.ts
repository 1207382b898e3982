// Load jobs: the checks before a job, the destination table, and the load.
import { open, rename, rm } from "node:fs/promises";
import { fieldsOf } from "./catalog.ts";
import {
  GoogleError,
  invalid,
  notFound,
  tableText,
  textOf,
  type JobError,
  type Json,
  type TableName,
} from "./google.ts";
import { needOnDataset, needOnTable } from "./roles.ts";
import type { JobPlan, JobRequest, Media } from "./jobPlan.ts";
import { fieldNamesDiffer, type Field } from "./adminQueries.ts";

interface LoadConfiguration extends Json {
  destinationTable: TableName;
  schema?: { fields?: Field[] };
  sourceFormat?: string;
  writeDisposition?: string;
  createDisposition?: string;
  autodetect?: boolean;
  schemaUpdateOptions?: string[];
}

const SELF_DESCRIBING = new Set(["PARQUET", "AVRO", "ORC"]);
const FORMATS = new Set(["CSV", "NEWLINE_DELIMITED_JSON", ...SELF_DESCRIBING]);

export async function planLoad(request: JobRequest, configuration: Json, asked: string | null): Promise<JobPlan> {
  const { state, account, projectId, media } = request;
  const load = configuration["load"] as LoadConfiguration;
  const { datasetId, tableId } = load.destinationTable ?? {};
  if (datasetId === undefined || tableId === undefined)
    throw invalid("Required parameter is missing: destinationTable");
  const name: TableName = { projectId: load.destinationTable.projectId ?? projectId, datasetId, tableId };
  if (media === null) throw new GoogleError(501, "notImplemented", "The local BigQuery loads uploaded files only.");
  const format = load.sourceFormat ?? "CSV";
  if (!FORMATS.has(format)) throw invalid(`Invalid value for sourceFormat: ${format} is not a valid value`);
  const location = await placeOf(request, name, asked);
  const table = await state.catalog.table(name);
  if (table === null) needOnDataset(account, "bigquery.tables.create", name.projectId, datasetId);
  needOnTable(account, "bigquery.tables.updateData", name);
  if (table === null && load.createDisposition === "CREATE_NEVER") throw notFound(`Table ${tableText(name)}`);
  return {
    location,
    kind: "load",
    run: (emulatorId) => runLoad(request, configuration, load, name, emulatorId, media),
  };
}

async function placeOf({ state, account }: JobRequest, name: TableName, asked: string | null): Promise<string> {
  const { projectId, datasetId } = name;
  const dataset = await state.catalog.dataset(projectId, datasetId);
  if (dataset === null) {
    // A caller without rights must not learn that the dataset is missing.
    needOnDataset(account, "bigquery.tables.create", projectId, datasetId);
    throw notFound(`Dataset ${projectId}:${datasetId}`);
  }
  const location = textOf(dataset["location"], "US");
  if (asked !== null && asked.toLowerCase() !== location.toLowerCase())
    throw notFound(`Dataset ${projectId}:${datasetId} was not found in location ${asked}`);
  return location;
}

async function runLoad(
  { state, projectId }: JobRequest,
  configuration: Json,
  load: LoadConfiguration,
  name: TableName,
  emulatorId: string,
  media: Media,
): Promise<{ statistics: Json; error: JobError | null }> {
  let path = media.path;
  try {
    await prepareTable(state.catalog, load, name);
    path = await named(media.path, load.sourceFormat ?? "CSV");
    const append = load.writeDisposition !== "WRITE_TRUNCATE";
    const before = append && (await state.catalog.table(name)) !== null ? await state.catalog.count(name) : 0;
    const { status, body } = await state.engine.call("POST", `${projectId}/jobs`, {
      jobReference: { projectId, jobId: emulatorId },
      configuration: { ...configuration, load: { ...load, destinationTable: name, sourceUris: [`file://${path}`] } },
    });
    const error = loadError(status, body);
    if (error !== null) return { statistics: {}, error };
    const total = Number((body["statistics"] as { load?: { outputRows?: string } }).load?.outputRows ?? 0);
    const rows = total - before;
    await state.catalog.dropExpiredRows(name);
    const { counters } = state.project(projectId);
    counters.rowsLoaded += rows;
    counters.bytesLoaded += media.bytes;
    const bytes = String(media.bytes);
    const statistics = {
      inputFiles: "1",
      inputFileBytes: bytes,
      outputRows: String(rows),
      outputBytes: bytes,
      badRecords: "0",
    };
    return { statistics: { load: statistics }, error: null };
  } finally {
    await rm(path, { force: true });
    await rm(media.path, { force: true });
  }
}

function loadError(status: number, body: Json): JobError | null {
  if (status === 200) {
    const end = (body["status"] as { errorResult?: JobError }).errorResult;
    return end === undefined ? null : { reason: end.reason, message: end.message };
  }
  const error = body["error"] as { message?: string; errors?: { reason?: string }[] } | undefined;
  return { reason: error?.errors?.[0]?.reason ?? "invalid", message: error?.message ?? "unknown error" };
}

/** Creates the table, or replaces or extends its schema, as the job asks. */
async function prepareTable(
  catalog: JobRequest["state"]["catalog"],
  load: LoadConfiguration,
  name: TableName,
): Promise<void> {
  const fields = load.schema?.fields ?? [];
  const table = await catalog.table(name);
  const { projectId, datasetId, tableId } = name;
  if (table === null) {
    if (fields.length > 0)
      await catalog.insertTable(projectId, datasetId, { ...layoutOf(load), tableReference: name, schema: { fields } });
    else if (!SELF_DESCRIBING.has(load.sourceFormat ?? "CSV") && load.autodetect !== true)
      throw invalid("No schema specified on job or table.");
    return;
  }
  if (fields.length === 0 || !fieldNamesDiffer(fieldsOf(table), fields)) return;
  if (load.writeDisposition === "WRITE_TRUNCATE") {
    const { timePartitioning, clustering, labels, expirationTime, description } = table;
    await catalog.deleteTable(name);
    const kept = { timePartitioning, clustering, labels, expirationTime, description };
    await catalog.insertTable(projectId, datasetId, {
      ...kept,
      ...layoutOf(load),
      tableReference: { tableId },
      schema: { fields },
    });
    return;
  }
  const known = new Set(fieldsOf(table).map((field) => field.name));
  const added = fields.filter((field) => !known.has(field.name));
  if (added.length === 0) return;
  if (load.schemaUpdateOptions?.includes("ALLOW_FIELD_ADDITION") !== true)
    throw invalid(
      `Provided Schema does not match Table ${tableText(name)}. Cannot add fields (field: ${added[0]?.name})`,
    );
  await catalog.changeTable("PATCH", name, { schema: { fields: [...fieldsOf(table), ...added] } });
}

function layoutOf(load: LoadConfiguration): Json {
  const { timePartitioning, clustering, destinationTableProperties } = load;
  return {
    ...(destinationTableProperties as Json | undefined),
    ...(timePartitioning === undefined ? {} : { timePartitioning }),
    ...(clustering === undefined ? {} : { clustering }),
  };
}

/** Renames the file: BigQuery detects gzip by the first bytes, but the emulator by the name. */
async function named(path: string, format: string): Promise<string> {
  const file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0).finally(() => file.close());
  const isGzip = buffer[0] === 0x1f && buffer[1] === 0x8b;
  const suffix = format === "CSV" ? "csv" : format === "NEWLINE_DELIMITED_JSON" ? "json" : format.toLowerCase();
  const target = `${path}.${suffix}${isGzip ? ".gz" : ""}`;
  await rename(path, target);
  return target;
}
