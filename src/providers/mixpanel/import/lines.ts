// Cuts a stream of bytes into blocks of whole lines. A line that is too long is skipped, not buffered.
import { createHash, type Hash } from "node:crypto";
import { MAX_RECORD_CHARS, MAX_ROW_BYTES } from "../../importChunks.ts";

const NEWLINE = 10;
const BLOCK_BYTES = 1024 * 1024;

/** Whole lines with their newlines, or what follows the stream's last newline. */
export type LinesPart = { kind: "lines" | "tail"; text: string; bytes: number } | OverlongLine;

export interface OverlongLine {
  kind: "overlong";
  /** A hash of the whole line. */
  key: string;
  start: string;
  bytes: number;
}

export async function* splitLines(stream: AsyncIterable<Buffer>, onBytes: () => void): AsyncGenerator<LinesPart> {
  /** The bytes since the last block: whole lines, and then `openBytes` of an unfinished line. */
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
    if (openBytes <= MAX_ROW_BYTES && (bytes < BLOCK_BYTES || openBytes === bytes)) continue;

    const all = Buffer.concat(parts);
    const whole = bytes - openBytes;
    if (whole > 0) yield { kind: "lines", text: all.toString("utf8", 0, whole), bytes: whole };
    const open = all.subarray(whole);
    if (openBytes > MAX_ROW_BYTES) {
      const hash = createHash("sha256").update(open);
      skipping = { hash, start: open.toString("utf8", 0, MAX_RECORD_CHARS), bytes: open.length };
      openBytes = 0;
    }
    parts = openBytes === 0 ? [] : [open];
    bytes = openBytes;
  }
  if (skipping !== null) yield { kind: "tail", text: skipping.start, bytes: skipping.bytes };
  if (bytes === 0) return;
  const all = Buffer.concat(parts);
  const whole = bytes - openBytes;
  if (whole > 0) yield { kind: "lines", text: all.toString("utf8", 0, whole), bytes: whole };
  if (openBytes > 0) yield { kind: "tail", text: all.toString("utf8", whole), bytes: openBytes };
}

function overlong({ hash, start, bytes }: { hash: Hash; start: string; bytes: number }): LinesPart {
  return { kind: "overlong", key: hash.digest("hex").slice(0, 32), start, bytes };
}
