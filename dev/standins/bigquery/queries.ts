// Query jobs: rights and locations of the tables in the SQL, the query, and its results in pages.
import { fieldsOf } from "./catalog.ts";
import { filterMissing, NO_DML } from "./expirations.ts";
import { GoogleError, invalid, notFound, textOf, type JobError, type Json, type TableName } from "./google.ts";
import type { Job } from "./job.ts";
import type { JobPlan, JobRequest } from "./jobPlan.ts";
import { holds, needOnDataset, needOnTable, needToQuery, type Principal } from "./roles.ts";
import { namedTables, type NamedTables } from "./sqlTables.ts";
import type { EmulatorState } from "./emulatorState.ts";

interface QueryConfiguration extends Json {
  query: string;
  defaultDataset?: Partial<TableName>;
  destinationTable?: TableName;
}

export async function planQuery(request: JobRequest, configuration: Json, asked: string | null): Promise<JobPlan> {
  const { account, projectId } = request;
  const query = configuration["query"] as QueryConfiguration;
  if (typeof query.query !== "string" || query.query.trim() === "")
    throw invalid("Required parameter is missing: query");
  if (query.destinationTable !== undefined)
    throw new GoogleError(
      501,
      "notImplemented",
      "The local BigQuery has no destination tables; use CREATE TABLE … AS.",
    );
  const named = namedTables(query.query, projectId, query.defaultDataset ?? null);
  const location = await placeOf(request.state, account, named, asked);
  return {
    location,
    kind: `query:${/^\s*(\w+)/.exec(query.query)?.[1]?.toUpperCase() ?? ""}`,
    run: async (emulatorId) => {
      checkRights(account, named);
      const refusal = await checkTables(request, named, location, query.query);
      if (refusal !== null) return { statistics: { query: {} }, error: refusal };
      return await runQuery(request, configuration, query, named, location, emulatorId);
    },
  };
}

/** The requested location, or that of the tables. */
async function placeOf(
  state: EmulatorState,
  account: Principal,
  named: NamedTables,
  asked: string | null,
): Promise<string> {
  const places = new Set<string>();
  for (const { projectId, datasetId } of [...named.changed, ...named.read]) {
    const dataset = await state.catalog.dataset(projectId, datasetId);
    if (dataset !== null && holds(account, "bigquery.tables.getData", projectId, datasetId))
      places.add(textOf(dataset["location"], "US"));
  }
  return asked ?? [...places][0] ?? "US";
}

function checkRights(account: Principal, { changed, read, permission }: NamedTables): void {
  for (const table of changed) {
    if (permission === "bigquery.tables.create") needOnDataset(account, permission, table.projectId, table.datasetId);
    else needOnTable(account, permission, table);
  }
  for (const table of read) needToQuery(account, table);
}

async function checkTables(
  { state, projectId, body }: JobRequest,
  { changed, read, permission }: NamedTables,
  location: string,
  sql: string,
): Promise<JobError | null> {
  const { catalog } = state;
  const isDry = (body["configuration"] as Json | undefined)?.["dryRun"] === true;
  const isDml = changed.length > 0 && permission === "bigquery.tables.updateData";
  if (isDml && !isDry && state.project(projectId).settings.isSandbox) return NO_DML;
  const made = permission === "bigquery.tables.create";
  for (const table of [...changed, ...read]) {
    const { projectId: owner, datasetId, tableId } = table;
    const dataset = await catalog.dataset(owner, datasetId);
    const place = textOf(dataset?.["location"], "US");
    if (dataset === null || place.toLowerCase() !== location.toLowerCase())
      throw notFound(`Dataset ${owner}:${datasetId} was not found in location ${location}`);
    if (tableId.endsWith("*") || (made && changed.includes(table))) continue;
    if (permission === "bigquery.tables.delete" && changed.includes(table)) continue;
    const found = await catalog.table(table);
    if (found === null) throw notFound(`Table ${owner}:${datasetId}.${tableId} was not found in location ${location}`);
    const missing = filterMissing(found, `${owner}.${datasetId}.${tableId}`, sql);
    if (missing !== null) return missing;
  }
  return null;
}

