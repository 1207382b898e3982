// Views of Arrow's buffers that all decoders share.
import type { Data } from "apache-arrow";

export type WriteValue = (row: number) => void;

/** Tells whether a row has a value. */
export function validity(data: Data): (row: number) => boolean {
  const { nullBitmap: bits } = data;
  if (data.nullCount === 0 || bits === null || bits === undefined || bits.length === 0) return () => true;
  return (row) => ((bits[row >> 3]! >> (row & 7)) & 1) === 1;
}

/** The two halves of 64-bit values, lower half first. Arrow is little-endian, and the machine must be too. */
export function halves(data: Data): Int32Array {
  const { buffer, byteOffset, byteLength } = data.values as BigInt64Array;
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

/** A value ends where the next one begins. */
export function offsetsOf(data: Data): Int32Array {
  const offsets = data.valueOffsets as Int32Array | BigInt64Array;
  return offsets instanceof Int32Array ? offsets : Int32Array.from(offsets, Number);
}

/** The Buffer shares the column's memory. */
export function bytesOf(data: Data): Buffer {
  const { buffer, byteOffset, byteLength } = data.values as Uint8Array;
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
