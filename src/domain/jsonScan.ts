// Scans JSON as its bytes arrive: bounds its depth and its members before a parse, and finds members of the object.
import type { FoundMember, JsonFault, JsonLimits } from "./jsonLimits.ts";

const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** 64 characters, each of which may be written as two escapes of six bytes. */
const MAX_KEY_BYTES = 64 * 2 * 6;

type Expected = "key" | "colon" | "value" | "comma";

/** What is not within the limits or not found is not looked at: values may still be no JSON. */
export class JsonScan {
  readonly found: FoundMember[] = [];
  readonly #limits: JsonLimits;
  readonly #findsMembers: boolean;
  readonly #isLines: boolean;
  #fault: JsonFault | null = null;
  /** Bytes before the chunk that is being scanned. */
  #offset = 0;
  #depth = 0;
  #values = 0;
  #isInString = false;
  #isEscaped = false;
  #hasEnded = false;
  readonly #open: Uint8Array;
  readonly #members: Uint32Array;
  // Of the outermost object:
  #expected: Expected = "key";
  readonly #key = Buffer.alloc(MAX_KEY_BYTES);
  #keyBytes = 0;
  #keyStart = -1;
  #keyEnd = -1;
  #name: string | null = null;
  #valueStart = -1;
  #valueEnd = -1;

  /** `isLines`: NDJSON, in which each line stands alone. `findsMembers`: `found` gets those of the outermost object. */
  constructor(limits: JsonLimits, { isLines = false, findsMembers = false } = {}) {
    this.#limits = limits;
    this.#isLines = isLines;
    this.#findsMembers = findsMembers;
    this.#open = new Uint8Array(limits.maxDepth + 1);
    this.#members = new Uint32Array(limits.maxDepth + 1);
  }

  /** What is wrong so far, or null. After a fault, nothing more is scanned. */
  push(bytes: Uint8Array): JsonFault | null {
    let at = 0;
    while (at < bytes.length && this.#fault === null) {
      if (this.#isInString) at = this.#readString(bytes, at);
      else if (this.#depth > 1 && !this.#isLines) at = this.#readWithin(bytes, at);
      else at = this.#readByte(bytes, at);
    }
    this.#offset += bytes.length;
    return this.#fault;
  }

  /** What is wrong with the whole, or null. */
  end(): JsonFault | null {
    if (this.#fault === null && !this.#isLines && (this.#depth > 0 || this.#isInString)) this.#fault = "broken";
    return this.#fault;
  }

  /** Whether the whole is an object. */
  get isObject(): boolean {
    return this.#hasEnded && this.#open[0] === OPEN_OBJECT;
  }

  #readByte(bytes: Uint8Array, at: number): number {
    const byte = bytes[at] ?? 0;
    if (byte <= SPACE) {
      if (byte === NEWLINE && this.#isLines) this.#startLine();
      return at + 1;
    }
    if (this.#hasEnded && !this.#isLines) this.#fault = "broken";
    else if (byte === QUOTE) this.#startString(at);
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#openBracket(byte, at);
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.#closeBracket(byte, at);
    else if (byte === COMMA) this.#comma();
    else if (byte === COLON) this.#colon();
    else this.#startValue(at, 1);
    return at + 1;
  }

  /**
   * Reads what is within a value of the outermost one, until that ends or the chunk does. Nearly all of a large body is
   * read here, so that the loop has everything at hand: it is ten times as fast as `#readByte`.
   */
  #readWithin(bytes: Uint8Array, from: number): number {
    const { maxDepth, maxValues, maxMembersOfObject } = this.#limits;
    const open = this.#open;
    const members = this.#members;
    const { length } = bytes;
    let depth = this.#depth;
    let values = this.#values;
    let fault: JsonFault | null = null;
    let at = from;
    while (at < length && depth > 1 && fault === null) {
      const byte = bytes[at++];
      if (byte === QUOTE) {
        while (at < length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
        // The string goes on in the next chunk, perhaps with the byte behind a backslash.
        this.#isInString = at >= length;
        this.#isEscaped = at > length;
        at++;
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        values++;
        if (values > maxValues) fault = "too_many_values";
        else if (depth >= maxDepth) fault = "too_deep";
        else {
          open[depth] = byte;
          depth++;
          members[depth] = 1;
        }
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        if (open[depth - 1] === (byte === CLOSE_OBJECT ? OPEN_OBJECT : OPEN_LIST)) depth--;
        else fault = "broken";
      } else if (byte === COMMA) {
        values++;
        const count = (members[depth] ?? 0) + 1;
        members[depth] = count;
        if (values > maxValues) fault = "too_many_values";
        else if (count > maxMembersOfObject && open[depth - 1] === OPEN_OBJECT) fault = "too_many_members";
      }
    }
    at = Math.min(at, length);
    this.#depth = depth;
    this.#values = values;
    this.#fault = fault;
    if (depth === 1) this.#valueEnd = this.#offset + at;
    return at;
  }

  /** Returns where to go on: behind the string, or at the end of the chunk. */
  #readString(bytes: Uint8Array, from: number): number {
    let isEscaped = this.#isEscaped;
    let at = from;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === NEWLINE && this.#isLines) {
        this.#startLine();
        return at + 1;
      }
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) break;
    }
    this.#isEscaped = isEscaped;
    const isKey = this.#isOutermostObject() && this.#expected === "key";
    if (isKey) this.#addToKey(bytes, from, at);
    if (at === bytes.length) return at;
    this.#isInString = false;
    if (isKey) this.#endKey(at + 1);
    else if (this.#depth === 1) this.#valueEnd = this.#offset + at + 1;
    return at + 1;
  }

  #startString(at: number): void {
    this.#isInString = true;
    this.#isEscaped = false;
    if (this.#isOutermostObject() && this.#expected === "key") {
      this.#keyBytes = 0;
      this.#keyStart = this.#offset + at;
    } else {
      this.#startValue(at, 1);
    }
  }

