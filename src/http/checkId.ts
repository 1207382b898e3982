// The rule for the ids and the user of an exposure, which both the API and the gateway accept.
import { MAX_ID_BYTES } from "../domain/limits.ts";

/** What is wrong with an id, or null. A plain loop, because it runs for every field of every exposure. */
export function checkId(value: unknown): string | null {
  if (value === undefined) return "is required";
  if (typeof value !== "string") return "must be a string";
  if (value.length === 0) return "must not be empty";
  if (value.length > MAX_ID_BYTES) return `must be at most ${MAX_ID_BYTES} bytes of UTF-8`;
  let bytes = 0;
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit === 0) return "must not contain NUL";
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 3;
    else if (unit < 0xdc00 && (value.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 4;
      i++;
    } else return "must not contain a lone surrogate";
  }
  return bytes > MAX_ID_BYTES ? `must be at most ${MAX_ID_BYTES} bytes of UTF-8` : null;
}
