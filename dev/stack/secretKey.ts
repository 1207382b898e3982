// The development stack's key for secrets in the database: made once, readable by its owner alone.
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const KEY_BYTES = 32;

/** It outlives `--fresh`: a database of one's own may hold secrets that only this key opens. */
export function secretKey(dataDir: string): string {
  const path = join(dataDir, "secret-key");
  try {
    writeFileSync(path, randomBytes(KEY_BYTES).toString("base64"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(path, "utf8");
}
