// COPY FROM STDIN in text format: rows are encoded into pieces of bounded size and sent as the server takes them.
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import type { PoolClient } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { storable } from "./text.ts";

const PIECE_CHARS = 256 * 1024;
const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** Copies `lines` (each a row in COPY's text format with its line end) into `target`, a table with its column list. */
export async function copyInto(client: PoolClient, target: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(inPieces(lines)), client.query(copyFrom(`copy ${target} from stdin`)));
}

/** One field of a row. Costs a scan and nothing else where the text has nothing to escape, as most has. */
export function copyField(text: string): string {
  const clean = storable(text);
  return SPECIAL.test(clean) ? clean.replace(/[\\\t\n\r]/g, (char) => ESCAPES[char] ?? char) : clean;
}

function* inPieces(lines: Iterable<string>): Generator<Buffer> {
  let piece = "";
  for (const line of lines) {
    piece += line;
    if (piece.length >= PIECE_CHARS) {
      yield Buffer.from(piece, "utf8");
      piece = "";
    }
  }
  if (piece.length > 0) yield Buffer.from(piece, "utf8");
}
