// Reads JSON as text, where every digit is kept: members of an object, its canonical form, where it ends.
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Deeper values are compared as they are written. */
const MAX_CANONICAL_DEPTH = 100;

interface Member {
  key: string;
  start: number;
  end: number;
}

/** Text of a member of the object `text`, which must be valid. The last of several counts, as in JSON.parse. */
export function sliceMember(text: string, name: string): string | null {
  let slice: string | null = null;
  for (const { key, start, end } of membersOf(text)) if (key === name) slice = text.slice(start, end);
  return slice;
}

/**
 * The same text for every order of members (at any depth) and all white space between them. Values stay as they are
 * written. Members of the object itself that are named in `omitted` are left out.
 */
export function canonicalObject(text: string, omitted?: ReadonlySet<string>, depth = 0): string {
  const members = new Map<string, string>();
  for (const { key, start, end } of membersOf(text)) {
    if (omitted?.has(key) !== true) members.set(key, canonicalValue(text.slice(start, end), depth + 1));
  }
  const sorted = [...members].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
}

function canonicalValue(text: string, depth: number): string {
  if (depth > MAX_CANONICAL_DEPTH) return text;
  if (text.startsWith("{")) return canonicalObject(text, undefined, depth);
  if (text.startsWith("[")) return `[${[...elementsOf(text)].map((one) => canonicalValue(one, depth + 1)).join(",")}]`;
  return text;
}

/** Escapes what JSON does not allow within a string: raw control characters. */
export function escapeControlCharacters(text: string): string {
  let result = "";
  let copiedTo = 0;
  for (let open = text.indexOf('"'); open !== -1; open = text.indexOf('"', copiedTo)) {
    const end = endOfString(text, open);
    const escaped = text.slice(open, end).replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
    result += text.slice(copiedTo, open) + escaped;
    copiedTo = end;
  }
  return result + text.slice(copiedTo);
}

/** Where a scan of an object stands: the brackets and the string that are open. */
export interface ObjectScan {
  open: number[];
  isInString: boolean;
}

/** `followed`: text stands behind the object. `broken`: brackets do not match. */
export type ObjectEnd = "closed" | "open" | "open_string" | "followed" | "broken";

/** Scans an object, or the part of one that goes on where the scan stands. */
export function scanObject(text: string, scan: ObjectScan): ObjectEnd {
  let from = 0;
  if (scan.isInString) {
    from = endOfString(text, -1);
    if (!isClosed(text, 0, from)) return "open_string";
    scan.isInString = false;
  }
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      if (!isClosed(text, at + 1, end)) {
        scan.isInString = true;
        return "open_string";
      }
      at = end - 1;
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      scan.open.push(code);
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
      if (scan.open.pop() !== (code === CLOSE_OBJECT ? OPEN_OBJECT : OPEN_LIST)) return "broken";
      if (scan.open.length === 0) return text.slice(at + 1).trim() === "" ? "closed" : "followed";
    }
  }
  return "open";
}

/** Whether the string whose content begins at `from` ends at `end` with a quote, rather than with the text. */
function isClosed(text: string, from: number, end: number): boolean {
  const last = end - 1;
  return last >= from && text.charCodeAt(last) === QUOTE && !isEscaped(text, last);
}

function* membersOf(text: string): Generator<Member> {
  // Only white space and a comma can lie before a key, and only white space and a colon before a value.
  let at = text.indexOf("{") + 1;
  for (;;) {
    while (text.charCodeAt(at) === COMMA || isSpace(text.charCodeAt(at))) at++;
    if (text.charCodeAt(at) !== QUOTE) return;
    const keyEnd = endOfString(text, at);
    const colon = text.indexOf(":", keyEnd);
    // Only text that is not valid has none: it must not be searched for ever.
    if (colon === -1) return;
    let start = colon + 1;
    while (isSpace(text.charCodeAt(start))) start++;
    let end = endOfMember(text, start);
    const next = end;
    while (isSpace(text.charCodeAt(end - 1))) end--;
    yield { key: JSON.parse(text.slice(at, keyEnd)) as string, start, end };
    at = next;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** The position after the closing quote of the string that opens at `from`. */
function endOfString(text: string, from: number): number {
  let quote = text.indexOf('"', from + 1);
  while (quote !== -1 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote === -1 ? text.length : quote + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let first = quote;
  while (text.charCodeAt(first - 1) === BACKSLASH) first--;
  return (quote - first) % 2 === 1;
}

function* elementsOf(text: string): Generator<string> {
  let at = 1;
  for (;;) {
    while (text.charCodeAt(at) === COMMA || isSpace(text.charCodeAt(at))) at++;
    if (at >= text.length || text.charCodeAt(at) === CLOSE_LIST) return;
    const end = endOfMember(text, at);
    yield text.slice(at, end).trimEnd();
    at = end;
  }
}

/** The position of the comma or bracket that ends the member or element whose value begins at `from`. */
function endOfMember(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) depth++;
    else if (depth === 0 && (code === COMMA || code === CLOSE_OBJECT || code === CLOSE_LIST)) return at;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--;
  }
  return text.length;
}
