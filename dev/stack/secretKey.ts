// The development stack's key for secrets in the database: created once, readable by its owner only.
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const KEY_BYTES = 32;

/** `--fresh` keeps the key, because the database of DATABASE_URL may hold secrets that need it. */
export function secretKey(dataDir: string): string {
  const path = join(dataDir, "secret-key");
  try {
    writeFileSync(path, randomBytes(KEY_BYTES).toString("base64"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(path, "utf8");
}
