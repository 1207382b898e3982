// One call to an upstream: what is sent to it, and which of its headers the caller gets.
import type { NewVariant } from "../domain/router.ts";
import type { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import type { IncomingHttpHeaders } from "node:http";
import { request, type Dispatcher } from "undici";
import { AddressRefusedError } from "./connect.ts";
import { LOOP_HEADER } from "./loop.ts";
import { OpenAiError } from "../http/openAiError.ts";
import { jsonQuotesKey, quotesKey } from "./quotedKey.ts";

export interface UpstreamOptions {
  agent: Dispatcher;
  headersTimeoutMs: number;
  idleTimeoutMs: number;
}

export interface UpstreamResponse {
  status: number;
  headers: Record<string, string>;
  body: Readable;
}

/** Emits `abort` when the caller no longer waits for the response. */
export interface CallSignal extends EventEmitter {
  readonly aborted: boolean;
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

/** Returns a response of any status, and empties the list of the body. Throws OpenAiError 502 or 504 if there is none. */
export async function callUpstream(
  { agent, headersTimeoutMs, idleTimeoutMs }: UpstreamOptions,
  { baseUrl, apiKey }: NewVariant["upstream"],
  call: { body: Buffer[]; accept: string | undefined; loop: string; signal: CallSignal },
): Promise<UpstreamResponse> {
  try {
    const response = await request(`${baseUrl.replace(/\/+$/, "")}/chat/completions`, {
      dispatcher: agent,
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: call.accept ?? "*/*",
        // The caller gets the bytes unchanged, so the encoding must be one that every caller understands.
        "accept-encoding": "identity",
        "user-agent": USER_AGENT,
        "content-length": String(lengthOf(call.body)),
        [LOOP_HEADER]: call.loop,
        ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
      },
      body: Readable.from(given(call.body), { objectMode: false }),
      signal: call.signal,
      headersTimeout: headersTimeoutMs,
      bodyTimeout: idleTimeoutMs,
    });
    // An error of a body without a reader must not end the process. Readers add their own listeners.
    response.body.on("error", () => undefined);
    return { status: response.statusCode, headers: passedOn(response.headers, apiKey), body: response.body };
  } catch (error) {
    if (call.signal.aborted) throw error;
    throw failureOf(error);
  }
}

const lengthOf = (parts: Buffer[]): number => parts.reduce((bytes, part) => bytes + part.length, 0);

/** Lets go of what was sent. Given a buffer, undici keeps it until the end of the response. */
function* given(parts: Buffer[]): Generator<Buffer> {
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) yield part;
}

function passedOn(headers: IncomingHttpHeaders, apiKey: string | null): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (typeof value !== "string" || !(PASSED.has(name) || name.startsWith(PASSED_PREFIX))) continue;
    // Without these three, the body that follows cannot be read.
    if (name.startsWith("content-") || !quotesKey(value, apiKey)) passed[name] = value;
  }
  return passed;
}

/** Contains only codes, because messages of lower layers quote addresses. */
function failureOf(error: unknown): OpenAiError {
  if (error instanceof AddressRefusedError) return new OpenAiError(502, error.message, { code: "upstream_refused" });
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT") {
    return new OpenAiError(504, "The upstream did not respond in time.", { code: "upstream_timeout" });
  }
  return new OpenAiError(502, `The upstream could not be reached (${code}).`, { code: "upstream_unreachable" });
}

const MAX_ERROR_BODY_BYTES = 64 * 1024;
/** Beyond it HTTP has no classes of statuses, and a Response cannot have one. */
const MAX_STATUS = 599;

/** The upstream's error object, or one in its shape without what the upstream says about the variant's key. */
export async function refusalOf(response: UpstreamResponse, apiKey: string | null): Promise<Response> {
  const { status, headers, body } = response;
  const isRedirect = status < 400;
  const isUnknown = status > MAX_STATUS;
  const isAboutKey = status === 401 || status === 403;
  const text = isRedirect || isAboutKey || isUnknown ? "" : await readStart(body);
  body.destroy();
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("content-")));
  const sent = { ...kept, "content-type": "application/json" };
  const isError = isErrorObject(text);
  const isSecret = isError && jsonQuotesKey(text, apiKey);
  if (isError && !isSecret) return new Response(text, { status, headers: sent });
  const message = isRedirect
    ? `The upstream responded with ${status}, and redirects are not followed.`
    : isAboutKey
      ? `The upstream refused the variant's API key or its permissions (${status}).`
      : `The upstream responded with ${status}.${isSecret ? " Its error quotes the variant's API key." : ""}`;
  const ownStatus = isRedirect || isUnknown ? 502 : status;
  const code = isRedirect ? "upstream_redirect" : isAboutKey ? "upstream_auth" : "upstream_error";
  const type = isAboutKey || isRedirect || status >= 500 ? "api_error" : "invalid_request_error";
  const error = { message, type, param: null, code };
  return new Response(JSON.stringify({ error }), { status: ownStatus, headers: sent });
}

/** The text of a small body; empty if the body is larger or breaks off. */
async function readStart(body: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > MAX_ERROR_BODY_BYTES) return "";
      parts.push(part);
    }
  } catch {
    return "";
  }
  return Buffer.concat(parts).toString("utf8");
}

function isErrorObject(text: string): boolean {
  try {
    const body = JSON.parse(text) as { error?: unknown } | null;
    return typeof body?.error === "object" && body.error !== null;
  } catch {
    return false;
  }
}
