// One small HTTP client for all connectors: timeouts, bounded bodies, and network failures in the closed set of error kinds.
import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { Agent, request } from "undici";
import { SyncError } from "../domain/errors.ts";

export const USER_AGENT = "crosscurrent/0.1.0";
export const MAX_ERROR_BODY_BYTES = 64 * 1024;

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS_PER_ORIGIN = 64;
/** How much of an answer may wait for its reader. */
const BODY_BUFFER_BYTES = 512 * 1024;
const GUNZIP_CHUNK_BYTES = 256 * 1024;
const HEARTBEAT_EVERY_MS = 2_000;

export interface HttpRequest {
  method: "GET" | "POST";
  url: URL;
  headers: Record<string, string>;
  body?: Buffer | string;
  signal: AbortSignal;
  /** How long the far side may think before it answers. */
  headersTimeoutMs: number;
  /** How long its answer may stall. */
  bodyIdleTimeoutMs: number;
}

export interface HttpResponse {
  status: number;
  /** One header by its lower-case name. */
  header(name: string): string | undefined;
  /** Decompressed; ends with an error where the answer was cut short. */
  body: Readable;
}

export interface HttpClient {
  /** `service` is what messages call the far side. */
  send(service: string, input: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** A client with its own pool of connections. */
export function createHttpClient(): HttpClient {
  const agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    connections: MAX_CONNECTIONS_PER_ORIGIN,
  });
  return {
    async send(service, input) {
      input.signal.throwIfAborted();
      try {
        const answer = await request(input.url, {
          dispatcher: agent,
          method: input.method,
          headers: { "user-agent": USER_AGENT, ...input.headers },
          body: input.body ?? null,
          signal: input.signal,
          headersTimeout: input.headersTimeoutMs,
          bodyTimeout: input.bodyIdleTimeoutMs,
          highWaterMark: BODY_BUFFER_BYTES,
        });
        const header = (name: string): string | undefined => {
          const value = answer.headers[name];
          return Array.isArray(value) ? value[0] : value;
        };
        return {
          status: answer.statusCode,
          header,
          body: decompressed(answer.body, header("content-encoding")),
        };
      } catch (error) {
        throw networkError(service, error, input.signal);
      }
    },
    close: () => agent.close(),
  };
}

function decompressed(body: Readable, encoding: string | undefined): Readable {
  if (encoding === undefined || encoding === "" || encoding === "identity") return body;
  // Anything but gzip was not asked for: gunzip then fails, and the page with it.
  const gunzip = createGunzip({ chunkSize: GUNZIP_CHUNK_BYTES });
  // The error of either stream reaches whoever reads `gunzip`: pipeline destroys it with that error.
  return pipeline(inGulps(body), gunzip, () => undefined);
}

/**
 * Takes all that has arrived at once. Piece by piece, undici would let a socket's worth of bytes in for each small piece taken out,
 * and so buffer an answer without bound where its reader is slower than the network.
 */
async function* inGulps(body: Readable): AsyncGenerator<Buffer> {
  for await (const gulp of body as AsyncIterable<Buffer>) yield gulp;
}

/** Reads a small body as text, at most `maxBytes` of it; `complete` tells whether that was all. */
export async function readText(
  service: string,
  answer: HttpResponse,
  maxBytes: number,
  signal: AbortSignal,
): Promise<{ text: string; complete: boolean }> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of answer.body as AsyncIterable<Buffer>) {
      parts.push(part);
      bytes += part.length;
      if (bytes > maxBytes) break; // leaving the loop destroys the stream
    }
  } catch (error) {
    throw networkError(service, error, signal);
  }
  return {
    text: Buffer.concat(parts).subarray(0, maxBytes).toString("utf8"),
    complete: bytes <= maxBytes,
  };
}

/**
 * What a failed request or a broken body means. Being asked to stop is no failure of the far side: the reason of the signal
 * is passed on as it is. Only the error's code is shown, because messages of lower layers may quote addresses with queries.
 */
export function networkError(service: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof SyncError) return error;
  return new SyncError("transient", `${service} could not be reached or broke off its answer (${errorCode(error)}).`);
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.name;
}

/** Keeps telling that somebody waits while a promise is pending; the promise has a timeout of its own. */
export async function withHeartbeat<T>(heartbeat: () => void, pending: Promise<T>): Promise<T> {
  heartbeat();
  const timer = setInterval(heartbeat, HEARTBEAT_EVERY_MS);
  try {
    return await pending;
  } finally {
    clearInterval(timer);
  }
}
