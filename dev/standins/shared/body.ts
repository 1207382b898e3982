// Reads request bodies with a limit, unpacking gzip.
import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

const unzip = promisify(gunzip);
/** Most bodies fit in a few chunks of this size. Each chunk costs one turn of the event loop. */
const UNZIP_CHUNK_BYTES = 512 * 1024;

export class BodyTooLarge extends Error {}
export class MalformedBody extends Error {}

/**
 * Returns the body after decompression.
 *
 * @throws BodyTooLarge if it has more than `maxBytes`; the rest is still read, so that the client gets its answer.
 * @throws MalformedBody if it is not the gzip that its header announces.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes <= maxBytes) parts.push(part);
  }
  if (bytes > maxBytes) throw new BodyTooLarge(`The body has more than ${maxBytes} bytes.`);
  const body = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  if (request.headers["content-encoding"] !== "gzip") return body;
  try {
    return await unzip(body, { maxOutputLength: maxBytes, chunkSize: UNZIP_CHUNK_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw new BodyTooLarge(`The body has more than ${maxBytes} bytes.`);
    throw new MalformedBody("The body is not valid gzip.");
  }
}
