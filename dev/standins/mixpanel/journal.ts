// The append-only file of one project. It is written before a request is answered, and read at start without an
// incomplete last record.
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type { LinkRecord } from "./identity.ts";
import type { ProjectSettings } from "./settings.ts";
import type { Row } from "./rows.ts";

const HEADER_BYTES = 5;
const ROW_HEADER_BYTES = 8 + 8 + 8 + 2 + 2;
const REWRITE_HEADER_BYTES = 4 + 4 + 8 + 2;
const READ_BYTES = 8 * 1024 * 1024;
const MAX_RECORD_BYTES = 64 * 1024 * 1024;
const KIND = { settings: 1, row: 2, rewrite: 3, reset: 4, link: 5 } as const;

export interface Rewrite {
  day: number;
  index: number;
  processingMs: number;
  timeOffset: number;
  line: string;
}

export interface JournalReader {
  settings(settings: ProjectSettings): void;
  row(row: Row): void;
  rewrite(rewrite: Rewrite): void;
  link(link: LinkRecord): void;
  reset(): void;
}

export class Journal {
  readonly #file: number;
  #pending: Buffer[] = [];

  /** Opens or creates the file, and replays its complete records. */
  constructor(path: string, reader: JournalReader) {
    this.#file = openSync(path, "a+");
    const wholeBytes = replay(this.#file, reader);
    ftruncateSync(this.#file, wholeBytes);
  }

  settings(settings: ProjectSettings): void {
    this.#record(KIND.settings, Buffer.from(JSON.stringify(settings)));
  }

  link(link: LinkRecord): void {
    this.#record(KIND.link, Buffer.from(JSON.stringify(link)));
  }

  reset(): void {
    this.#record(KIND.reset, Buffer.alloc(0));
  }

  row(row: Row): void {
    const eventBytes = Buffer.byteLength(row.event);
    const payload = Buffer.allocUnsafe(ROW_HEADER_BYTES + eventBytes + Buffer.byteLength(row.line));
    payload.writeDoubleLE(row.timeMs, 0);
    payload.writeDoubleLE(row.processingMs, 8);
    payload.writeDoubleLE(row.keyHash, 16);
    payload.writeUInt16LE(row.timeOffset, 24);
    payload.writeUInt16LE(eventBytes, 26);
    payload.write(row.event, ROW_HEADER_BYTES);
    payload.write(row.line, ROW_HEADER_BYTES + eventBytes);
    this.#record(KIND.row, payload);
  }

  rewrite(rewrite: Rewrite): void {
    const payload = Buffer.allocUnsafe(REWRITE_HEADER_BYTES + Buffer.byteLength(rewrite.line));
    payload.writeInt32LE(rewrite.day, 0);
    payload.writeUInt32LE(rewrite.index, 4);
    payload.writeDoubleLE(rewrite.processingMs, 8);
    payload.writeUInt16LE(rewrite.timeOffset, 16);
    payload.write(rewrite.line, REWRITE_HEADER_BYTES);
    this.#record(KIND.rewrite, payload);
  }

  /** Passes all records to the operating system, so that a SIGKILL loses none of them. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#file, bytes, written);
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }

  #record(kind: number, payload: Buffer): void {
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt32LE(payload.length, 0);
    header.writeUInt8(kind, 4);
    this.#pending.push(header, payload);
  }
}

/** Returns the number of bytes of complete records. */
function replay(file: number, reader: JournalReader): number {
  let wholeBytes = 0;
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const block = Buffer.allocUnsafe(READ_BYTES);
    const read = readSync(file, block, 0, READ_BYTES, wholeBytes + rest.length);
    if (read === 0) return wholeBytes;
    const bytes = Buffer.concat([rest, block.subarray(0, read)]);
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const length = bytes.readUInt32LE(at);
      if (length > MAX_RECORD_BYTES) throw new Error(`journal record of ${length} bytes at ${wholeBytes + at}`);
      if (bytes.length - at < HEADER_BYTES + length) break;
      deliver(bytes.readUInt8(at + 4), bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length), reader);
      at += HEADER_BYTES + length;
    }
    wholeBytes += at;
    rest = bytes.subarray(at);
  }
}

function deliver(kind: number, payload: Buffer, reader: JournalReader): void {
  switch (kind) {
    case KIND.settings:
      return reader.settings(JSON.parse(payload.toString()) as ProjectSettings);
    case KIND.link:
      return reader.link(JSON.parse(payload.toString()) as LinkRecord);
    case KIND.reset:
      return reader.reset();
    case KIND.row: {
      const lineAt = ROW_HEADER_BYTES + payload.readUInt16LE(26);
      return reader.row({
        timeMs: payload.readDoubleLE(0),
        processingMs: payload.readDoubleLE(8),
        keyHash: payload.readDoubleLE(16),
        timeOffset: payload.readUInt16LE(24),
        event: payload.toString("utf8", ROW_HEADER_BYTES, lineAt),
        line: payload.toString("utf8", lineAt),
      });
    }
    case KIND.rewrite:
      return reader.rewrite({
        day: payload.readInt32LE(0),
        index: payload.readUInt32LE(4),
        processingMs: payload.readDoubleLE(8),
        timeOffset: payload.readUInt16LE(16),
        line: payload.toString("utf8", REWRITE_HEADER_BYTES),
      });
    default:
      throw new Error(`unknown journal record ${kind}`);
  }
}
