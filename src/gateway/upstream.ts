// One call to an upstream: what is sent to it, and which of its headers the caller gets.
import type { EventEmitter } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { request, type Dispatcher } from "undici";
import type { NewVariant } from "../domain/router.ts";
import { AddressRefusedError } from "./connect.ts";
import { LOOP_HEADER } from "./loop.ts";
import type { OpenAiApi } from "./openAiApis.ts";
import { MIN_KEY_CHARS, quotesKey } from "./quotedKey.ts";
import { SentBody } from "./sentBody.ts";
import { ownRefusal, type Refusal } from "./upstreamErrors.ts";

export interface UpstreamTransport {
  agent: Dispatcher;
  /** Keeps no connection: each call has a fresh socket. */
  freshAgent: Dispatcher;
  /** Where the variant sets no limits of its own. */
  headersTimeoutMs: number;
  idleTimeoutMs: number;
}

export interface UpstreamResponse {
  status: number;
  headers: Record<string, string>;
  body: Readable;
  /** `performance.now()` by which the first event of a stream must have come. */
  firstEventByMs: number;
}

/** Emits `abort` when the caller no longer waits for the response. */
export interface CallSignal extends EventEmitter {
  readonly aborted: boolean;
}

/** What is the same for every upstream that is asked. */
export interface CallFacts {
  api: OpenAiApi;
  accept: string | undefined;
  loop: string;
  requestId: string;
  traceparent: string | undefined;
  /** Says nothing without `traceparent`. */
  tracestate: string | undefined;
  signal: CallSignal;
}

/** There was no response. */
export class UpstreamFailure extends Error {
  override readonly name = "UpstreamFailure";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

/** Drops hop-by-hop headers, cookies, challenges and headers that would instruct browsers in this server's name. */
const PASSED = new Set([
  "content-type",
  "content-length", // undici fails a body of any other length.
  "content-encoding",
  "retry-after",
  "retry-after-ms",
  "x-should-retry",
  "x-request-id",
  "openai-processing-ms",
  "openai-version",
]);
const PASSED_PREFIX = "x-ratelimit-";
const USER_AGENT = "crosscurrent/0.1.0";
/** The connection ended before a response began. An upstream may close a kept one at any time. */
const CLOSED = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

export function secretsOf({ apiKey, headers = {} }: NewVariant["upstream"]): string[] {
  const ofHeaders = Object.values(headers).filter((value) => value.length >= MIN_KEY_CHARS);
  return [...(apiKey === null ? [] : [apiKey]), ...ofHeaders];
}

/** Returns a response of any status. Throws UpstreamFailure if there is none, even on a fresh socket. */
export async function callUpstream(
  transport: UpstreamTransport,
  upstream: NewVariant["upstream"],
  facts: CallFacts,
  body: readonly Buffer[],
): Promise<UpstreamResponse> {
  const sent = new SentBody(body);
  try {
    return await sendTo(transport.agent, transport, upstream, facts, sent).catch(async (error: unknown) => {
      // Whatever else broke off may have been served, and is paid for.
      if (facts.signal.aborted || !CLOSED.has(codeOf(error)) || !sent.isUntaken) throw error;
      return await sendTo(transport.freshAgent, transport, upstream, facts, new SentBody(body));
    });
  } catch (error) {
    if (facts.signal.aborted) throw error;
    throw new UpstreamFailure(failureOf(error));
  }
}

async function sendTo(
  agent: Dispatcher,
  { headersTimeoutMs, idleTimeoutMs }: UpstreamTransport,
  upstream: NewVariant["upstream"],
  { api, accept, loop, requestId, traceparent, tracestate, signal }: CallFacts,
  body: SentBody,
): Promise<UpstreamResponse> {
  const { apiKey, headers = {}, firstByteSeconds, idleSeconds } = upstream;
  const firstByteMs = firstByteSeconds === undefined ? headersTimeoutMs : firstByteSeconds * 1_000;
  const firstEventByMs = performance.now() + firstByteMs;
  const response = await request(addressOf(upstream, api), {
    dispatcher: agent,
    method: "POST",
    headers: {
      accept: accept ?? "*/*",
      "user-agent": USER_AGENT,
      "x-request-id": requestId,
      ...(traceparent !== undefined && { traceparent, ...(tracestate !== undefined && { tracestate }) }),
      ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
      ...headers,
      // Without an encoding, the caller gets the bytes unchanged.
      "accept-encoding": "identity",
      "content-type": "application/json",
      "content-length": String(body.bytes),
      [LOOP_HEADER]: loop,
    },
    body: body.stream,
    signal,
    headersTimeout: firstByteMs,
    bodyTimeout: idleSeconds === undefined ? idleTimeoutMs : idleSeconds * 1_000,
  });
  // An error of a body without a reader must not end the process. Readers add their own listeners.
  response.body.on("error", () => undefined);
  return {
    status: response.statusCode,
    headers: passedOn(response.headers, secretsOf(upstream)),
    body: response.body,
    firstEventByMs,
  };
}

function addressOf({ baseUrl, query = {} }: NewVariant["upstream"], api: OpenAiApi): string {
  const search = new URLSearchParams(query).toString();
  return `${baseUrl.replace(/\/+$/, "")}${api.path}${search === "" ? "" : `?${search}`}`;
}

function passedOn(headers: IncomingHttpHeaders, secrets: string[]): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (typeof value !== "string" || !(PASSED.has(name) || name.startsWith(PASSED_PREFIX))) continue;
    // Without these three, the body that follows cannot be read.
    if (name.startsWith("content-") || !secrets.some((secret) => quotesKey(value, secret))) passed[name] = value;
  }
  return passed;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}

/** Contains only codes, because messages of lower layers quote addresses. */
function failureOf(error: unknown): Refusal {
  if (error instanceof AddressRefusedError) return ownRefusal(502, error.message, "upstream_refused");
  const code = codeOf(error);
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT") {
    return ownRefusal(504, "The upstream did not respond in time.", "upstream_timeout");
  }
  return ownRefusal(502, `The upstream could not be reached (${code}).`, "upstream_unreachable");
}
