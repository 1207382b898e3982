// A number that JSON texts of the same keys and kinds of values share, so that each shape is parsed once only.

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const CLOSING_BRACE = 0x7d;
const SPACE = 0x20;
/** Stand for a text and for a number, whatever they are. */
const TEXT = 1;
const NUMBER = 2;

const PRIME = 0x01000193;
const LOW_BITS = 0x1fffff;
const HIGH_FACTOR = 0x200000;

/**
 * Hashes keys, literals and nesting. Texts, digits and whatever is in arrays do not count. Two hashes make one number
 * of 53 bits, so that other shapes practically never share it. One loop, because it sees every byte of a backfill.
 */
export function jsonShape(bytes: Uint8Array, from: number, to: number): number {
  let [high, low, at] = [0x811c9dc5, 7, from];
  while (at < to) {
    let part = bytes[at++]!;
    let other = part;
    if (part === QUOTE) {
      [part, other] = [PRIME, TEXT];
      for (; at < to && bytes[at] !== QUOTE; at++) {
        if (bytes[at] === BACKSLASH) at++;
        part = Math.imul(part ^ bytes[at]!, PRIME);
        other = (Math.imul(other, 31) + bytes[at]!) | 0;
      }
      at++;
      while (at < to && bytes[at]! <= SPACE) at++;
      if (bytes[at] !== COLON) [part, other] = [TEXT, TEXT];
    } else if (part === MINUS || (part >= ZERO && part <= NINE)) {
      while (at < to && !endsNumber(bytes[at]!)) at++;
      [part, other] = [NUMBER, NUMBER];
    } else if (part === OPENING_BRACKET) {
      at = endOfArray(bytes, at, to);
    } else if (part <= SPACE) {
      continue;
    }
    high = Math.imul(high ^ part, PRIME);
    low = (Math.imul(low, 31) + other) | 0;
  }
  return (high >>> 0) * HIGH_FACTOR + (low & LOW_BITS);
}

function endsNumber(byte: number): boolean {
  return byte === COMMA || byte === CLOSING_BRACE || byte <= SPACE || byte === CLOSING_BRACKET;
}

/** Behind the bracket that closes the array whose content begins at `at`. */
function endOfArray(bytes: Uint8Array, at: number, to: number): number {
  let depth = 1;
  let end = at;
  while (end < to && depth > 0) {
    const byte = bytes[end++]!;
    if (byte === OPENING_BRACKET) depth++;
    else if (byte === CLOSING_BRACKET) depth--;
    else if (byte === QUOTE) {
      while (end < to && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
      end++;
    }
  }
  return end;
}
