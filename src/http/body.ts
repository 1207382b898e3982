// Request bodies. Bytes are counted as they arrive, so an oversized body is refused before it is read or parsed.
import { isUtf8 } from "node:buffer";
import { JsonScan, type JsonFault, type JsonLimits } from "../domain/jsonScan.ts";
import type { Hold } from "./admission/heldBytes.ts";
import { closing, Problem } from "./problem.ts";

/** Far more than a valid body needs. */
export const MAX_CONFIG_BODY_BYTES = 64 * 1024;

/** Valid bodies nest far less, and a record or a list of settings has far fewer members. */
const CONFIG_LIMITS: JsonLimits = { maxDepth: 32, maxValues: 20_000, maxMembersOfObject: 5_000 };

/** So many bytes of a call are a piece of work. */
const PIECE_BYTES = 64 * 1024;

export interface BodyOptions {
  maxBytes: number;
  /** Default: those of a body of settings. */
  limits?: JsonLimits;
  /** NDJSON. */
  isLines?: boolean;
  /** Counts the bytes as held by the call; absent for calls without a workspace. */
  hold?: Hold | undefined;
}

/**
 * The body as text, without a byte order mark. A body that is too large is a 413, whatever else is wrong with it. Depth
 * and members are checked while the bytes arrive, so that the text can be parsed in a bounded time.
 */
export async function readText(request: Request, options: BodyOptions): Promise<string> {
  const bytes = await readBytes(request, options);
  if (!isUtf8(bytes)) throw new Problem(400, "The body is not valid UTF-8.");
  return bytes.toString("utf8", startsWithMark(bytes) ? 3 : 0);
}

async function readBytes(request: Request, { maxBytes, limits, isLines = false, hold }: BodyOptions): Promise<Buffer> {
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return Buffer.alloc(0);
  const scan = new JsonScan(limits ?? CONFIG_LIMITS, { isLines });
  hold?.check(declared);
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  let pieceBytes = 0;
  let pieceMs = 0;
  let fault: JsonFault | null = null;
  for await (const chunk of received(request.body)) {
    const startedMs = performance.now();
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    addTo(hold, chunk);
    fault = scan.push(bytes === chunk.byteLength && startsWithMark(chunk) ? chunk.subarray(3) : chunk);
    // Read on, because a body that is too large is a 413 before it is anything else.
    if (fault === null) chunks.push(chunk);
    else chunks = [];
    pieceBytes += chunk.byteLength;
    pieceMs += performance.now() - startedMs;
    if (pieceBytes < PIECE_BYTES) continue;
    await hold?.nextPiece(pieceMs);
    pieceBytes = 0;
    pieceMs = 0;
  }
  fault = scan.end();
  if (fault !== null) throw faultProblem(fault);
  return Buffer.concat(chunks, bytes);
}

function addTo(hold: Hold | undefined, chunk: Uint8Array): void {
  try {
    hold?.add(chunk.byteLength);
  } catch (error) {
    throw error instanceof Problem ? closing(error) : error;
  }
}

/** A caller that leaves before the end of its body has made a bad request; no fault of this server is logged. */
async function* received(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch {
    throw new Problem(400, "The body broke off.");
  }
}

const startsWithMark = (bytes: Uint8Array): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

function faultProblem(fault: JsonFault): Problem {
  switch (fault) {
    case "too_deep":
      return new Problem(400, "The body has too many lists and objects within each other.");
    case "too_many_members":
      return new Problem(400, "An object of the body has too many members.");
    case "too_many_values":
      return new Problem(413, "The body has too many values. Send less in one call.");
    case "broken":
    case "repeated":
      return new Problem(400, "The body is not valid JSON.");
  }
}

/** Closes the connection too, because the rest of the body will not be read. */
function tooLarge(maxBytes: number): Problem {
  const detail = `The body is larger than ${maxBytes} bytes. Send less in one call.`;
  return new Problem(413, detail, { headers: { connection: "close" } });
}

/** Throws 415 for other media types, charsets other than UTF-8, and compressed bodies. */
export function mediaType<T extends string>(request: Request, accepted: readonly T[]): T {
  const [type = "", ...parameters] = (request.headers.get("content-type") ?? "").toLowerCase().split(";");
  const found = accepted.find((candidate) => candidate === type.trim());
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith("charset="));
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (found === undefined || (charset !== undefined && !/^charset="?utf-8"?$/.test(charset))) {
    throw new Problem(415, `Send the body as ${accepted.join(" or ")} in UTF-8.`);
  }
  if (encoding.toLowerCase() !== "identity") throw new Problem(415, "Send the body without a content encoding.");
  return found;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body.
    throw new Problem(400, "The body is not valid JSON.");
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
