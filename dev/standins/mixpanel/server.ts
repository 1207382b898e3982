// The Mixpanel stand-in: one HTTP(S) origin that plays Mixpanel's ingestion, data and application hosts.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { serveControl } from "../shared/controlServer.ts";
import { holdConnection } from "../shared/faults.ts";
import { listen, type ListenOptions } from "../shared/httpServer.ts";
import { json, sendReply } from "../shared/reply.ts";
import { MixpanelControl } from "./control.ts";
import { COMMANDS } from "./controlRoutes.ts";
import { EmulatorState } from "./emulatorState.ts";
import { planExport, streamExport } from "./export.ts";
import type { StruckFault } from "./faults.ts";
import { importEvents } from "./import.ts";
import type { Outcome } from "./outcome.ts";
import type { Project } from "./project.ts";
import type { RequestKind } from "./protocol.ts";
import { aboutMe, query } from "./query.ts";

export interface StandInOptions extends ListenOptions {
  /** Where projects and rows are kept; default: in memory alone. */
  dataDir?: string;
  /** `ca` is the certificate that the control client trusts; default: `cert`. */
  tls?: { key: string; cert: string; ca?: string };
}

export interface MixpanelStandIn {
  origin: string;
  control: MixpanelControl;
  stop(): Promise<void>;
}

export async function startMixpanelStandIn(options: StandInOptions = {}): Promise<MixpanelStandIn> {
  const { dataDir, tls } = options;
  const state = new EmulatorState(dataDir ?? null);
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handle(state, request, response).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy();
      const message = error instanceof Error ? error.message : "unknown error";
      sendReply(response, json(500, { error: message, status: "error" }));
    });
  };
  const server = tls
    ? createTlsServer({ key: tls.key, cert: tls.cert, minVersion: "TLSv1.2" }, listener)
    : createServer(listener);
  const { host, stop } = await listen(server, options);
  const origin = `${tls ? "https" : "http"}://${host}`;
  const control = new MixpanelControl(origin, tls && (tls.ca ?? tls.cert));
  return {
    origin,
    control,
    stop: async () => {
      await control.close();
      await stop();
      state.close();
    },
  };
}

async function handle(state: EmulatorState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (await serveControl(COMMANDS, state, request, response)) return;
  const url = new URL(request.url ?? "/", "http://stand-in");
  const path = url.pathname.replace(/\/$/, "");
  if (path === "/import") return await answer("import", await importEvents(state, request, url), response);
  if (path === "/api/2.0/export") return await rawExport(state, request, response, url);
  if (path === "/api/app/me") return await answer("app", aboutMe(state, request), response);
  const outcome = query(state, request, url, path.replace(/^\/api\/(?:query|2\.0)/, ""));
  if (outcome) return await answer("query", outcome, response);
  sendReply(response, json(404, { error: "not found", status: "error" }));
}

async function answer(kind: RequestKind, { project, fault, reply }: Outcome, response: ServerResponse): Promise<void> {
  if (!(await isAnswered(project, kind, fault, response))) return;
  project.count(kind, reply.status);
  sendReply(response, reply);
}

async function rawExport(
  state: EmulatorState,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { project, fault, query: planned } = planExport(state, request, url);
  if ("status" in planned) return await answer("export", { project, fault, reply: planned }, response);
  if (!(await isAnswered(project, "export", fault, response))) return;
  project.budgets.exportsRunning++;
  try {
    const end = await streamExport(state, project, planned, fault, request, response);
    if (end === "hang" && fault) await holdConnection(fault, () => response.destroyed);
    if (end === "done") return project.count("export", 200);
    response.destroy();
    project.count("export", null);
  } finally {
    project.budgets.exportsRunning--;
  }
}

/** Does what a fault does to the connection before the answer. Returns false if there will be no answer. */
async function isAnswered(
  project: Project,
  kind: RequestKind,
  fault: StruckFault | null,
  response: ServerResponse,
): Promise<boolean> {
  if (fault?.kind === "slow") await delay(fault.delayMs);
  if (fault?.kind === "hang") await holdConnection(fault, () => response.destroyed);
  if (fault?.kind === "reset" || fault?.kind === "hang") {
    response.destroy();
    project.count(kind, null);
    return false;
  }
  return !response.destroyed;
}
