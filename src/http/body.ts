// Request bodies. Bytes are counted as they arrive, so an oversized body is refused before it is read or parsed.
import { isUtf8 } from "node:buffer";
import { Problem } from "./problem.ts";

/** Far more than a valid body needs. */
export const MAX_CONFIG_BODY_BYTES = 64 * 1024;

/** The body as text, without a byte order mark. A body that is too large is a 413, whatever else is wrong with it. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const bytes = await readBytes(request, maxBytes);
  if (!isUtf8(bytes)) throw new Problem(400, "The body is not valid UTF-8.");
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return bytes.toString("utf8", start);
}

async function readBytes(request: Request, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of received(request.body)) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** A caller that leaves before the end of its body has made a bad request; no fault of this server is logged. */
async function* received(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch {
    throw new Problem(400, "The body broke off.");
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
