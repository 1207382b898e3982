// A text as JSON, for lines that are built by hand because there is one for every bucket.

const PLAIN = /^[ !#-[\]-~]*$/;

/** Most ids are plain, and testing that is cheaper than JSON.stringify. */
export function jsonString(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
