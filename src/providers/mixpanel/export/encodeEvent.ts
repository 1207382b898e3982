// An exposure bucket as Mixpanel's event: the same text for the same bucket, every time.
import type { Bucket } from "../../../domain/bucket.ts";
import { hash } from "node:crypto";

/** Mixpanel refuses these ids (its documentation lists them); we treat them as such whatever their case. */
const BLOCKED_IDS = new Set([
  "00000000-0000-0000-0000-000000000000",
  "anon",
  "anonymous",
  "nil",
  "none",
  "null",
  "n/a",
  "na",
  "undefined",
  "unknown",
  "<nil>",
  "0",
  "-1",
  "true",
  "false",
  "[]",
  "{}",
]);

/** Whether Mixpanel takes no event of this user at all. Sending it under another id would invent a user. */
export function isBlockedDistinctId(userId: string): boolean {
  return BLOCKED_IDS.has(userId.toLowerCase());
}

/**
 * What makes Mixpanel recognise a bucket that is sent again: 32 hex characters from workspace and bucket key. Every part
 * carries its length, so that no two different keys read the same.
 */
export function insertId(workspaceId: string, bucket: Bucket): string {
  const parts = [workspaceId, bucket.aliasId, bucket.routeId, bucket.variantId, bucket.userId, String(bucket.hourMs)];
  let key = "";
  for (const part of parts) key += `${part.length}:${part}`;
  return hash("sha256", key, "hex").slice(0, 32);
}

export interface EncodedEvent {
  bucket: Bucket;
  insertId: string;
  text: string;
}

// Of printable ASCII, only the quote and the backslash are written otherwise in JSON.
const PLAIN = /^[ !#-[\]-~]*$/;

/** A string as JSON. Most ids are plain, and looking is cheaper than JSON.stringify. */
function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Built by hand because this runs for every bucket. `ip: 0` keeps Mixpanel from placing users where this server stands. */
export function createEncoder(eventName: string, workspaceId: string): (bucket: Bucket) => EncodedEvent {
  const head = `{"event":${JSON.stringify(eventName)},"properties":{"time":`;
  return (bucket) => {
    const id = insertId(workspaceId, bucket);
    const text =
      `${head}${bucket.sealedTimeMs},"distinct_id":${quoted(bucket.userId)},"$insert_id":"${id}",` +
      `"alias_id":${quoted(bucket.aliasId)},"route_id":${quoted(bucket.routeId)},` +
      `"variant_id":${quoted(bucket.variantId)},"ip":0}}`;
    return { bucket, insertId: id, text };
  };
}
