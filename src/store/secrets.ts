// Envelope encryption: a random data key per secret (AES-256-GCM), wrapped by an operator's key for rotation.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { SyncError } from "../domain/errors.ts";

const VERSION = 1;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_BYTES = 8;
const WRAPPED_BYTES = IV_BYTES + KEY_BYTES + TAG_BYTES;
const HEADER_BYTES = 1 + KEY_ID_BYTES + WRAPPED_BYTES;

/** `box` holds all that decryption needs except the operator's key, which `keyId` names without revealing it. */
export interface SealedSecret {
  box: Buffer;
  keyId: string;
}

export function keyIdOf(key: Buffer): string {
  const hash = createHash("sha256").update("crosscurrent key id").update(key).digest();
  return hash.subarray(0, KEY_ID_BYTES).toString("hex");
}

/** Encrypts with the first key. The ciphertext only opens for the same `owner`. */
export function encryptSecret(secret: string, owner: string, keys: readonly Buffer[]): SealedSecret {
  const dataKey = randomBytes(KEY_BYTES);
  return pack(firstOf(keys), dataKey, encrypt(dataKey, Buffer.from(secret, "utf8"), `secret:${owner}`), owner);
}

export function decryptSecret(box: Buffer, owner: string, keys: readonly Buffer[]): string {
  const dataKey = unwrap(box, owner, keys);
  return open(() => decrypt(dataKey, box.subarray(HEADER_BYTES), `secret:${owner}`), owner).toString("utf8");
}

/** Wraps the data key with the first key, for rotation. The result opens with the first key alone. */
export function reencrypt(box: Buffer, owner: string, keys: readonly Buffer[]): SealedSecret {
  return pack(firstOf(keys), unwrap(box, owner, keys), box.subarray(HEADER_BYTES), owner);
}

function pack(key: Buffer, dataKey: Buffer, body: Buffer, owner: string): SealedSecret {
  const keyId = keyIdOf(key);
  const wrapped = encrypt(key, dataKey, `key:${owner}`);
  return { keyId, box: Buffer.concat([Buffer.from([VERSION]), Buffer.from(keyId, "hex"), wrapped, body]) };
}

function unwrap(box: Buffer, owner: string, keys: readonly Buffer[]): Buffer {
  const keyId = box.subarray(1, 1 + KEY_ID_BYTES).toString("hex");
  const key = box[0] === VERSION ? keys.find((candidate) => keyIdOf(candidate) === keyId) : undefined;
  if (key === undefined) {
    throw new SyncError(
      "bug",
      `The stored secret of ${owner} was encrypted with key ${keyId}, which CROSSCURRENT_SECRET_KEY does not hold. ` +
        "Add that key to the setting, or enter the credentials again.",
    );
  }
  return open(() => decrypt(key, box.subarray(1 + KEY_ID_BYTES, HEADER_BYTES), `key:${owner}`), owner);
}

/** Replaces OpenSSL's message, which explains nothing. What could not be authenticated must not be quoted. */
function open(decryption: () => Buffer, owner: string): Buffer {
  try {
    return decryption();
  } catch {
    throw new SyncError(
      "bug",
      `The stored secret of ${owner} is damaged or belongs to another integration: no key of CROSSCURRENT_SECRET_KEY ` +
        "opens it. Enter the credentials again.",
    );
  }
}

function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(context, "utf8"));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, body, cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  const tag = sealed.subarray(sealed.length - TAG_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context, "utf8"))
    .setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
}

function firstOf(keys: readonly Buffer[]): Buffer {
  const first = keys[0];
  if (first === undefined || first.length !== KEY_BYTES) {
    throw new SyncError("bug", `CROSSCURRENT_SECRET_KEY must hold at least one key of ${KEY_BYTES} bytes.`);
  }
  return first;
}
