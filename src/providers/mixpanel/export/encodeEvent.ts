// Encodes an exposure bucket as a Mixpanel event: always the same text for the same bucket.
import { hash } from "node:crypto";
import type { Bucket } from "../../../domain/bucket.ts";
import { jsonString } from "../../jsonString.ts";
import { usageText } from "../../usageText.ts";

/** Mixpanel recognises a resent bucket by it. The length before each part makes different keys different texts. */
export function insertId(workspaceId: string, bucket: Bucket): string {
  const parts = [workspaceId, bucket.aliasId, bucket.routeId, bucket.variantId, bucket.userId, String(bucket.hourMs)];
  const key = parts.map((part) => `${part.length}:${part}`).join("");
  return hash("sha256", key, "hex").slice(0, 32);
}

export interface EncodedEvent {
  bucket: Bucket;
  insertId: string;
  text: string;
}

/** Builds JSON by hand, because this runs for every bucket. `ip: 0`: users are not where this server is. */
export function createEncoder(eventName: string, workspaceId: string): (bucket: Bucket) => EncodedEvent {
  const head = `{"event":${JSON.stringify(eventName)},"properties":{"time":`;
  return (bucket) => {
    const id = insertId(workspaceId, bucket);
    const text =
      `${head}${bucket.sealedTimeMs},"distinct_id":${jsonString(bucket.userId)},"$insert_id":"${id}",` +
      `"alias_id":${jsonString(bucket.aliasId)},"route_id":${jsonString(bucket.routeId)},` +
      `"variant_id":${jsonString(bucket.variantId)}${usageText(bucket.usage)},"ip":0}}`;
    return { bucket, insertId: id, text };
  };
}
