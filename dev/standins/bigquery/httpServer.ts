// The front's HTTP server: BigQuery's REST API, uploads, IAM, IAM Credentials and the control endpoint.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { serveControl } from "../shared/controlServer.ts";
import { holdConnection } from "../shared/faults.ts";
import { sendReply, type Reply } from "../shared/reply.ts";
import { readText } from "./body.ts";
import { COMMANDS } from "./controlRoutes.ts";
import { FixedAnswer, NoAnswer } from "./faults.ts";
import { GoogleError, unauthenticated } from "./google.ts";
import { generateAccessToken, getServiceAccount } from "./iam.ts";
import { projectOfAccount } from "./accounts.ts";
import { handle, HANDLERS, unknownCall, type Call } from "./rest.ts";
import { continueUpload, startUpload } from "./uploads.ts";
import type { EmulatorState } from "./emulatorState.ts";

export function createHttpServer(state: EmulatorState): Server {
  return createServer((request, response) => {
    serve(state, request, response).catch(() => response.destroy());
  });
}

/** The operation that a request asks for. */
interface Route {
  operation: string;
  projectId: string;
  run: () => Promise<Reply>;
}

async function serve(state: EmulatorState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (await serveControl(COMMANDS, state, request, response)) return;
  const url = new URL(request.url ?? "/", "http://front");
  const path = url.pathname;
  const route = routeOf(state, request, path, url.searchParams);
  if (route === null) return sendReply(response, unknownCall(path).reply());
  const project = state.project(route.projectId);
  let status: number | null = null;
  try {
    const reply = await route.run().catch(asReply);
    status = reply.status;
    sendReply(response, reply);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (error.until !== null) await holdConnection(error.until, () => response.destroyed);
    request.socket.resetAndDestroy();
  } finally {
    project.count(route.operation, status);
  }
}

function asReply(error: unknown): Reply {
  if (error instanceof GoogleError) return error.reply();
  if (error instanceof FixedAnswer) return error.reply;
  if (error instanceof NoAnswer) throw error;
  const message = error instanceof Error ? error.message : "unknown error";
  return new GoogleError(500, "internalError", `The local BigQuery failed: ${message}`).reply();
}

const PROJECT = "([a-z][a-z0-9:.-]*)";
const ID = "([A-Za-z0-9_$-]+)";
const base = (rest: string) => new RegExp(`^/bigquery/v2/projects/${PROJECT}${rest}/?$`);
const ROUTES: { pattern: RegExp; ids: ("datasetId" | "tableId" | "jobId")[]; methods: Record<string, string> }[] = [
  { pattern: base("/jobs"), ids: [], methods: { POST: "jobs.insert", GET: "jobs.list" } },
  { pattern: base(`/jobs/${ID}`), ids: ["jobId"], methods: { GET: "jobs.get", DELETE: "jobs.delete" } },
  { pattern: base(`/jobs/${ID}/delete`), ids: ["jobId"], methods: { DELETE: "jobs.delete" } },
  { pattern: base(`/jobs/${ID}/cancel`), ids: ["jobId"], methods: { POST: "jobs.cancel" } },
  { pattern: base("/queries"), ids: [], methods: { POST: "jobs.query" } },
  { pattern: base(`/queries/${ID}`), ids: ["jobId"], methods: { GET: "jobs.getQueryResults" } },
  { pattern: base("/datasets"), ids: [], methods: { GET: "datasets.list", POST: "datasets.insert" } },
  {
    pattern: base(`/datasets/${ID}`),
    ids: ["datasetId"],
    methods: { GET: "datasets.get", PATCH: "datasets.patch", PUT: "datasets.update", DELETE: "datasets.delete" },
  },
  {
    pattern: base(`/datasets/${ID}/tables`),
    ids: ["datasetId"],
    methods: { GET: "tables.list", POST: "tables.insert" },
  },
  {
    pattern: base(`/datasets/${ID}/tables/${ID}`),
    ids: ["datasetId", "tableId"],
    methods: { GET: "tables.get", PATCH: "tables.patch", PUT: "tables.update", DELETE: "tables.delete" },
  },
  {
    pattern: base(`/datasets/${ID}/tables/${ID}/data`),
    ids: ["datasetId", "tableId"],
    methods: { GET: "tabledata.list" },
  },
  {
    pattern: base(`/datasets/${ID}/tables/${ID}/insertAll`),
    ids: ["datasetId", "tableId"],
    methods: { POST: "tabledata.insertAll" },
  },
];
const UPLOAD = new RegExp(`^/upload/bigquery/v2/projects/${PROJECT}/jobs/?$`);
const ACCOUNT = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+)$/;
const IMPERSONATE = /^\/v1\/projects\/-\/serviceAccounts\/([^/:]+):generateAccessToken$/;

function routeOf(state: EmulatorState, request: IncomingMessage, path: string, query: URLSearchParams): Route | null {
  const impersonated = IMPERSONATE.exec(path)?.[1];
  if (impersonated !== undefined && request.method === "POST") {
    const email = decodeURIComponent(impersonated);
    return {
      operation: "iam.generateAccessToken",
      projectId: projectOfAccount(email),
      run: async () => await generateAccessToken(state, email, request.headers.authorization, await readText(request)),
    };
  }
  const looked = ACCOUNT.exec(path)?.[1];
  if (looked !== undefined && request.method === "GET") {
    const email = decodeURIComponent(looked);
    return {
      operation: "iam.serviceAccounts.get",
      projectId: projectOfAccount(email),
      run: async () => await getServiceAccount(state, email, request.headers.authorization),
    };
  }
  const call = (projectId: string, ids: Partial<Call>): Call => {
    const account = state.accounts.bearer(request.headers.authorization);
    if (account === null) throw unauthenticated(request.headers.authorization !== undefined);
    return { state, account, request, query, projectId, datasetId: "", tableId: "", jobId: "", ...ids };
  };
  const uploadProject = UPLOAD.exec(path)?.[1];
  if (uploadProject !== undefined && (request.method === "POST" || request.method === "PUT")) {
    const isStart = request.method === "POST";
    const operation = isStart
      ? query.get("uploadType") === "multipart"
        ? "jobs.insert"
        : "upload.start"
      : "upload.chunk";
    const handler = isStart ? startUpload : continueUpload;
    return {
      operation,
      projectId: uploadProject,
      run: async () => await handle("upload", handler, call(uploadProject, {})),
    };
  }
  return apiRoute(request, path, call);
}

function apiRoute(
  request: IncomingMessage,
  path: string,
  call: (projectId: string, ids: Partial<Call>) => Call,
): Route | null {
  for (const { pattern, ids, methods } of ROUTES) {
    const match = pattern.exec(path);
    const operation = methods[request.method ?? ""];
    const handler = operation === undefined ? undefined : HANDLERS[operation];
    if (match === null || operation === undefined || handler === undefined) continue;
    const projectId = match[1] ?? "";
    const named = Object.fromEntries(ids.map((id, i) => [id, match[i + 2]])) as Partial<Call>;
    return { operation, projectId, run: async () => await handle(operation, handler, call(projectId, named)) };
  }
  return null;
}
