// Writes the values of an Arrow column as JSON; what JSON lacks becomes text. Columns have one writer per batch.
import {
  type Data,
  type Date_,
  DateUnit,
  type Decimal,
  type Float,
  type Int,
  type Interval,
  IntervalUnit,
  Precision,
  type Time,
  type Timestamp,
  TimeUnit,
  Type,
} from "apache-arrow";
import { SyncError } from "../../../../domain/errors.ts";
import type { TableColumn } from "../sourceTable.ts";
import { bytesOf, halves, offsetsOf, validity, type WriteValue } from "./data.ts";
import type { JsonBytes } from "./jsonBytes.ts";
import { writeDecimal, writeDouble, writeInt64 } from "./numbers.ts";
import { instantOf, writeDate, writeInstant, writeTime } from "./times.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const NANOS_PER_SECOND = 1_000_000_000n;

/** Needs BigQuery's type in `column`, because Arrow's type of JSON and geography is text. */
export function valueWriter(data: Data, column: TableColumn, out: JsonBytes): WriteValue {
  const write = plainWriter(data, column, out);
  if (data.nullCount === 0) return write;
  const isValid = validity(data);
  return (row) => (isValid(row) ? write(row) : out.ascii("null"));
}

function plainWriter(data: Data, column: TableColumn, out: JsonBytes): WriteValue {
  if (column.type === "RANGE" && data.type.typeId === Type.Struct) {
    return quoted(out, ranges(data, out));
  }
  switch (data.type.typeId) {
    case Type.Int:
      return integers(data, out);
    case Type.Float:
      return floats(data, out);
    case Type.Decimal:
      return decimals(data, out);
    case Type.Bool:
      return booleans(data, out);
    case Type.Utf8:
    case Type.LargeUtf8:
      return texts(data, column.type === "JSON", out);
    case Type.Binary:
    case Type.LargeBinary:
      return quoted(out, bytesAsText(data, out));
    case Type.Interval:
      if ((data.type as Interval).unit !== IntervalUnit.MONTH_DAY_NANO) throw unknownType(column);
      return quoted(out, intervals(data, out));
    case Type.List:
    case Type.LargeList:
      return lists(data, column, out);
    case Type.Struct: {
      const names = data.type.children.map(({ name }) => name);
      return objectWriter(names, data.children, column.fields, out);
    }
    default: {
      const time = unquotedTime(data, out);
      if (time === null) throw unknownType(column);
      return quoted(out, time);
    }
  }
}

function unknownType(column: TableColumn): SyncError {
  const problem = `This version cannot read the column ${column.name} of type ${column.type}. Report this.`;
  return new SyncError("bug", `${problem} Until it is fixed, import from a table without this column.`);
}

function quoted(out: JsonBytes, write: WriteValue): WriteValue {
  return (row) => {
    out.byte(QUOTE);
    write(row);
    out.byte(QUOTE);
  };
}

function integers(data: Data, out: JsonBytes): WriteValue {
  if ((data.type as Int).bitWidth === 64) {
    const words = halves(data);
    return (row) => writeInt64(out, words[row * 2]!, words[row * 2 + 1]!);
  }
  const values = data.values as Int32Array;
  return (row) => out.integer(values[row]!);
}

function floats(data: Data, out: JsonBytes): WriteValue {
  if ((data.type as Float).precision === Precision.HALF)
    throw new SyncError("bug", "BigQuery sent floats of 16 bits, which this version cannot read. Report this.");
  // Indexing an array of 32-bit floats gives doubles too.
  const values = data.values as Float64Array;
  return (row) => writeDouble(out, values[row]!);
}

function decimals(data: Data, out: JsonBytes): WriteValue {
  const { scale, bitWidth } = data.type as Decimal;
  const words = bitWidth / 32;
  const values = data.values as Uint32Array;
  return (row) => writeDecimal(out, values, row * words, words, scale);
}

function booleans(data: Data, out: JsonBytes): WriteValue {
  const bits = data.values as Uint8Array;
  return (row) => out.ascii((bits[row >> 3]! >> (row & 7)) & 1 ? "true" : "false");
}

/** A JSON column's text is JSON already. */
function texts(data: Data, isJson: boolean, out: JsonBytes): WriteValue {
  const bytes = data.values as Uint8Array;
  const offsets = offsetsOf(data);
  if (isJson) return (row) => out.bytes(bytes, offsets[row]!, offsets[row + 1]!);
  return (row) => out.string(bytes, offsets[row]!, offsets[row + 1]!);
}

