// The HTTP client of all connectors: timeouts, bounded bodies, and network errors as SyncErrors.
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Agent, request } from "undici";
import { SyncError } from "../domain/errors.ts";

export const USER_AGENT = "crosscurrent/0.1.0";
export const MAX_ERROR_BODY_BYTES = 64 * 1024;

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS_PER_ORIGIN = 64;
const BODY_BUFFER_BYTES = 512 * 1024;
const GUNZIP_CHUNK_BYTES = 256 * 1024;
const HEARTBEAT_EVERY_MS = 2_000;

export interface HttpRequest {
  method: "GET" | "POST";
  url: URL;
  headers: Record<string, string>;
  body?: Buffer | string;
  signal: AbortSignal;
  headersTimeoutMs: number;
  bodyIdleTimeoutMs: number;
}

export interface HttpResponse {
  status: number;
  /** Returns one header by its lower-case name. */
  header(name: string): string | undefined;
  /** Decompressed. It ends with an error if the response was cut short. */
  body: Readable;
  /** Truncates the body to `maxBytes`. */
  text(maxBytes: number): Promise<string>;
}

export interface HttpClient {
  /** `service` is the server's name in error messages. Throws SyncError, or the signal's reason if it is aborted. */
  send(service: string, input: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

export function createHttpClient(): HttpClient {
  const agent = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS }, connections: MAX_CONNECTIONS_PER_ORIGIN });
  return {
    async send(service, { method, url, headers, body, signal, headersTimeoutMs, bodyIdleTimeoutMs }) {
      signal.throwIfAborted();
      try {
        const response = await request(url, {
          dispatcher: agent,
          method,
          headers: { "user-agent": USER_AGENT, ...headers },
          body: body ?? null,
          signal,
          headersTimeout: headersTimeoutMs,
          bodyTimeout: bodyIdleTimeoutMs,
          highWaterMark: BODY_BUFFER_BYTES,
        });
        const header = (name: string): string | undefined => {
          const value = response.headers[name];
          return Array.isArray(value) ? value[0] : value;
        };
        const decompressed = decompress(response.body, header("content-encoding"));
        return {
          status: response.statusCode,
          header,
          body: decompressed,
          text: (maxBytes) => readText(service, decompressed, maxBytes, signal),
        };
      } catch (error) {
        throw networkError(service, error, signal);
      }
    },
    close: () => agent.close(),
  };
}

function decompress(body: Readable, encoding: string | undefined): Readable {
  if (encoding === undefined || encoding === "" || encoding === "identity") return body;
  // Only gzip is ever asked for. With any other encoding gunzip fails, and the request with it.
  const gunzip = createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES });
  // The pipeline destroys `gunzip` with the error of either stream, so its reader sees it.
  return pipeline(allReceived(body), gunzip, () => undefined);
}

/** Takes all that has arrived. With small reads undici buffers without bound: each one lets in a socketful of bytes. */
async function* allReceived(body: Readable): AsyncGenerator<Buffer> {
  for await (const received of body as AsyncIterable<Buffer>) yield received;
}

async function readText(service: string, body: Readable, maxBytes: number, signal: AbortSignal): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      parts.push(part);
      bytes += part.length;
      if (bytes > maxBytes) break; // Leaving the loop destroys the stream.
    }
  } catch (error) {
    throw networkError(service, error, signal);
  }
  return Buffer.concat(parts).subarray(0, maxBytes).toString("utf8");
}

/** Returns undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The signal's reason, or `transient` with only the cause's code, because causes may quote addresses with queries. */
export function networkError(service: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof SyncError) return error;
  return new SyncError("transient", `${service} could not be reached or broke off its answer (${errorCode(error)}).`);
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Sends heartbeats until the promise settles. The promise must have a timeout of its own. */
export async function withHeartbeat<T>(heartbeat: () => void, pending: Promise<T>): Promise<T> {
  heartbeat();
  const timer = setInterval(heartbeat, HEARTBEAT_EVERY_MS);
  try {
    return await pending;
  } finally {
    clearInterval(timer);
  }
}
