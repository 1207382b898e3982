// The calls of BigQuery's REST API, one function each.
import type { IncomingMessage } from "node:http";
import { json, type Reply } from "../shared/reply.ts";
import { readJson } from "./body.ts";
import { strikeAfter, strikeBefore } from "./faults.ts";
import { GoogleError, invalid, notFound, tableText, type Json, type TableName } from "./google.ts";
import { findJob } from "./findJob.ts";
import { jobKey, listed, type Job } from "./job.ts";
import type { Media } from "./jobPlan.ts";
import { asHttp, pageOf } from "./queries.ts";
import { holds, needOnDataset, needOnProject, needOnTable, type Principal } from "./roles.ts";
import { settledWithin, startJob } from "./runJob.ts";
import type { EmulatorState } from "./emulatorState.ts";

/** One authenticated request. */
export interface Call {
  state: EmulatorState;
  account: Principal;
  request: IncomingMessage;
  query: URLSearchParams;
  projectId: string;
  datasetId: string;
  tableId: string;
  jobId: string;
}

const QUERY_TIMEOUT_MS = 10_000;
const REQUEST_ID_KEPT_MS = 15 * 60_000;

export async function answerInsert(call: Call, body: Json, media: Media | null): Promise<Reply> {
  const { state, account, projectId } = call;
  const job = await startJob({ state, account, projectId, body, media, operation: "jobs.insert" });
  await settledWithin(job, state.project(projectId).settings.insertAnswersWithinMs);
  if (job.fault?.kind.endsWith("_after") === true) await job.done;
  strikeAfter(job.fault);
  return json(200, job.resource);
}

/** `jobs.query`: starts a job, and returns its first page if it is done within the timeout. */
async function queryJob(call: Call): Promise<Reply> {
  const { state, account, projectId } = call;
  const {
    jobReference: _reference,
    location,
    requestId,
    timeoutMs,
    maxResults,
    dryRun,
    ...query
  } = await readJson(call.request);
  const project = state.project(projectId);
  const known = typeof requestId === "string" ? project.requests.get(requestId) : undefined;
  let job = known !== undefined && Date.now() - known.atMs < REQUEST_ID_KEPT_MS ? known.job : null;
  if (job === null) {
    const body = { jobReference: { location }, configuration: { query, ...(dryRun === true ? { dryRun } : {}) } };
    job = await startJob({ state, account, projectId, body, media: null, operation: "jobs.query" });
    if (typeof requestId === "string") project.requests.set(requestId, { job, atMs: Date.now() });
  }
  const done = await settledWithin(job, Number(timeoutMs ?? QUERY_TIMEOUT_MS));
  if (job.fault?.kind.endsWith("_after") === true) await job.done;
  strikeAfter(job.fault);
  job.fault = null;
  const page = new URLSearchParams(maxResults === undefined ? "" : `maxResults=${Number(maxResults)}`);
  return json(200, await resultsOf(state, job, done, page, "bigquery#queryResponse"));
}

async function resultsOf(
  state: EmulatorState,
  job: Job,
  done: boolean,
  page: URLSearchParams,
  kind: string,
): Promise<Json> {
  const { jobReference } = job.resource;
  if (!done) return { kind, jobReference, jobComplete: false };
  return { ...(await pageOf(state, job, page)), kind };
}

async function getQueryResults({ state, account, projectId, jobId, query }: Call): Promise<Reply> {
  const job = findJob(state.project(projectId), account, jobId, query.get("location"));
  const done = await settledWithin(job, Number(query.get("timeoutMs") ?? QUERY_TIMEOUT_MS));
  const kind = "bigquery#getQueryResultsResponse";
  const { errorResult } = job.resource.status;
  if (done && errorResult !== undefined) throw asHttp(errorResult);
  return json(200, await resultsOf(state, job, done, query, kind));
}

async function listTables({ state, account, projectId, datasetId, query }: Call): Promise<Reply> {
  needOnDataset(account, "bigquery.tables.list", projectId, datasetId);
  await state.catalog.locationOf(projectId, datasetId);
  const tables = await state.catalog.tables(projectId, datasetId);
  return json(200, { kind: "bigquery#tableList", ...paged("tables", tables, query), totalItems: tables.length });
}

async function listDatasets({ state, account, projectId, query }: Call): Promise<Reply> {
  const seen = (await state.catalog.datasets(projectId)).filter((dataset) =>
    holds(account, "bigquery.datasets.get", projectId, (dataset["datasetReference"] as TableName).datasetId),
  );
  return json(200, { kind: "bigquery#datasetList", ...paged("datasets", seen, query) });
}

function paged(name: string, items: readonly Json[], query: URLSearchParams): Json {
  const from = Number(query.get("pageToken") ?? 0);
  const to = from + Number(query.get("maxResults") ?? 1_000);
  return { [name]: items.slice(from, to), ...(to < items.length ? { nextPageToken: String(to) } : {}) };
}

async function getTable(call: Call): Promise<Reply> {
  needOnTable(call.account, "bigquery.tables.get", call);
  const table = await present(call, await call.state.catalog.countedTable(call));
  return json(200, call.state.protections.shown(call, table));
}

async function present(call: Call, table: Json | null): Promise<Json> {
  if (table !== null) return table;
  if ((await call.state.catalog.dataset(call.projectId, call.datasetId)) === null)
    throw notFound(`Dataset ${call.projectId}:${call.datasetId}`);
  throw notFound(`Table ${tableText(call)}`);
}

