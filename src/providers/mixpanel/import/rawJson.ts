// Finds the text of one member of a JSON object, so that it can be kept as it is, every digit of it.

/**
 * The text of the member `name` at the top of `text`, which JSON.parse has accepted as an object; of several the last, like
 * JSON.parse. Null where there is none.
 */
export function memberText(text: string, name: string): string | null {
  let found: string | null = null;
  let at = skipSpace(text, text.indexOf("{") + 1);
  while (text[at] === '"') {
    const keyEnd = skipString(text, at);
    const key: unknown = JSON.parse(text.slice(at, keyEnd));
    const colon = skipSpace(text, keyEnd);
    const start = skipSpace(text, colon + 1);
    const end = skipValue(text, start);
    if (key === name) found = text.slice(start, end);
    const comma = skipSpace(text, end);
    at = skipSpace(text, comma + 1);
  }
  return found;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at++;
  }
}

/** `from` is at the opening quote; answers the place after the closing one. */
function skipString(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (Number.isNaN(code)) return at;
    at += code === 0x5c ? 2 : 1;
  }
}

function skipValue(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const char = text[at];
    if (char === '"') {
      at = skipString(text, at);
    } else if (char === "{" || char === "[") {
      depth++;
      at++;
    } else if (depth === 0) {
      return skipScalar(text, at);
    } else {
      if (char === "}" || char === "]") depth--;
      at++;
    }
    if (depth === 0) return at;
  }
  return at;
}

/** A number, true, false or null: up to what may follow a value. */
function skipScalar(text: string, from: number): number {
  let at = from;
  while (at < text.length && !" \t\r\n,}]".includes(text.charAt(at))) at++;
  return at;
}
