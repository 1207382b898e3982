// A local OpenAI-compatible upstream: Chat Completions, plain and streamed, with tools, and with faults.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { readBody } from "../shared/body.ts";
import { command, serveControl, type Commands } from "../shared/controlServer.ts";
import { Faults, holdConnection, type StruckFault } from "../shared/faults.ts";
import { listen, type ListenOptions } from "../shared/httpServer.ts";
import { json, sendReply } from "../shared/reply.ts";
import { completionOf, eventsOf, type ChatRequest } from "./completion.ts";
import { BASE_PATHS, refusalOf, type Dialect } from "./dialects.ts";
import { embeddingsOf, type EmbeddingsRequest } from "./embeddings.ts";
import { faultSchema, type Fault, type FaultInput } from "./faults.ts";
import { responseEventsOf, responseOf, type ResponsesRequest } from "./responses.ts";

export interface SeenRequest {
  /** With its query. */
  url: string;
  headers: IncomingMessage["headers"];
  /** The body's bytes as text. */
  body: string;
  /** True if the caller left before it had the answer. */
  abandoned: boolean;
}

export interface LocalUpstream {
  /** The base URL for a variant, with `/v1`. */
  baseUrl: string;
  origin: string;
  /** The requests since the last `clear`, oldest first; at most the last 1,000. */
  seen: SeenRequest[];
  /** Each fault strikes the next call that no earlier fault strikes. */
  order(...faults: FaultInput[]): void;
  /** Clears faults and seen requests. */
  clear(): void;
  stop(): Promise<void>;
}

interface UpstreamOptions extends ListenOptions {
  /** Time between the events of a stream; default: 0. */
  paceMs?: number;
  /** Whose API it behaves like. Default: one that takes everything. */
  dialect?: Dialect;
}

interface UpstreamState {
  faults: Faults<Fault>;
  seen: SeenRequest[];
  paceMs: number;
  dialect: Dialect | undefined;
}

const BODY_MAX_BYTES = 64 * 1024 * 1024;
const SEEN_MAX = 1_000;
const ORDERED_ERROR = { error: { message: "ordered", type: "ordered_error", param: null, code: "ordered" } };

/** @example const upstream = await startLocalUpstream({ port: 0 }); */
export async function startLocalUpstream({ paceMs = 0, dialect, ...at }: UpstreamOptions = {}): Promise<LocalUpstream> {
  const state: UpstreamState = { faults: new Faults(), seen: [], paceMs, dialect };
  const server = createServer((request, response) => {
    handle(state, request, response).catch(() => response.destroy());
  });
  const { host, stop } = await listen(server, at);
  const origin = `http://${host}`;
  return {
    origin,
    baseUrl: origin + BASE_PATHS[dialect ?? "openai"],
    seen: state.seen,
    order: (...faults) =>
      order(
        state,
        faults.map((fault) => faultSchema.parse(fault)),
      ),
    clear: () => clear(state),
    stop,
  };
}

const COMMANDS: Commands<UpstreamState> = {
  faults: command(z.strictObject({ faults: z.array(faultSchema) }), (state, { faults }) => {
    order(state, faults);
    return { ordered: faults.length };
  }),
  requests: command(z.strictObject({}), ({ seen }) => ({ requests: seen })),
  clear: command(z.strictObject({}), clear),
};

function order(state: UpstreamState, faults: Fault[]): void {
  for (const fault of faults) state.faults.add(fault);
}

function clear({ faults, seen }: UpstreamState): void {
  faults.clear();
  seen.length = 0;
}

async function handle(state: UpstreamState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (await serveControl(COMMANDS, state, request, response)) return;
  const body = (await readBody(request, BODY_MAX_BYTES)).toString("utf8");
  const path = new URL(request.url ?? "/", "http://upstream").pathname;
  const base = BASE_PATHS[state.dialect ?? "openai"];
  const call = path.startsWith(base) ? CALLS[path.slice(base.length)] : undefined;
  if (call === undefined || request.method !== "POST") {
    const message = `Unknown request URL: ${request.method} ${path}.`;
    return sendReply(response, json(404, { error: { message, type: "invalid_request_error" } }));
  }
  const seen: SeenRequest = { url: request.url ?? "", headers: request.headers, body, abandoned: false };
  response.on("close", () => {
    seen.abandoned = !response.writableFinished;
  });
  state.seen.push(seen);
  if (state.seen.length > SEEN_MAX) state.seen.shift();
  const fault = state.faults.strike(() => true);
  const refusal =
    state.dialect === undefined || fault !== null
      ? null
      : refusalOf(state.dialect, request, JSON.parse(body) as Record<string, unknown>);
  if (refusal !== null) return sendReply(response, json(refusal.status, refusal.body));
  await complete({ ...call, text: body }, fault, state, response);
}

interface AnsweredCall {
  whole: (text: string) => object;
  /** Null: the call has no streams. */
  events: ((text: string, dialect: Dialect | undefined) => Iterable<string>) | null;
}

const CALLS: Record<string, AnsweredCall> = {
  "/chat/completions": {
    whole: (text) => completionOf(JSON.parse(text) as ChatRequest),
    events: (text, dialect) => eventsOf(JSON.parse(text) as ChatRequest, dialect === "mistral"),
  },
  "/responses": {
    whole: (text) => responseOf(JSON.parse(text) as ResponsesRequest),
    events: (text) => responseEventsOf(JSON.parse(text) as ResponsesRequest),
  },
  "/embeddings": { whole: (text) => embeddingsOf(JSON.parse(text) as EmbeddingsRequest), events: null },
};

async function complete(
  { text, whole, events }: AnsweredCall & { text: string },
  fault: StruckFault<Fault> | null,
  { paceMs, dialect }: Pick<UpstreamState, "paceMs" | "dialect">,
  response: ServerResponse,
): Promise<void> {
  if (fault?.kind === "reset") return void response.destroy();
  if (fault?.kind === "hang") return await holdConnection(fault, () => response.destroyed);
  if (fault?.kind === "slow") await pause(fault.delayMs, response);
  if (fault?.kind === "status") {
    const { status, headers, body = ORDERED_ERROR } = fault;
    const reply = json(status, body, headers);
    return sendReply(response, typeof body === "string" ? { ...reply, body } : reply);
  }
  const { stream } = JSON.parse(text) as { stream?: boolean };
  const headers = fault?.kind === "headers" ? fault.headers : {};
  if (stream !== true || events === null) return sendReply(response, json(200, whole(text), headers));
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", ...headers });
  await streamEvents(events(text, dialect), fault, fault?.kind === "pace" ? fault.delayMs : paceMs, response);
}

async function streamEvents(
  events: Iterable<string>,
  fault: Fault | null,
  paceMs: number,
  response: ServerResponse,
): Promise<void> {
  let sent = 0;
  for (const event of events) {
    if (fault?.kind === "cut" && sent === fault.afterEvents) return void response.destroy();
    if (fault?.kind === "stall" && sent === fault.afterEvents) return;
    if (paceMs > 0 && sent > 0) await pause(paceMs, response);
    // A cut must not lose what was sent before it.
    if (fault?.kind === "cut") await new Promise<void>((resolve) => response.write(event, () => resolve()));
    else if (!response.write(event)) await once(response, "drain");
    sent++;
  }
  response.end();
}

/** Ends early if the caller leaves. */
async function pause(ms: number, response: ServerResponse): Promise<void> {
  const left = new AbortController();
  const abort = () => left.abort();
  response.once("close", abort);
  await delay(ms, undefined, { signal: left.signal }).catch(() => undefined);
  response.off("close", abort);
}