async function changeTable(call: Call, method: "PATCH" | "PUT"): Promise<Reply> {
  needOnTable(call.account, "bigquery.tables.update", call);
  const { projectId, datasetId, tableId } = call;
  return json(
    200,
    await call.state.catalog.changeTable(method, { projectId, datasetId, tableId }, await readJson(call.request)),
  );
}

/** Lists rows of a table, or inserts streamed rows, in the emulator. */
async function tableData(call: Call, permission: string, what: "data" | "insertAll"): Promise<Reply> {
  const { state, account, projectId, datasetId, tableId, request } = call;
  needOnTable(account, permission, call);
  const table = await present(call, await state.catalog.table(call));
  if (table["type"] !== "TABLE" && what === "data")
    throw invalid(`Cannot list a table of type ${String(table["type"])}.`);
  const path = `${projectId}/datasets/${datasetId}/tables/${tableId}/${what}`;
  const { status, body } =
    what === "data"
      ? await state.engine.call("GET", `${path}?${call.query.toString()}`)
      : await state.engine.call("POST", path, await readJson(request));
  return json(status, body);
}

async function deleteJob({ state, account, projectId, jobId, query }: Call): Promise<Reply> {
  const project = state.project(projectId);
  const job = findJob(project, account, jobId, query.get("location"));
  project.jobs.delete(jobKey(job.resource.jobReference.location, jobId));
  return json(200, {});
}

type Handler = (call: Call) => Promise<Reply> | Reply;

export const HANDLERS: Record<string, Handler> = {
  "jobs.insert": async (call) => answerInsert(call, await readJson(call.request), null),
  "jobs.query": queryJob,
  "jobs.getQueryResults": getQueryResults,
  "jobs.get": ({ state, account, projectId, jobId, query }) =>
    json(200, findJob(state.project(projectId), account, jobId, query.get("location")).resource),
  "jobs.cancel": ({ state, account, projectId, jobId, query }) => {
    const job = findJob(state.project(projectId), account, jobId, query.get("location"));
    return json(200, { kind: "bigquery#jobCancelResponse", job: job.resource });
  },
  "jobs.delete": deleteJob,
  "jobs.list": ({ state, account, projectId, query }) => {
    const own = [...state.project(projectId).jobs.values()].filter((job) => job.owner === account.email).toReversed();
    return json(200, { kind: "bigquery#jobList", ...paged("jobs", own.map(listed), query) });
  },
  "datasets.list": listDatasets,
  "datasets.insert": async ({ state, account, projectId, request }) => {
    needOnProject(account, "bigquery.datasets.create", projectId);
    return json(200, await state.catalog.insertDataset(projectId, await readJson(request)));
  },
  "datasets.get": async ({ state, account, projectId, datasetId }) => {
    needOnDataset(account, "bigquery.datasets.get", projectId, datasetId);
    const dataset = await state.catalog.dataset(projectId, datasetId);
    if (dataset === null) throw notFound(`Dataset ${projectId}:${datasetId}`);
    return json(200, dataset);
  },
  "datasets.patch": (call) => changeDataset(call, "PATCH"),
  "datasets.update": (call) => changeDataset(call, "PUT"),
  "datasets.delete": async ({ state, account, projectId, datasetId, query }) => {
    needOnDataset(account, "bigquery.datasets.delete", projectId, datasetId);
    await state.catalog.deleteDataset(projectId, datasetId, query.get("deleteContents") === "true");
    return { status: 204, headers: {}, body: "" };
  },
  "tables.list": listTables,
  "tables.insert": async ({ state, account, projectId, datasetId, request }) => {
    needOnDataset(account, "bigquery.tables.create", projectId, datasetId);
    return json(200, await state.catalog.insertTable(projectId, datasetId, await readJson(request)));
  },
  "tables.get": getTable,
  "tables.patch": (call) => changeTable(call, "PATCH"),
  "tables.update": (call) => changeTable(call, "PUT"),
  "tables.delete": async (call) => {
    needOnTable(call.account, "bigquery.tables.delete", call);
    const { projectId, datasetId, tableId } = call;
    await call.state.catalog.deleteTable({ projectId, datasetId, tableId });
    return { status: 204, headers: {}, body: "" };
  },
  "tabledata.list": (call) => tableData(call, "bigquery.tables.getData", "data"),
  "tabledata.insertAll": (call) => tableData(call, "bigquery.tables.updateData", "insertAll"),
};

async function changeDataset(call: Call, method: "PATCH" | "PUT"): Promise<Reply> {
  const { state, account, projectId, datasetId, request } = call;
  needOnDataset(account, "bigquery.datasets.update", projectId, datasetId);
  return json(200, await state.catalog.changeDataset(method, projectId, datasetId, await readJson(request)));
}

/** Operations of jobs choose their fault themselves, when they know the kind of the job. */
const STRIKE_THEMSELVES = new Set(["jobs.insert", "jobs.query", "upload"]);

export async function handle(operation: string, handler: Handler, call: Call): Promise<Reply> {
  if (STRIKE_THEMSELVES.has(operation)) return await handler(call);
  const fault = call.state.project(call.projectId).faults.strikeOperation(operation);
  await strikeBefore(fault);
  const reply = await handler(call);
  strikeAfter(fault);
  return reply;
}

export function unknownCall(path: string): GoogleError {
  return new GoogleError(404, "notFound", `The requested URL ${path} was not found on this server.`);
}
