// The code with which a workspace proves that an account is its own. It is made once and kept with the workspace.
import { createHmac } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../postgres/database.ts";

/** Without i, l, o and u, which people mistake for other signs. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const CODE_CHARS = 16;

/** 80 bits of an HMAC: short enough to type, and no one without the key can make another workspace's code. */
export function makeCode(workspaceId: string, key: Buffer): string {
  const mac = createHmac("sha256", key).update(`ownership code of ${workspaceId}`).digest();
  return Array.from(mac.subarray(0, CODE_CHARS), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/** Kept, so that it stays the same when the operator changes the keys. Of two that make it at once, one counts. */
export async function codeOf(db: Database, secretKeys: readonly Buffer[], workspaceId: string): Promise<string> {
  const [known] = await db.query(sql<{ code: string | null }>`
    select ownership_code as code from workspaces where id = ${workspaceId}`);
  if (known === undefined) throw new Error("There is no such workspace.");
  if (known.code !== null) return known.code;
  const [key] = secretKeys;
  if (key === undefined) throw new Error("The code of a workspace cannot be made without CROSSCURRENT_SECRET_KEY.");
  const [kept] = await db.query(sql<{ code: string }>`
    update workspaces set ownership_code = coalesce(ownership_code, ${makeCode(workspaceId, key)})
    where id = ${workspaceId} returning ownership_code as code`);
  if (kept === undefined) throw new Error("There is no such workspace.");
  return kept.code;
}
