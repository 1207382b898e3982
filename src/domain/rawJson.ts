// Finds and replaces members of a JSON object in its text. Everything else keeps every digit and its position.
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

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

/** Replaces every member `name` by the JSON text `value`, because parsers differ in which one of several counts. */
export function replaceMember(text: string, name: string, value: string): string {
  let result = "";
  let copiedTo = 0;
  for (const { key, start, end } of membersOf(text)) {
    if (key !== name) continue;
    result += text.slice(copiedTo, start) + value;
    copiedTo = end;
  }
  return result + text.slice(copiedTo);
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

/** The position of the comma or brace that ends the member whose value begins at `from`. */
function endOfMember(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (code === OPEN_OBJECT || code === OPEN_LIST) depth++;
    else if (depth === 0 && (code === COMMA || code === CLOSE_OBJECT)) return at;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--;
  }
  return text.length;
}
