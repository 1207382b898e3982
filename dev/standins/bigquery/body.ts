// Request bodies of BigQuery: JSON, and uploaded files, which are streamed to disk.
import { createWriteStream } from "node:fs";
import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Readable } from "node:stream";
import { BodyTooLarge, readBody } from "../shared/body.ts";
import { GoogleError, invalid, type Json } from "./google.ts";

const JSON_MAX_BYTES = 64 * 1024 * 1024;

/** The body after decompression. */
export function decoded(request: IncomingMessage): Readable {
  return request.headers["content-encoding"] === "gzip" ? request.pipe(createGunzip()) : request;
}

/** Throws what BigQuery answers to a body that is too large. */
export async function readText(request: IncomingMessage): Promise<string> {
  try {
    return (await readBody(request, JSON_MAX_BYTES)).toString("utf8");
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error;
    throw new GoogleError(413, "uploadTooLarge", `Request is too large (over ${JSON_MAX_BYTES} bytes).`);
  }
}

export async function readJson(request: IncomingMessage): Promise<Json> {
  return parseJson(await readText(request));
}

export function parseJson(text: string): Json {
  if (text.trim() === "") return {};
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Said below.
  }
  throw new GoogleError(400, "parseError", "Parse Error");
}

export async function writeTo(path: string, source: AsyncIterable<Buffer>, append = false): Promise<void> {
  await pipeline(source, createWriteStream(path, { flags: append ? "a" : "w" }));
}

/**
 * Splits `multipart/related` of two parts: JSON, then the file. Resolves when the JSON was read; the caller then reads
 * the file's bytes from `media`.
 */
export async function splitMultipart(
  source: AsyncIterable<Buffer>,
  contentType: string,
): Promise<{ json: Json; media: AsyncIterable<Buffer> }> {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) throw invalid("Multipart upload without a boundary.");
  const chunks = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  for (;;) {
    const split = splitHead(head, boundary);
    if (split !== null) return { json: split.json, media: mediaOf(split.rest, chunks, boundary) };
    const next = await chunks.next();
    if (next.done === true) throw invalid("Multipart upload must have two parts.");
    head = Buffer.concat([head, next.value]);
    if (head.length > JSON_MAX_BYTES) throw invalid("The first part of a multipart upload is too large.");
  }
}

function splitHead(head: Buffer, boundary: string): { json: Json; rest: Buffer } | null {
  const first = head.indexOf(`--${boundary}`);
  const jsonAt = first < 0 ? -1 : head.indexOf("\r\n\r\n", first);
  const second = jsonAt < 0 ? -1 : head.indexOf(`\r\n--${boundary}`, jsonAt + 4);
  const mediaAt = second < 0 ? -1 : head.indexOf("\r\n\r\n", second);
  if (mediaAt < 0) return null;
  return { json: parseJson(head.subarray(jsonAt + 4, second).toString("utf8")), rest: head.subarray(mediaAt + 4) };
}

/** All bytes up to the closing boundary, which may be spread over several chunks. */
async function* mediaOf(rest: Buffer, chunks: AsyncIterator<Buffer>, boundary: string): AsyncGenerator<Buffer> {
  const mark = Buffer.from(`\r\n--${boundary}`);
  let kept = rest;
  for (;;) {
    const end = kept.indexOf(mark);
    if (end >= 0) {
      yield kept.subarray(0, end);
      // The epilogue must be read too, or the connection cannot be used again.
      while ((await chunks.next()).done !== true);
      return;
    }
    const safe = Math.max(0, kept.length - mark.length);
    if (safe > 0) yield kept.subarray(0, safe);
    const next = await chunks.next();
    if (next.done === true) throw invalid("Multipart upload without an end.");
    kept = Buffer.concat([kept.subarray(safe), next.value]);
  }
}
