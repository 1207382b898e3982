// Writes values that JSON can hold only as text: bytes, intervals and ranges, as BigQuery writes them.
import type { Data } from "apache-arrow";
import { bytesOf, offsetsOf, validity, type WriteValue } from "./data.ts";
import type { JsonBytes } from "./jsonBytes.ts";

const NANOS_PER_SECOND = 1_000_000_000n;

export function bytesAsText(data: Data, out: JsonBytes): WriteValue {
  const bytes = bytesOf(data);
  const offsets = offsetsOf(data);
  return (row) => out.ascii(bytes.toString("base64", offsets[row], offsets[row + 1]));
}

/** `1-2 -3 4:5:6.000007`: years and months, days, time, each with its own sign. */
export function intervals(data: Data, out: JsonBytes): WriteValue {
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
export function ranges(data: Data, out: JsonBytes, timeWriter: (child: Data) => WriteValue | null): WriteValue {
  const [start, end] = data.children.map((child) => {
    const write = timeWriter(child);
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
