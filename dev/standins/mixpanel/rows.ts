// The events of one project in memory: raw lines per day in Buffers, and the columns by which the export filters.
import { dayOf } from "./zone.ts";

const FIRST_CHUNK_BYTES = 16 * 1024;
const MAX_CHUNK_BYTES = 4 * 1024 * 1024;
const FIRST_ROWS = 16;

/** One stored event. `line` is its export line with `time` in milliseconds, without the newline. */
export interface Row {
  event: string;
  /** As the project stores it: local time in a project created before 2023. */
  timeMs: number;
  processingMs: number;
  line: string;
  /** The byte offset of the digits of `time` in the line; 0 for a line that is sent unchanged. */
  timeOffset: number;
  /** 53-bit hash of the dedupe key. */
  keyHash: number;
}

/** Rows of one day in the order of arrival. Columns are parallel; offset and length address `chunks[chunkOf[i]]`. */
export class DayRows {
  count = 0;
  eventIds = new Uint32Array(FIRST_ROWS);
  timesMs = new Float64Array(FIRST_ROWS);
  processingMs = new Float64Array(FIRST_ROWS);
  keyHashes = new Float64Array(FIRST_ROWS);
  timeOffsets = new Uint16Array(FIRST_ROWS);
  #chunkOf = new Uint16Array(FIRST_ROWS);
  #offsets = new Uint32Array(FIRST_ROWS);
  #lengths = new Uint32Array(FIRST_ROWS);
  readonly #chunks: Buffer[] = [];
  #used = 0;

  add(row: Row, eventId: number): void {
    if (this.count === this.eventIds.length) this.#grow();
    const index = this.count++;
    this.eventIds[index] = eventId;
    this.timesMs[index] = row.timeMs;
    this.keyHashes[index] = row.keyHash;
    this.set(index, row.line, row.timeOffset, row.processingMs);
  }

  /** Writes the line of a row. The bytes of an earlier line stay, unused. */
  set(index: number, line: string, timeOffset: number, processingMs: number): void {
    const chunk = this.#room(line);
    const length = chunk.write(line, this.#used, "utf8");
    chunk[this.#used + length] = 10;
    this.#chunkOf[index] = this.#chunks.length - 1;
    this.#offsets[index] = this.#used;
    this.#lengths[index] = length + 1;
    this.timeOffsets[index] = timeOffset;
    this.processingMs[index] = processingMs;
    this.#used += length + 1;
  }

  /** The line with its newline, as a view without copying. */
  bytes(index: number): Buffer {
    const chunk = this.#chunks[this.#chunkOf[index] ?? 0] as Buffer;
    const offset = this.#offsets[index] ?? 0;
    return chunk.subarray(offset, offset + (this.#lengths[index] ?? 0));
  }

  text(index: number): string {
    return this.bytes(index).toString("utf8", 0, (this.#lengths[index] ?? 1) - 1);
  }

  /** Copies lines to `target` and returns the number of bytes. With `seconds` it copies the first line only. */
  copyLines(from: number, to: number, target: Buffer, at: number, seconds: boolean): number {
    if (seconds) return this.#copyInSeconds(from, target, at);
    let written = 0;
    for (let index = from; index < to;) {
      const chunk = this.#chunkOf[index] ?? 0;
      const start = this.#offsets[index] ?? 0;
      let end = start + (this.#lengths[index++] ?? 0);
      // Lines that were written in sequence are adjacent.
      while (index < to && this.#chunkOf[index] === chunk && this.#offsets[index] === end)
        end += this.#lengths[index++] ?? 0;
      written += (this.#chunks[chunk] as Buffer).copy(target, at + written, start, end);
    }
    return written;
  }

  bytesBetween(from: number, to: number): number {
    let bytes = 0;
    for (let index = from; index < to; index++) bytes += this.#lengths[index] ?? 0;
    return bytes;
  }

  #copyInSeconds(index: number, target: Buffer, at: number): number {
    const chunk = this.#chunks[this.#chunkOf[index] ?? 0] as Buffer;
    const offset = this.#offsets[index] ?? 0;
    const end = offset + (this.#lengths[index] ?? 0);
    const timeOffset = this.timeOffsets[index] ?? 0;
    if (timeOffset === 0) return chunk.copy(target, at, offset, end);
    const digitsEnd = offset + timeOffset + String(this.timesMs[index] ?? 0).length;
    const head = chunk.copy(target, at, offset, digitsEnd - 3);
    return head + chunk.copy(target, at + head, digitsEnd, end);
  }

  #room(line: string): Buffer {
    const last = this.#chunks.at(-1);
    if (last && last.length - this.#used > line.length * 3) return last;
    const neededBytes = Buffer.byteLength(line) + 1;
    if (last && last.length - this.#used >= neededBytes) return last;
    const size = Math.max(neededBytes, Math.min(MAX_CHUNK_BYTES, last ? last.length * 2 : FIRST_CHUNK_BYTES));
    const chunk = Buffer.allocUnsafeSlow(size);
    this.#chunks.push(chunk);
    this.#used = 0;
    return chunk;
  }

  #grow(): void {
    const rows = this.eventIds.length * 2;
    this.eventIds = grown(this.eventIds, new Uint32Array(rows));
    this.timesMs = grown(this.timesMs, new Float64Array(rows));
    this.processingMs = grown(this.processingMs, new Float64Array(rows));
    this.keyHashes = grown(this.keyHashes, new Float64Array(rows));
    this.timeOffsets = grown(this.timeOffsets, new Uint16Array(rows));
    this.#chunkOf = grown(this.#chunkOf, new Uint16Array(rows));
    this.#offsets = grown(this.#offsets, new Uint32Array(rows));
    this.#lengths = grown(this.#lengths, new Uint32Array(rows));
  }
}

/** Rows `from` (inclusive) to `to` (exclusive) of a day, all of which are sent. */
export interface RowRange {
  rows: DayRows;
  from: number;
  to: number;
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}

export class RowStore {
  readonly #days = new Map<number, DayRows>();
  readonly #eventNames: string[] = [];
  readonly #eventIds = new Map<string, number>();
  count = 0;

  add(row: Row): void {
    const day = dayOf(row.timeMs);
    let rows = this.#days.get(day);
    if (!rows) this.#days.set(day, (rows = new DayRows()));
    rows.add(row, this.eventId(row.event));
    this.count++;
  }

  eventId(name: string): number {
    let id = this.#eventIds.get(name);
    if (id === undefined) {
      id = this.#eventNames.push(name) - 1;
      this.#eventIds.set(name, id);
    }
    return id;
  }

  /** Ids of those names that have been seen. */
  knownEventIds(names: readonly string[]): Set<number> {
    return new Set(names.flatMap((name) => this.#eventIds.get(name) ?? []));
  }

  eventName(id: number): string {
    return this.#eventNames[id] ?? "";
  }

  eventNames(): readonly string[] {
    return this.#eventNames;
  }

  day(day: number): DayRows | undefined {
    return this.#days.get(day);
  }

  /** Days that hold rows, ascending, within the inclusive bounds. */
  daysBetween(fromDay: number, toDay: number): number[] {
    return [...this.#days.keys()].filter((day) => day >= fromDay && day <= toDay).toSorted((a, b) => a - b);
  }
}
