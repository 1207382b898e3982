// Turns rows of an Arrow batch into imported rows: event, user, time, UUID and the whole row as JSON text.
import { isAscii } from "node:buffer";
import type { Data } from "apache-arrow";
import { SyncError } from "../../../domain/errors.ts";
import { hashUuid } from "../../hashUuid.ts";
import { createUtcConverter } from "../../localTime.ts";
import {
  MAX_CHUNK_BYTES,
  MAX_CHUNK_ROWS,
  MAX_ROW_BYTES,
  rejectRow,
  rowCount,
  type RowSink,
} from "../../importChunks.ts";
import type { ArrowBatch } from "./decode/arrowBatch.ts";
import { objectWriter } from "./decode/column.ts";
import { bytesOf, halves, offsetsOf, validity } from "./decode/data.ts";
import type { JsonBytes } from "./decode/jsonBytes.ts";
import { epochMs, instantOf } from "./decode/times.ts";
import type { Mapping, TableColumn } from "./sourceTable.ts";
import { fieldsReader } from "./fields.ts";

export interface RowContext {
  mapping: Mapping;
  columns: TableColumn[];
  /** Of a DATETIME timestamp; null: UTC. */
  timeZone: string | null;
  wanted: ReadonlySet<string>;
  /** Used again for every chunk. */
  out: JsonBytes;
}

/** The reader fills the sink, and returns the first row that is left. */
export function rowReader(batch: ArrowBatch, context: RowContext): (from: number, sink: RowSink) => number {
  const { out, columns } = context;
  const write = objectWriter(batch.names, batch.columns, columns, out);
  const addRow = rowAdder(batch, context);
  const ends: number[] = [];
  return (from, sink) => {
    out.at = 0;
    ends.length = 0;
    const roomBytes = MAX_CHUNK_BYTES - sink.bytes;
    const end = Math.min(batch.rows, from + MAX_CHUNK_ROWS - rowCount(sink));
    let row = from;
    while (row < end && out.at < roomBytes) {
      write(row++);
      ends.push(out.at);
    }
    const text = sliceText(out);
    let start = 0;
    for (const [i, stop] of ends.entries()) {
      addRow(from + i, text(start, stop), stop - start, sink);
      start = stop;
    }
    sink.bytes += out.at;
    return row;
  };
}

/** A buffer of ASCII becomes one string, of which the rows are parts. */
function sliceText({ buffer, at }: JsonBytes): (from: number, to: number) => string {
  const written = buffer.subarray(0, at);
  if (!isAscii(written)) return (from, to) => buffer.toString("utf8", from, to);
  const all = written.toString("latin1");
  return (from, to) => all.slice(from, to);
}

function rowAdder(batch: ArrowBatch, { mapping, columns, timeZone, wanted }: RowContext) {
  const event = textReader(columnOf(batch, mapping.event));
  const user = textReader(columnOf(batch, mapping.user));
  const uuid = ownTextReader(columnOf(batch, mapping.uuid));
  const time = timeReader(columnOf(batch, mapping.timestamp), timeZone);
  const fields = fieldsReader(batch.names, batch.columns, columns);
  return (row: number, properties: string, bytes: number, sink: RowSink): void => {
    const name = event(row);
    if (name === null || !wanted.has(name)) return;
    const id = uuid(row);
    const userId = user(row);
    const timestampMs = time(row);
    if (bytes > MAX_ROW_BYTES) {
      rejectRow(sink, name, `the row is longer than ${MAX_ROW_BYTES} bytes`, properties);
    } else if (id === null || id === "") {
      const is = id === null ? "NULL" : "empty";
      rejectRow(sink, name, `${mapping.uuid} is ${is}: without a UUID a row cannot be told from others`, properties);
    } else if (userId === null) {
      rejectRow(sink, name, `${mapping.user} is NULL: the row has no user`, properties, id);
    } else if (timestampMs === null) {
      rejectRow(sink, name, `${mapping.timestamp} is NULL: the row has no time`, properties, id);
    } else {
      const userIds = userId === "" ? [] : [userId];
      const versionMs = null;
      sink.rows.push({
        event: name,
        uuid: rowUuid(id),
        userIds,
        timestampMs,
        versionMs,
        properties,
        fields: fields(row),
      });
    }
  };
}

/** Lower case and of any version but 8, which `hashUuid` makes. */
const KEPT_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-79a-f][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Keeps a UUID that PostgreSQL writes the same way. Hashes all other texts, so different texts stay different rows. */
export function rowUuid(text: string): string {
  return text.length === 36 && KEPT_UUID.test(text) ? text : hashUuid(text);
}

function columnOf(batch: ArrowBatch, name: string): Data {
  const data = batch.columns[batch.names.indexOf(name)];
  if (data === undefined) throw new SyncError("bug", "BigQuery left out a requested column. Report this.");
  return data;
}

/** Parts of one text are cheapest to make. Only ASCII has one byte for each of its characters. */
function textReader(data: Data): (row: number) => string | null {
  const bytes = bytesOf(data);
  if (!isAscii(bytes)) return ownTextReader(data);
  const offsets = offsetsOf(data);
  const isValid = validity(data);
  const all = bytes.toString("latin1");
  return (row) => (isValid(row) ? all.slice(offsets[row], offsets[row + 1]) : null);
}

/** For texts that are sorted later: parts of a longer text take three times as long to compare. */
function ownTextReader(data: Data): (row: number) => string | null {
  const bytes = bytesOf(data);
  const offsets = offsetsOf(data);
  const isValid = validity(data);
  const encoding = isAscii(bytes) ? "latin1" : "utf8";
  return (row) => (isValid(row) ? bytes.toString(encoding, offsets[row], offsets[row + 1]) : null);
}

/** Truncates microseconds to milliseconds. */
function timeReader(data: Data, timeZone: string | null): (row: number) => number | null {
  const toUtc = createUtcConverter(timeZone);
  const words = halves(data);
  const isValid = validity(data);
  const instant = { seconds: 0, micros: 0 };
  return (row) => {
    if (!isValid(row)) return null;
    instantOf(words[row * 2]!, words[row * 2 + 1]!, instant);
    return toUtc(epochMs(instant));
  };
}
