// Rows of a batch as the store takes them: event, user, time, UUID and the whole row as JSON text.
import type { ImportedRow, RejectedRow } from "../../../domain/importedRow.ts";
import { isAscii } from "node:buffer";
import { hash } from "node:crypto";
import type { Data } from "apache-arrow";
import { SyncError } from "../../../domain/errors.ts";
import type { ArrowBatch } from "./decode/arrowBatch.ts";
import { objectWriter } from "./decode/column.ts";
import { bytesOf, halves, offsetsOf, validity } from "./decode/data.ts";
import { JsonBytes } from "./decode/jsonBytes.ts";
import { epochMs, instantOf } from "./decode/times.ts";
import { fieldsReader } from "./numericFields.ts";
import type { Mapping, TableColumn } from "./mapping.ts";
import { rowUuid } from "./rowUuid.ts";

export const MAX_CHUNK_ROWS = 5_000;
export const MAX_CHUNK_BYTES = 4 * 1024 * 1024;
/** A row's JSON; a longer one is rejected. */
const MAX_ROW_BYTES = 4 * 1024 * 1024;
/** How much of a row that cannot be taken is kept for people to look at. */
const MAX_RECORD_CHARS = 4_000;

export interface RowSink {
  rows: ImportedRow[];
  rejected: RejectedRow[];
  bytes: number;
}

export interface RowContext {
  mapping: Mapping;
  /** All columns that were asked for. */
  columns: TableColumn[];
  /** Events of this page by name. */
  wanted: ReadonlySet<string>;
  /** Used again for every chunk. */
  out: JsonBytes;
}

export function emptySink(): RowSink {
  return { rows: [], rejected: [], bytes: 0 };
}

export function isFull({ rows, rejected, bytes }: RowSink): boolean {
  return rows.length + rejected.length >= MAX_CHUNK_ROWS || bytes >= MAX_CHUNK_BYTES;
}

/** Reads rows of the batch from `from` on until the sink is full; answers the first row that is left. */
export type ReadRows = (from: number, sink: RowSink) => number;

export function rowReader(batch: ArrowBatch, context: RowContext): ReadRows {
  const { out, columns } = context;
  const write = objectWriter(batch.names, batch.columns, columns, out);
  const toRow = toRowOf(batch, context);
  const ends: number[] = [];
  return (from, sink) => {
    out.at = 0;
    ends.length = 0;
    const room = MAX_CHUNK_ROWS - sink.rows.length - sink.rejected.length;
    const roomBytes = MAX_CHUNK_BYTES - sink.bytes;
    const end = Math.min(batch.rows, from + room);
    let row = from;
    while (row < end && out.at < roomBytes) {
      write(row++);
      ends.push(out.at);
    }
    const text = textOf(out);
    let start = 0;
    for (const [i, stop] of ends.entries()) {
      toRow(from + i, text(start, stop), stop - start, sink);
      start = stop;
    }
    sink.bytes += out.at;
    return row;
  };
}

/** Stretches of the buffer as text: of ASCII alone all is made text at once, and rows are parts of it. */
function textOf({ buffer, at }: JsonBytes): (from: number, to: number) => string {
  const written = buffer.subarray(0, at);
  if (!isAscii(written)) return (from, to) => buffer.toString("utf8", from, to);
  const all = written.toString("latin1");
  return (from, to) => all.slice(from, to);
}

function toRowOf(batch: ArrowBatch, { mapping, columns, wanted }: RowContext) {
  const event = textReader(columnOf(batch, mapping.event));
  const user = textReader(columnOf(batch, mapping.user));
  const uuid = textReader(columnOf(batch, mapping.uuid));
  const time = timeReader(columnOf(batch, mapping.timestamp));
  const fields = fieldsReader(batch.names, batch.columns, columns);
  return (row: number, properties: string, bytes: number, sink: RowSink): void => {
    const name = event(row);
    if (name === null || !wanted.has(name)) return;
    const id = uuid(row);
    const userId = user(row);
    const timestampMs = time(row);
    const reason =
      bytes > MAX_ROW_BYTES
        ? `the row is longer than ${MAX_ROW_BYTES} bytes`
        : id === null || id === ""
          ? `${mapping.uuid} is ${id === null ? "NULL" : "empty"}: without a UUID a row cannot be told from others`
          : userId === null
            ? `${mapping.user} is NULL: the row has no user`
            : `${mapping.timestamp} is NULL: the row has no time`;
    if (id === null || id === "" || userId === null || timestampMs === null || bytes > MAX_ROW_BYTES) {
      const record = properties.slice(0, MAX_RECORD_CHARS);
      sink.rejected.push({ event: name, key: hash("sha256", properties, "hex").slice(0, 32), reason, record });
      return;
    }
    sink.rows.push({ event: name, uuid: rowUuid(id), userId, timestampMs, properties, fields: fields(row) });
  };
}

function columnOf(batch: ArrowBatch, name: string): Data {
  const data = batch.columns[batch.names.indexOf(name)];
  if (data === undefined) throw new SyncError("bug", "BigQuery left out a column that it was asked for.");
  return data;
}

function textReader(data: Data): (row: number) => string | null {
  const bytes = bytesOf(data);
  const offsets = offsetsOf(data);
  const isValid = validity(data);
  if (!isAscii(bytes)) {
    return (row) => (isValid(row) ? bytes.toString("utf8", offsets[row], offsets[row + 1]) : null);
  }
  const all = bytes.toString("latin1");
  return (row) => (isValid(row) ? all.slice(offsets[row], offsets[row + 1]) : null);
}

/** Microseconds cut to milliseconds; a DATETIME is read as UTC. */
function timeReader(data: Data): (row: number) => number | null {
  const words = halves(data);
  const isValid = validity(data);
  const instant = { seconds: 0, micros: 0 };
  return (row) => {
    if (!isValid(row)) return null;
    instantOf(words[row * 2]!, words[row * 2 + 1]!, instant);
    return epochMs(instant);
  };
}
