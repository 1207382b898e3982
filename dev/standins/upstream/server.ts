// A local OpenAI-compatible upstream: Chat Completions, plain and streamed, with tools, and faults that are ordered beforehand.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { completionOf, eventsOf, type ChatRequest } from "./completion.ts";
import { parseFaults, type Fault } from "./faults.ts";

export interface SeenRequest {
  headers: IncomingMessage["headers"];
  /** The body's bytes as text. */
  body: string;
  /** Whether the caller left before it had the answer. */
  abandoned: boolean;
}

export interface LocalUpstream {
  /** As a variant's base URL, `/v1` included. */
  baseUrl: string;
  origin: string;
  /** What came since the last `clear`, oldest first; the last MAX_SEEN. */
  seen: SeenRequest[];
  /** Each strikes the next call that no other fault strikes, in order. */
  order(...faults: Fault[]): void;
  clear(): void;
  stop(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MAX_SEEN = 1_000;

/**
 * `paceMs`: how far apart the events of a stream come.
 *
 * @example const upstream = await startLocalUpstream({ port: 0 });
 */
export async function startLocalUpstream({ host = "127.0.0.1", port = 0, paceMs = 0 } = {}): Promise<LocalUpstream> {
  const faults: Fault[] = [];
  const seen: SeenRequest[] = [];
  const clear = () => {
    faults.length = 0;
    seen.length = 0;
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://upstream").pathname;
    const body = await read(request);
    if (path === "/__control/faults") {
      faults.push(...parseFaults(body));
      return json(response, 200, { ordered: faults.length });
    }
    if (path === "/__control/requests") return json(response, 200, { requests: seen });
    if (path === "/__control/clear") {
      clear();
      return json(response, 200, {});
    }
    if (path !== "/v1/chat/completions" || request.method !== "POST") {
      return json(response, 404, { error: { message: `Unknown request URL: ${request.method} ${path}.`, type: "x" } });
    }
    const one: SeenRequest = { headers: request.headers, body, abandoned: false };
    response.on("close", () => {
      one.abandoned = !response.writableFinished;
    });
    seen.push(one);
    if (seen.length > MAX_SEEN) seen.shift();
    const paced: Fault | null = paceMs > 0 ? { kind: "pace", delayMs: paceMs } : null;
    return complete(body, faults.shift() ?? paced, response);
  }
  server.keepAliveTimeout = 60_000;
  server.listen(port, host);
  await once(server, "listening");
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    baseUrl: `${origin}/v1`,
    seen,
    order: (...more) => void faults.push(...more),
    clear,
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function complete(text: string, fault: Fault | null, response: ServerResponse): Promise<void> {
  if (fault?.kind === "reset") return void response.destroy();
  if (fault?.kind === "hang") return;
  if (fault?.kind === "slow") await pause(fault.delayMs, response);
  if (fault?.kind === "status") {
    const body = fault.body ?? { error: { message: "ordered", type: "ordered_error", param: null, code: "ordered" } };
    return json(response, fault.status, body, fault.headers);
  }
  const chat = JSON.parse(text) as ChatRequest;
  if (chat.stream !== true) return json(response, 200, completionOf(chat), headersOf(fault));
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", ...headersOf(fault) });
  let sent = 0;
  for (const event of eventsOf(chat)) {
    if (fault?.kind === "cut" && sent === fault.afterEvents) return void response.destroy();
    if (fault?.kind === "stall" && sent === fault.afterEvents) return;
    if (fault?.kind === "pace" && sent > 0) await pause(fault.delayMs, response);
    // What was sent has left before the connection breaks.
    if (fault?.kind === "cut") await new Promise<void>((resolve) => response.write(event, () => resolve()));
    else if (!response.write(event)) await once(response, "drain");
    sent++;
  }
  response.end();
}

function headersOf(fault: Fault | null): Record<string, string> {
  return fault?.kind === "headers" ? fault.headers : {};
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new Error("too large");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Ends early when the caller leaves. */
function pause(ms: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      response.off("close", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    response.once("close", end);
  });
}
