// The customer's event UUID as the 16 bytes under which the store keeps a row.
import { hash } from "node:crypto";

/** Lower case and of any version but 8, which is ours. */
const KEPT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-79a-f][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Any string that is unique per row may be an event's UUID. One that PostgreSQL writes the same way stays what it is; every
 * other one, a UUID in capitals too, becomes a hash of version 8: no two strings are ever taken for one row.
 */
export function rowUuid(text: string): string {
  return text.length === 36 && KEPT.test(text) ? text : uuidFromHash(hash("sha256", text, "hex"));
}

/** 122 bits of a hash as a UUID of version 8, which is for such uses. */
function uuidFromHash(hex: string): string {
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
