// Cuts a stream of bytes into blocks of whole lines, at newline bytes only; a line that is too long is skipped, not buffered.
import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";

const NEWLINE = 10;
const BLOCK_BYTES = 1024 * 1024;
export const MAX_LINE_BYTES = 4 * 1024 * 1024;
/** How much of a line that cannot be taken is kept for people to look at. */
export const MAX_RECORD_CHARS = 4_000;

export interface OverlongLine {
  /** Hash of the whole line. */
  key: string;
  /** Its beginning. */
  start: string;
}

export type LinePiece =
  /** Whole lines, each with its newline. */
  | { lines: string; bytes: number }
  /** What came after the last newline of the stream. */
  | { tail: string; bytes: number }
  | { overlong: OverlongLine; bytes: number };

/** `onBytes` is called for whatever arrives. */
export async function* splitLines(stream: AsyncIterable<Buffer>, onBytes: () => void): AsyncGenerator<LinePiece> {
  /** Bytes since the last block: whole lines and then `openBytes` of an unfinished one. */
  let parts: Buffer[] = [];
  let bytes = 0;
  let openBytes = 0;
  let skipping: { hash: Hash; start: string; bytes: number } | null = null;

  for await (const arrived of stream) {
    onBytes();
    let chunk = arrived;
    if (skipping !== null) {
      const end = chunk.indexOf(NEWLINE);
      const skipped = end === -1 ? chunk : chunk.subarray(0, end);
      skipping.hash.update(skipped);
      skipping.bytes += skipped.length;
      if (end === -1) continue;
      yield overlong(skipping);
      skipping = null;
      chunk = chunk.subarray(end + 1);
    }
    if (chunk.length === 0) continue;
    parts.push(chunk);
    bytes += chunk.length;
    const last = chunk.lastIndexOf(NEWLINE);
    openBytes = last === -1 ? openBytes + chunk.length : chunk.length - last - 1;
    if (openBytes <= MAX_LINE_BYTES && (bytes < BLOCK_BYTES || openBytes === bytes)) continue;

    const all = Buffer.concat(parts);
    const whole = bytes - openBytes;
    if (whole > 0) yield { lines: all.toString("utf8", 0, whole), bytes: whole };
    const open = all.subarray(whole);
    if (openBytes > MAX_LINE_BYTES) {
      const hash = createHash("sha256").update(open);
      skipping = { hash, start: open.toString("utf8", 0, MAX_RECORD_CHARS), bytes: open.length };
      openBytes = 0;
    }
    parts = openBytes === 0 ? [] : [open];
    bytes = openBytes;
  }
  // A line without its end: whether it was cut is for the reader to see.
  if (skipping !== null) yield { tail: skipping.start, bytes: skipping.bytes };
  if (bytes === 0) return;
  const all = Buffer.concat(parts);
  const whole = bytes - openBytes;
  if (whole > 0) yield { lines: all.toString("utf8", 0, whole), bytes: whole };
  if (openBytes > 0) yield { tail: all.toString("utf8", whole), bytes: openBytes };
}

function overlong({ hash, start, bytes }: { hash: Hash; start: string; bytes: number }): LinePiece {
  return { overlong: { key: hash.digest("hex").slice(0, 32), start }, bytes };
}
