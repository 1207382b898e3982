// The Mixpanel stand-in: one HTTP(S) origin that plays Mixpanel's ingestion, data and application hosts.
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { readBody } from "./body.ts";
import { MixpanelControl } from "./control.ts";
import { ControlError, runCommand } from "./controlRoutes.ts";
import { planExport, streamExport } from "./export.ts";
import { importEvents } from "./import.ts";
import type { StruckFault } from "./faults.ts";
import type { Project } from "./project.ts";
import type { RequestKind } from "./protocol.ts";
import { aboutMe, query } from "./query.ts";
import { json } from "./replies.ts";
import type { Reply } from "./replies.ts";
import { EmulatorState } from "./emulatorState.ts";

export interface StandInOptions {
  host?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Keeps projects and rows there; in memory alone without. */
  dataDir?: string;
  /** `ca` is what the control client trusts where the certificate is not its own authority. */
  tls?: { key: string; cert: string; ca?: string };
}

export interface MixpanelStandIn {
  origin: string;
  control: MixpanelControl;
  stop(): Promise<void>;
}

const MAX_CONTROL_BYTES = 256 * 1024 * 1024;
const POLL_MS = 20;

export async function startMixpanelStandIn(options: StandInOptions = {}): Promise<MixpanelStandIn> {
  const { host = "127.0.0.1", port = 0, dataDir, tls } = options;
  const state = new EmulatorState(dataDir ?? null);
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handle(state, request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return void response.destroy();
      send(response, json(500, { error: error instanceof Error ? error.message : "unknown error", status: "error" }));
    });
  };
  const server: Server = tls
    ? createTlsServer({ key: tls.key, cert: tls.cert, minVersion: "TLSv1.2" }, listener)
    : createServer(listener);
  server.keepAliveTimeout = 60_000;
  server.listen(port, host);
  await once(server, "listening");
  const origin = `${tls ? "https" : "http"}://${host}:${(server.address() as AddressInfo).port}`;
  const control = new MixpanelControl(origin, tls && (tls.ca ?? tls.cert));
  const stop = async (): Promise<void> => {
    await control.close();
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
    state.close();
  };
  return { origin, control, stop };
}

async function handle(state: EmulatorState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://stand-in");
  const path = url.pathname.replace(/\/$/, "");
  if (path.startsWith("/__control/")) return runControl(state, path.slice("/__control/".length), request, response);
  if (path === "/import") {
    const { project, fault, reply } = await importEvents(state, request, url);
    return answer(project, "import", fault, reply, response);
  }
  if (path === "/api/2.0/export") return rawExport(state, request, response, url);
  if (path === "/api/app/me") {
    const { project, fault, reply } = aboutMe(state, request);
    return answer(project, "app", fault, reply, response);
  }
  const answered = query(state, request, url, path.replace(/^\/api\/(?:query|2\.0)/, ""));
  if (answered) return answer(answered.project, "query", answered.fault, answered.reply, response);
  send(response, json(404, { error: "not found", status: "error" }));
}

async function runControl(
  state: EmulatorState,
  command: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await readBody(request, MAX_CONTROL_BYTES);
    send(response, json(200, await runCommand(state, command, body.toString("utf8"))));
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    send(response, json(400, { error: error.message }));
  }
}

async function rawExport(
  state: EmulatorState,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { project, fault, query: planned } = planExport(state, request, url);
  if ("status" in planned) return answer(project, "export", fault, planned, response);
  if (!(await lets(project, "export", fault, response))) return;
  project.budgets.exportsRunning++;
  try {
    const end = await streamExport(state, project, planned, fault, request, response);
    if (end === "hang") await untilGone(fault, response);
    if (end === "done") return project.count("export", 200);
    response.destroy();
    project.count("export", "reset");
  } finally {
    project.budgets.exportsRunning--;
  }
}

async function answer(
  project: Project,
  kind: RequestKind,
  fault: StruckFault | null,
  reply: Reply,
  response: ServerResponse,
): Promise<void> {
  if (!(await lets(project, kind, fault, response))) return;
  project.count(kind, reply.status);
  send(response, reply);
}

/** What a fault does to the connection before the answer; false where there will be none. */
async function lets(
  project: Project,
  kind: RequestKind,
  fault: StruckFault | null,
  response: ServerResponse,
): Promise<boolean> {
  if (fault?.kind === "slow") await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  if (fault?.kind === "hang") await untilGone(fault, response);
  if (fault?.kind === "reset" || fault?.kind === "hang") {
    response.destroy();
    project.count(kind, "reset");
    return false;
  }
  return !response.destroyed;
}

/** Holds a connection until the client leaves or the fault is cleared. */
async function untilGone(fault: StruckFault | null, response: ServerResponse): Promise<void> {
  while (!response.destroyed && fault && !fault.cleared) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { ...reply.headers, "content-length": Buffer.byteLength(reply.body) });
  response.end(reply.body);
}
