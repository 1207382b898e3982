// Media types as RFC 9110 writes them: names in any case, parameters in any order, values with or without quotes.
import { parse } from "content-type";

const UTF8 = /^utf-?8$/i;

/** The media type of a header, in lower case and without parameters; empty if there is none. */
export function mediaTypeOf(header: string | undefined): string {
  return header === undefined ? "" : parse(header, { parameters: false }).type;
}

/** The accepted media type that the header names, or null: another type, or a charset other than UTF-8. */
export function utf8Type<T extends string>(header: string | null | undefined, accepted: readonly T[]): T | null {
  if (header === null || header === undefined) return null;
  const { type, parameters } = parse(header);
  if (parameters.charset !== undefined && !UTF8.test(parameters.charset)) return null;
  return accepted.find((candidate) => candidate === type) ?? null;
}
