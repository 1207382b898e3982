// JSON that keeps every digit: between parse and stringify, numbers that a double cannot hold are marked strings.

const MARK = "\u0000number:";
const MARKED = /"\\u0000number:([^"]+)"/g;
// A number token follows one of `: , [` or a space. Only numbers of these shapes can lose digits in a double.
const RISKY = /[:,[\s]-?(?:[\d.]{16}|[\d.]+[eE])/;
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
// A quote, a backslash, a control character or a surrogate.
const NEEDS_ESCAPE = /["\\]|[^ -\ud7ff\ue000-\uffff]/;

/** Like JSON.parse, but such a number becomes a string that `stringifyLossless` writes unchanged. */
export function parseLossless(text: string): unknown {
  if (!RISKY.test(text)) return JSON.parse(text);
  JSON.parse(text);
  return JSON.parse(text.replace(TOKENS, (token) => (isRisky(token) ? JSON.stringify(MARK + token) : token)));
}

export function stringifyLossless(value: unknown): string {
  // Fast for short strings and numbers, which are most values of an import.
  if (typeof value === "string") {
    if (!NEEDS_ESCAPE.test(value)) return `"${value}"`;
    return isMarkedNumber(value) ? value.slice(MARK.length) : JSON.stringify(value);
  }
  if (typeof value !== "object" || value === null) return String(value);
  const text = JSON.stringify(value);
  return text.includes('"\\u0000number:') ? text.replace(MARKED, "$1") : text;
}

export function isMarkedNumber(value: unknown): boolean {
  return typeof value === "string" && value.startsWith(MARK);
}

function isRisky(token: string): boolean {
  return !token.startsWith('"') && (token.length > 15 || /[eE]/.test(token));
}
