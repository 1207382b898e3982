// Ids that leave the database (a prefix and 80 random bits, safe in URLs and on command lines), and hashes.
import { createHash, randomBytes } from "node:crypto";

export function newId(prefix: "ws" | "key" | "int" | "sync" | "met"): string {
  return `${prefix}_${randomBytes(10).toString("hex")}`;
}

export function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
