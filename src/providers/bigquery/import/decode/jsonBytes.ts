// Writes JSON as bytes into one growing buffer, without a string for each value.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_BYTES = 64 * 1024;
/** Shorter texts are copied byte by byte, which is faster than a call. */
const BULK_COPY_BYTES = 64;
/** Up to this length, space for the worst case is reserved without counting the escapes. */
const UNCOUNTED_BYTES = 1_024;
const ESCAPED_BYTES = 6; // `\u001f`
const HEX = "0123456789abcdef";
const SHORT_ESCAPES = new Map([
  [0x08, "b"],
  [0x09, "t"],
  [0x0a, "n"],
  [0x0c, "f"],
  [0x0d, "r"],
]);

export class JsonBytes {
  buffer: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** Where the next byte goes. */
  at = 0;

  reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }

  byte(code: number): void {
    this.reserve(1);
    this.buffer[this.at++] = code;
  }

  /** `text` must be ASCII, like numbers and literals. */
  ascii(text: string): void {
    this.reserve(text.length);
    const { buffer } = this;
    let { at } = this;
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
    this.at = at;
  }

  bytes(source: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.reserve(length);
    const { buffer } = this;
    let { at } = this;
    if (length >= BULK_COPY_BYTES) buffer.set(source.subarray(from, to), at);
    else for (let i = from; i < to; i++) buffer[at++] = source[i]!;
    this.at += length;
  }

  /** `source` is UTF-8. */
  string(source: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.reserve(2 + (length <= UNCOUNTED_BYTES ? length * ESCAPED_BYTES : escapedBytes(source, from, to)));
    const { buffer } = this;
    let { at } = this;
    buffer[at++] = QUOTE;
    for (let i = from; i < to; i++) {
      const code = source[i]!;
      if (code >= 0x20 && code !== QUOTE && code !== BACKSLASH) {
        buffer[at++] = code;
      } else {
        this.at = at;
        this.escape(code);
        ({ at } = this);
      }
    }
    buffer[at++] = QUOTE;
    this.at = at;
  }

  private escape(code: number): void {
    const short = code === QUOTE || code === BACKSLASH ? String.fromCharCode(code) : SHORT_ESCAPES.get(code);
    this.ascii(short === undefined ? `\\u00${HEX[code >> 4]}${HEX[code & 15]}` : `\\${short}`);
  }

  /** Writes a safe integer. */
  integer(value: number): void {
    this.reserve(17);
    let rest = value;
    if (value < 0) {
      this.buffer[this.at++] = 0x2d;
      rest = -value;
    }
    if (rest > 0x7fff_ffff) {
      const high = Math.floor(rest / 1e9);
      this.integer(high);
      this.padded(rest - high * 1e9, 9);
      return;
    }
    const width = rest < 10 ? 1 : rest < 100 ? 2 : rest < 1_000 ? 3 : rest < 10_000 ? 4 : digitsOf(rest);
    this.padded(rest, width);
  }

  /** Writes the last `width` digits of a non-negative integer below 2^31. */
  padded(value: number, width: number): void {
    this.reserve(width);
    const { buffer } = this;
    let rest = value | 0;
    for (let at = this.at + width - 1; at >= this.at; at--) {
      const tens = (rest / 10) | 0;
      buffer[at] = 0x30 + rest - tens * 10;
      rest = tens;
    }
    this.at += width;
  }
}

function digitsOf(value: number): number {
  let digits = 5;
  for (let limit = 1e5; value >= limit; limit *= 10) digits++;
  return digits;
}

function escapedBytes(source: Uint8Array, from: number, to: number): number {
  let bytes = to - from;
  for (let i = from; i < to; i++) {
    const code = source[i]!;
    if (code < 0x20 || code === QUOTE || code === BACKSLASH) bytes += ESCAPED_BYTES - 1;
  }
  return bytes;
}
