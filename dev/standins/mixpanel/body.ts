// Reads a request's body, bounded, and takes the events out of it whatever form they came in.
import type { IncomingMessage } from "node:http";
import { isUtf8 } from "node:buffer";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { parseLossless } from "./lossless.ts";

const unzip = promisify(gunzip);
/** Most bodies in one piece or a few: each piece costs a turn of the event loop. */
const UNZIP_CHUNK_BYTES = 512 * 1024;

export class BodyTooLarge extends Error {}
export class MalformedBody extends Error {}

/** The decompressed body; throws BodyTooLarge beyond `maxBytes`, once the rest has been read and dropped. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes <= maxBytes) parts.push(part);
  }
  if (bytes > maxBytes) throw new BodyTooLarge();
  const body = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  if (request.headers["content-encoding"] !== "gzip") return body;
  try {
    return await unzip(body, { maxOutputLength: maxBytes, chunkSize: UNZIP_CHUNK_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw new BodyTooLarge();
    throw new MalformedBody();
  }
}

export interface Events {
  events: unknown[];
  /** Whether the body held bytes that are no UTF-8; they are replacement characters now. */
  broken: boolean;
}

/** JSON array, one JSON object, NDJSON, or a form's `data` (JSON or base64 of it). */
export function readEvents(body: Buffer, contentType: string): Events {
  const broken = !isUtf8(body);
  const text = body.toString("utf8");
  if (contentType.startsWith("application/x-www-form-urlencoded")) return { events: readForm(text).events, broken };
  if (contentType.startsWith("application/x-ndjson")) return { events: readLines(text), broken };
  return { events: parseArray(text), broken };
}

/** `data=` and the flags that some clients send inside the form. */
export function readForm(text: string): { events: unknown[]; verbose: boolean } {
  const form = new URLSearchParams(text);
  const data = form.get("data");
  return { events: data === null ? [] : parseData(data), verbose: form.get("verbose") === "1" };
}

/** base64 may have lost its `+` to form decoding, or arrive URL-safe. */
export function parseData(data: string): unknown[] {
  const trimmed = data.trim();
  if (/^[[{]/.test(trimmed)) return parseArray(trimmed);
  return parseArray(Buffer.from(trimmed.replaceAll(" ", "+"), "base64").toString("utf8"));
}

function readLines(text: string): unknown[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  try {
    return lines.map((line) => parseLossless(line));
  } catch {
    throw new MalformedBody();
  }
}

function parseArray(text: string): unknown[] {
  try {
    const value = parseLossless(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    throw new MalformedBody();
  }
}
