// Writes numbers as JSON with every digit: 64-bit integers, decimals of 128 and 256 bits, doubles.
import type { JsonBytes } from "./jsonBytes.ts";

const TWO_32 = 4_294_967_296;
const ZERO = 0x30;
const POINT = 0x2e;

export function writeInt64(out: JsonBytes, low: number, high: number): void {
  const value = high * TWO_32 + (low >>> 0);
  if (Number.isSafeInteger(value)) out.integer(value);
  else out.ascii(((BigInt(high) << 32n) | BigInt(low >>> 0)).toString());
}

/** Writes a double in its shortest exact form. Infinite values and NaN become strings, because JSON lacks them. */
export function writeDouble(out: JsonBytes, value: number): void {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) {
    if (value === 0 && Object.is(value, -0)) out.ascii("-0");
    else out.integer(value);
    return;
  }
  out.ascii(Number.isFinite(value) ? String(value) : `"${value}"`);
}

/** Writes a decimal of `words` little-endian 32-bit words in two's complement, without trailing zeros. */
export function writeDecimal(out: JsonBytes, values: Uint32Array, at: number, words: number, scale: number): void {
  const low = values[at]! | 0;
  const high = values[at + 1]! | 0;
  const value = high * TWO_32 + (low >>> 0);
  if (scale <= 9 && Number.isSafeInteger(value) && isSignExtended(values, at, words, high >> 31)) {
    writeScaled(out, value, scale);
    return;
  }
  let exact = 0n;
  for (let word = words - 1; word >= 0; word--) exact = (exact << 32n) | BigInt(values[at + word]!);
  writeBig(out, BigInt.asIntN(words * 32, exact), scale);
}

function isSignExtended(values: Uint32Array, at: number, words: number, sign: number): boolean {
  for (let word = 2; word < words; word++) if ((values[at + word]! | 0) !== sign) return false;
  return true;
}

function writeScaled(out: JsonBytes, value: number, scale: number): void {
  const unit = 10 ** scale;
  const absolute = Math.abs(value);
  const whole = Math.floor(absolute / unit);
  if (value < 0) out.byte(0x2d);
  out.integer(whole);
  const fraction = absolute - whole * unit;
  if (fraction === 0) return;
  out.byte(POINT);
  out.padded(fraction, scale);
  while (out.buffer[out.at - 1] === ZERO) out.at--;
}

function writeBig(out: JsonBytes, value: bigint, scale: number): void {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  out.ascii(`${value < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`);
}
