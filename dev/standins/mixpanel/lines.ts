// The stored form of an event: the line that the raw export sends, and the hash of its dedupe key.
import { stringifyLossless } from "./lossless.ts";
import type { Row } from "./rows.ts";

interface Prefix {
  text: string;
  bytes: number;
}

const prefixes = new Map<string, Prefix>();
const MAX_CACHED_PREFIXES = 10_000;

function prefixOf(event: string): Prefix {
  let prefix = prefixes.get(event);
  if (!prefix) {
    const text = `{"event":${JSON.stringify(event)},"properties":{"time":`;
    prefix = { text, bytes: Buffer.byteLength(text) };
    if (prefixes.size >= MAX_CACHED_PREFIXES) prefixes.clear();
    prefixes.set(event, prefix);
  }
  return prefix;
}

/** The ids in the dedupe key, as they were sent, before any merge. */
export interface EventKey {
  distinctId: string;
  insertId: string;
}

export function buildRow(event: string, timeMs: number, processingMs: number, key: EventKey, properties: object): Row {
  return buildRowFromText(event, timeMs, processingMs, key, stringifyLossless(properties));
}

/** The same from the JSON text of the properties other than `time`, without parsing it. */
export function buildRowFromText(
  event: string,
  timeMs: number,
  processingMs: number,
  key: EventKey,
  propertiesText: string,
): Row {
  const prefix = prefixOf(event);
  const rest = propertiesText.slice(propertiesText.indexOf("{") + 1);
  return {
    event,
    timeMs,
    processingMs,
    line: `${prefix.text}${timeMs}${/^\s*\}/.test(rest) ? "" : ","}${rest}}`,
    timeOffset: prefix.bytes,
    keyHash: hash53(`${event}\u0000${timeMs}\u0000${key.distinctId}\u0000${key.insertId}`),
  };
}

/** cyrb53: two 32-bit lanes mixed to 53 bits. */
export function hash53(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