  /** A value of the outermost object, or one more byte of it. */
  #startValue(at: number, bytes: number): void {
    if (!this.#isOutermostObject()) return;
    if (this.#expected === "value") {
      this.#valueStart = this.#offset + at;
      this.#expected = "comma";
    } else if (this.#expected !== "comma") {
      this.#fault = "broken";
    }
    this.#valueEnd = this.#offset + at + bytes;
  }

  #openBracket(byte: number, at: number): void {
    this.#startValue(at, 1);
    this.#countValue();
    if (this.#depth >= this.#limits.maxDepth) this.#fault ??= "too_deep";
    if (this.#fault !== null) return;
    this.#open[this.#depth] = byte;
    this.#depth++;
    this.#members[this.#depth] = 1;
    if (this.#depth === 1) this.#expected = "key";
  }

  #closeBracket(byte: number, at: number): void {
    const opened = this.#open[this.#depth - 1];
    const isMatch = this.#depth > 0 && opened === (byte === CLOSE_OBJECT ? OPEN_OBJECT : OPEN_LIST);
    if (!isMatch) {
      // A line that is broken is one wrong record, and the other lines stand.
      if (!this.#isLines) this.#fault = "broken";
      return;
    }
    if (this.#isOutermostObject()) {
      const isBehindComma = this.#expected === "key" && (this.#members[1] ?? 0) > 1;
      if (isBehindComma) this.#fault = "broken";
      this.#endMember();
    }
    this.#depth--;
    if (this.#depth === 0) this.#hasEnded = true;
    if (this.#depth === 1) this.#valueEnd = this.#offset + at + 1;
  }

  #comma(): void {
    this.#countValue();
    const members = (this.#members[this.#depth] ?? 0) + 1;
    this.#members[this.#depth] = members;
    const isInObject = this.#depth > 0 && this.#open[this.#depth - 1] === OPEN_OBJECT;
    if (isInObject && members > this.#limits.maxMembersOfObject) this.#fault ??= "too_many_members";
    if (!this.#isOutermostObject()) return;
    if (members > (this.#limits.maxOutermostMembers ?? Infinity)) this.#fault ??= "too_many_members";
    if (this.#expected !== "comma") this.#fault ??= "broken";
    this.#endMember();
    this.#expected = "key";
  }

  #colon(): void {
    if (!this.#isOutermostObject()) return;
    if (this.#expected === "colon") this.#expected = "value";
    else this.#fault ??= "broken";
  }

  #addToKey(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (this.#keyBytes + length <= MAX_KEY_BYTES) this.#key.set(bytes.subarray(from, to), this.#keyBytes);
    this.#keyBytes += length;
  }

  #endKey(end: number): void {
    this.#expected = "colon";
    this.#name = null;
    this.#keyEnd = this.#offset + end;
    if (!this.#findsMembers || this.#keyBytes > MAX_KEY_BYTES) return;
    const text = this.#key.toString("utf8", 0, this.#keyBytes);
    this.#name = text.includes("\\") ? unescaped(text) : text;
  }

  #endMember(): void {
    if (this.#expected === "colon" || this.#expected === "value") this.#fault ??= "broken";
    if (!this.#findsMembers || this.#valueStart === -1) return;
    this.found.push({
      name: this.#name,
      keyStart: this.#keyStart,
      keyEnd: this.#keyEnd,
      start: this.#valueStart,
      end: this.#valueEnd,
    });
    this.#valueStart = -1;
  }

  #countValue(): void {
    this.#values++;
    if (this.#values > this.#limits.maxValues) this.#fault ??= "too_many_values";
  }

  #startLine(): void {
    this.#depth = 0;
    this.#isInString = false;
    this.#countValue();
  }

  #isOutermostObject(): boolean {
    return this.#depth === 1 && !this.#isLines && this.#open[0] === OPEN_OBJECT;
  }
}

/** The key as JSON.parse reads it, or null. */
function unescaped(text: string): string | null {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return null;
  }
}
