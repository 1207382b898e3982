// COPY FROM STDIN in text format, on a transaction's connection. The server takes the rows in chunks of bounded size.
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { from as copyFrom } from "pg-copy-streams";
import type { Transaction } from "./database.ts";
import { storable } from "./text.ts";

const CHUNK_CHARS = 256 * 1024;
const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** Copies `lines` (each a row in COPY's text format with its line end) into `target`, a table with its column list. */
export async function copyInto(tx: Transaction, target: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(toChunks(lines)), tx.client.query(copyFrom(`copy ${target} from stdin`)));
}

/** Encodes one field of a row. Most texts have nothing to escape, and then this only scans them. */
export function copyField(text: string): string {
  const clean = storable(text);
  return SPECIAL.test(clean) ? clean.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char] ?? char) : clean;
}

function* toChunks(lines: Iterable<string>): Generator<Buffer> {
  let chunk = "";
  for (const line of lines) {
    chunk += line;
    if (chunk.length >= CHUNK_CHARS) {
      yield Buffer.from(chunk, "utf8");
      chunk = "";
    }
  }
  if (chunk.length > 0) yield Buffer.from(chunk, "utf8");
}
