// UUIDs made from text, under which the store keeps imported rows.
import { hash } from "node:crypto";

/** 122 bits of the text's SHA-256 as a UUID of version 8, the version for UUIDs of custom content. */
export function hashUuid(text: string): string {
  const hex = hash("sha256", text, "hex");
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  const start = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}`;
  return `${start}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
