// One call of an upstream: what is sent to it, and which of its headers go back.
import type { NewVariant } from "../domain/router.ts";
import type { EventEmitter } from "node:events";
import type { Readable } from "node:stream";
import type { IncomingHttpHeaders } from "node:http";
import { request, type Dispatcher } from "undici";
import { AddressRefusedError } from "./connect.ts";
import { GatewayError } from "./errors.ts";

export interface UpstreamOptions {
  agent: Dispatcher;
  headersTimeoutMs: number;
  idleTimeoutMs: number;
}

export interface UpstreamAnswer {
  status: number;
  headers: Record<string, string>;
  body: Readable;
}

/** Emits `abort` when nobody waits for the answer any more. */
export interface CallSignal extends EventEmitter {
  readonly aborted: boolean;
}

/**
 * What goes back of an upstream's headers. Everything else stays: hop-by-hop headers, cookies, challenges, and whatever would speak to a
 * browser in this server's name. A length goes along, since the bytes do as they come, and undici lets no other number of them end.
 */
const PASSED = new Set([
  ...[
    "content-type",
    "content-length",
    "content-encoding",
    "retry-after",
    "retry-after-ms",
    "x-should-retry",
    "x-request-id",
  ],
  ...["openai-processing-ms", "openai-version"],
]);
const PASSED_PREFIX = "x-ratelimit-";
const USER_AGENT = "crosscurrent/0.1.0";

/** The upstream's answer once its headers are there, whatever its status; GatewayError 502 or 504 where there is none. */
export async function callUpstream(
  { agent, headersTimeoutMs, idleTimeoutMs }: UpstreamOptions,
  { baseUrl, apiKey }: NewVariant["upstream"],
  call: { body: Buffer; accept: string | undefined; signal: CallSignal },
): Promise<UpstreamAnswer> {
  try {
    const answer = await request(`${baseUrl.replace(/\/+$/, "")}/chat/completions`, {
      dispatcher: agent,
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: call.accept ?? "*/*",
        // Bytes are passed on as they come, so a client would have to understand what we asked for.
        "accept-encoding": "identity",
        "user-agent": USER_AGENT,
        ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
      },
      body: call.body,
      signal: call.signal,
      headersTimeout: headersTimeoutMs,
      bodyTimeout: idleTimeoutMs,
    });
    // A body that is given up, or breaks off before anybody listens, must not end the process; readers listen for themselves.
    answer.body.on("error", () => undefined);
    return { status: answer.statusCode, headers: passedOn(answer.headers), body: answer.body };
  } catch (error) {
    if (call.signal.aborted) throw error;
    throw failureOf(error);
  }
}

function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === "string" && (PASSED.has(name) || name.startsWith(PASSED_PREFIX))) passed[name] = value;
  }
  return passed;
}

/** Only kinds and codes: messages of lower layers quote addresses. */
function failureOf(error: unknown): GatewayError {
  if (error instanceof AddressRefusedError) return new GatewayError(502, error.message, { code: "upstream_refused" });
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT") {
    return new GatewayError(504, "The upstream did not answer in time.", { code: "upstream_timeout" });
  }
  return new GatewayError(502, `The upstream could not be reached (${code}).`, { code: "upstream_unreachable" });
}

const MAX_ERROR_BODY_BYTES = 64 * 1024;

/**
 * An upstream's refusal for the caller: its own error object where it sent one, else one in the same shape. What it says about the
 * variant's key is not the caller's to read.
 */
export async function refusalOf({ status, headers, body }: UpstreamAnswer): Promise<Response> {
  const isRedirect = status < 400;
  const isAboutKey = status === 401 || status === 403;
  const text = isRedirect || isAboutKey ? "" : await readStart(body);
  body.destroy();
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("content-")));
  const answered = { ...kept, "content-type": "application/json" };
  if (isErrorObject(text)) return new Response(text, { status, headers: answered });
  const message = isRedirect
    ? `The upstream answered with ${status}, and redirects are not followed.`
    : isAboutKey
      ? `The upstream refused the variant's API key or what it may do (${status}).`
      : `The upstream answered with ${status}.`;
  const code = isRedirect ? "upstream_redirect" : isAboutKey ? "upstream_auth" : "upstream_error";
  const type = isAboutKey || isRedirect || status >= 500 ? "api_error" : "invalid_request_error";
  const error = { message, type, param: null, code };
  return new Response(JSON.stringify({ error }), { status: isRedirect ? 502 : status, headers: answered });
}

/** The whole of a small body; nothing of a larger one, or of one that breaks off. */
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
