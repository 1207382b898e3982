// Request bodies: bytes are counted as they come, so that an oversized one is refused before it is read or understood.
import { isUtf8 } from "node:buffer";
import { Problem } from "./problem.ts";

/** Calls that configure something: far more than any valid body needs. */
export const MAX_CONFIG_BODY_BYTES = 64 * 1024;

/** The body as text. 413 wins over every complaint about the content. */
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
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** The connection is closed with it: the rest of the body will not be read. */
function tooLarge(maxBytes: number): Problem {
  const detail = `The body is larger than ${maxBytes} bytes. Send less in one call.`;
  return new Problem(413, detail, { headers: { connection: "close" } });
}

/** Which of the media types the body has; 415 for any other, for another charset than UTF-8 and for a compressed body. */
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
    // The parser's own message quotes the body.
    throw new Problem(400, "The body is not valid JSON.");
  }
}
