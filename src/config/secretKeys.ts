// The parser of the keys that encrypt customers' secrets.
import { z } from "zod";

const SECRET_KEY_BYTES = 32;

/** Base64 keys of 32 bytes, separated by commas. The first encrypts, all decrypt. */
export const secretKeys = z
  .string({ error: "is required: 32 random bytes as base64; make one with `openssl rand -base64 32`" })
  .transform((text, ctx) => {
    const keys = text.split(",").map((part) => decodeKey(part.trim()));
    for (const [index, key] of keys.entries()) {
      if (key !== null) continue;
      const which = keys.length === 1 ? "must be" : `key ${index + 1} of ${keys.length} must be`;
      ctx.addIssue(`${which} 32 bytes as base64 (44 characters); make one with \`openssl rand -base64 32\``);
    }
    return keys.filter((key) => key !== null);
  });

function decodeKey(text: string): Buffer | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const key = Buffer.from(text, "base64");
  return key.length === SECRET_KEY_BYTES ? key : null;
}
