// Ids that leave the database: a prefix for the kind of object and 80 random bits, safe in URLs and on command lines.
import { randomBytes } from "node:crypto";

export function newId(prefix: "ws" | "int" | "sync" | "met"): string {
  return `${prefix}_${randomBytes(10).toString("hex")}`;
}