function bytesAsText(data: Data, out: JsonBytes): WriteValue {
  const bytes = bytesOf(data);
  const offsets = offsetsOf(data);
  return (row) => out.ascii(bytes.toString("base64", offsets[row], offsets[row + 1]));
}

/** `1-2 -3 4:5:6.000007`: years and months, days, time, each with its own sign. */
function intervals(data: Data, out: JsonBytes): WriteValue {
  const words = data.values as Int32Array;
  return (row) => {
    const at = row * 4;
    const months = Math.abs(words[at]!);
    const nanos = (BigInt(words[at + 3]!) << 32n) | BigInt(words[at + 2]! >>> 0);
    const sign = words[at]! < 0 ? "-" : "";
    out.ascii(`${sign}${Math.floor(months / 12)}-${months % 12} ${words[at + 1]!} ${timeOf(nanos)}`);
  };
}

function timeOf(nanos: bigint): string {
  const absolute = nanos < 0n ? -nanos : nanos;
  const seconds = absolute / NANOS_PER_SECOND;
  const fraction = (absolute % NANOS_PER_SECOND).toString().padStart(9, "0").replace(/0+$/, "");
  const time = `${seconds / 3_600n}:${(seconds / 60n) % 60n}:${seconds % 60n}`;
  return `${nanos < 0n ? "-" : ""}${time}${fraction === "" ? "" : `.${fraction}`}`;
}

/** For example `[2026-01-01, UNBOUNDED)`. */
function ranges(data: Data, out: JsonBytes): WriteValue {
  const [start, end] = data.children.map((child) => {
    const write = unquotedTime(child, out);
    const isValid = validity(child);
    return (row: number) => (write !== null && isValid(row) ? write(row) : out.ascii("UNBOUNDED"));
  });
  return (row) => {
    out.byte(0x5b);
    start?.(row);
    out.ascii(", ");
    end?.(row);
    out.byte(0x29);
  };
}

/** Returns null for types that are no dates or times. */
function unquotedTime(data: Data, out: JsonBytes): WriteValue | null {
  const typeId = data.type.typeId;
  if (typeId === Type.Date && (data.type as Date_).unit === DateUnit.DAY) {
    const days = data.values as Int32Array;
    return (row) => writeDate(out, days[row]!);
  }
  if (typeId !== Type.Timestamp && typeId !== Type.Time) return null;
  if ((data.type as Timestamp | Time).unit !== TimeUnit.MICROSECOND) return null;
  const words = halves(data);
  const instant = { seconds: 0, micros: 0 };
  if (typeId === Type.Time) {
    return (row) => {
      instantOf(words[row * 2]!, words[row * 2 + 1]!, instant);
      writeTime(out, instant.seconds, instant.micros);
    };
  }
  // A TIMESTAMP has a zone, which is always UTC; a DATETIME has none.
  const hasZone = Boolean((data.type as Timestamp).timezone);
  return (row) => {
    instantOf(words[row * 2]!, words[row * 2 + 1]!, instant);
    writeInstant(out, instant);
    if (hasZone) out.byte(0x5a);
  };
}

function lists(data: Data, column: TableColumn, out: JsonBytes): WriteValue {
  const offsets = offsetsOf(data);
  const write = valueWriter(data.children[0]!, { ...column, mode: "NULLABLE" }, out);
  return (row) => {
    const from = offsets[row]!;
    const to = offsets[row + 1]!;
    out.byte(0x5b);
    for (let at = from; at < to; at++) {
      if (at > from) out.byte(COMMA);
      write(at);
    }
    out.byte(0x5d);
  };
}

export function objectWriter(names: string[], columns: Data[], shapes: TableColumn[], out: JsonBytes): WriteValue {
  const known = new Map(shapes.map((shape) => [shape.name.toLowerCase(), shape]));
  const writers = columns.map((data, i) => valueWriter(data, shapeOf(names[i]!, known), out));
  const keys = names.map((name, i) => Buffer.from(`${i === 0 ? "{" : ","}${JSON.stringify(name)}:`));
  const { length } = writers;
  return (row) => {
    if (length === 0) out.byte(0x7b);
    for (let i = 0; i < length; i++) {
      const key = keys[i]!;
      out.bytes(key, 0, key.length);
      writers[i]!(row);
    }
    out.byte(0x7d);
  };
}

function shapeOf(name: string, known: Map<string, TableColumn>): TableColumn {
  const shape = known.get(name.toLowerCase());
  if (shape === undefined) throw new SyncError("bug", "BigQuery sent a column that was not asked for. Report this.");
  return shape;
}