async function runQuery(
  { state, projectId }: JobRequest,
  configuration: Json,
  query: QueryConfiguration,
  named: NamedTables,
  location: string,
  emulatorId: string,
): Promise<{ statistics: Json; error: JobError | null }> {
  const target = named.changed[0];
  const isDry = configuration["dryRun"] === true;
  const isMerge = !isDry && target !== undefined && /^\s*MERGE\b/i.test(query.query);
  const before = isMerge ? await state.catalog.count(target) : 0;
  const { status, body } = await state.engine.call("POST", `${projectId}/jobs`, {
    jobReference: { projectId, jobId: emulatorId },
    configuration: { ...configuration, query: { useLegacySql: false, ...query } },
  });
  const error = queryError(status, body, location);
  if (error !== null) return { statistics: { query: {} }, error };
  const statistics: Json = (body["statistics"] as { query?: Json } | undefined)?.query ?? {};
  const statement = statistics["statementType"];
  if (statement === "ALTER_TABLE" && target !== undefined && !isDry) await state.catalog.refreshSchema(target);
  const affected = Number(statistics["numDmlAffectedRows"] ?? 0);
  const inserted = isMerge ? (await state.catalog.count(target)) - before : 0;
  if (target !== undefined && !isDry) await state.catalog.dropExpiredRows(target);
  const dmlStats = dmlStatsOf(textOf(statement, ""), query.query, affected, inserted);
  return { statistics: { query: { ...statistics, ...(dmlStats === null ? {} : { dmlStats }) } }, error: null };
}

/** Computes the statistics, because the emulator gives only the total number of rows. */
function dmlStatsOf(statement: string, sql: string, affected: number, inserted: number): Json | null {
  const stats = (insertedRows: number, updatedRows: number, deletedRows: number) => ({
    insertedRowCount: String(insertedRows),
    updatedRowCount: String(updatedRows),
    deletedRowCount: String(deletedRows),
  });
  if (statement === "INSERT") return stats(affected, 0, 0);
  if (statement === "UPDATE") return stats(0, affected, 0);
  if (statement === "DELETE" || statement === "TRUNCATE_TABLE") return stats(0, 0, affected);
  if (statement !== "MERGE" || /\bTHEN\s+DELETE\b/i.test(sql)) return null;
  return stats(inserted, affected - inserted, 0);
}

function queryError(status: number, body: Json, location: string): JobError | null {
  const failed = status === 200 ? (body["status"] as { errorResult?: JobError }).errorResult : bodyError(body);
  if (failed === undefined) return null;
  const message = failed.message.replace(
    /Not found: Table ([\w:-]+)\.(\w+)\.([\w$*]+) was not found in location US/,
    `Not found: Table $1:$2.$3 was not found in location ${location}`,
  );
  return { reason: failed.reason, message, ...(failed.location === undefined ? {} : { location: failed.location }) };
}

function bodyError(body: Json): JobError {
  const error = body["error"] as { message?: string; errors?: { reason?: string }[] } | undefined;
  return { reason: error?.errors?.[0]?.reason ?? "internalError", message: error?.message ?? "unknown error" };
}

/** A page of the rows of a job that is DONE. */
export async function pageOf(state: EmulatorState, job: Job, page: URLSearchParams): Promise<Json> {
  const { jobReference, status, statistics } = job.resource;
  if (status.errorResult !== undefined) throw asHttp(status.errorResult);
  const query = new URLSearchParams();
  for (const name of ["maxResults", "startIndex", "pageToken"]) {
    const value = page.get(name);
    if (value !== null && value !== "") query.set(name, value);
  }
  const answer = await state.engine.call(
    "GET",
    `${jobReference.projectId}/queries/${job.emulatorId}?${query.toString()}`,
  );
  if (answer.status !== 200)
    throw notFound(`Job ${jobReference.projectId}:${jobReference.location}.${jobReference.jobId}`);
  const { numDmlAffectedRows, cacheHit } = (statistics["query"] ?? {}) as Json;
  const schema = { fields: fieldsOf(answer.body) };
  const affected = numDmlAffectedRows === undefined ? {} : { numDmlAffectedRows };
  return { ...answer.body, schema, jobReference, jobComplete: true, cacheHit: cacheHit ?? false, ...affected };
}

const STATUS_OF: Record<string, number> = {
  accessDenied: 403,
  quotaExceeded: 403,
  rateLimitExceeded: 403,
  notFound: 404,
  duplicate: 409,
  backendError: 503,
  internalError: 500,
  notImplemented: 501,
};

/** The error of a failed query, as the answer to a request for its rows. */
export function asHttp({ reason, message }: JobError): GoogleError {
  return new GoogleError(STATUS_OF[reason] ?? 400, reason, message);
}
