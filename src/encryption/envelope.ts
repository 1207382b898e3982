// Envelope encryption: a random data key per content (AES-256-GCM), wrapped by an operator's key for rotation.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

const VERSION = 1;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_BYTES = 8;
const WRAPPED_BYTES = IV_BYTES + KEY_BYTES + TAG_BYTES;
const HEADER_BYTES = 1 + KEY_ID_BYTES + WRAPPED_BYTES;

/** `box` holds all that decryption needs except the operator's key, which `keyId` names without revealing it. */
export interface Envelope {
  box: Buffer;
  keyId: string;
}

/** What the two ciphertexts are for. An envelope only opens for the same purpose. */
export interface Purpose {
  content: string;
  key: string;
}

/** No key opens the envelope: none of them has the id, or the envelope was changed or is for another purpose. */
export class EnvelopeError extends Error {
  override readonly name = "EnvelopeError";
  /** The id of the missing key; null: the envelope is damaged. */
  readonly missingKeyId: string | null;

  constructor(missingKeyId: string | null) {
    super(missingKeyId === null ? "The envelope is damaged." : `The envelope needs key ${missingKeyId}.`);
    this.missingKeyId = missingKeyId;
  }
}

export function keyIdOf(key: Buffer): string {
  const hash = createHash("sha256").update("crosscurrent key id").update(key).digest();
  return hash.subarray(0, KEY_ID_BYTES).toString("hex");
}

export function sealEnvelope(content: Uint8Array, purpose: Purpose, key: Buffer): Envelope {
  const dataKey = randomBytes(KEY_BYTES);
  return pack(key, dataKey, encrypt(dataKey, content, purpose.content), purpose);
}

export function openEnvelope(box: Buffer, purpose: Purpose, keys: readonly Buffer[]): Buffer {
  const dataKey = unwrap(box, purpose, keys);
  return open(() => decrypt(dataKey, box.subarray(HEADER_BYTES), purpose.content));
}

/** Wraps the data key with `key`, for rotation. The result opens with that key alone. */
export function rewrapEnvelope(box: Buffer, purpose: Purpose, key: Buffer, keys: readonly Buffer[]): Envelope {
  return pack(key, unwrap(box, purpose, keys), box.subarray(HEADER_BYTES), purpose);
}

function pack(key: Buffer, dataKey: Buffer, body: Buffer, purpose: Purpose): Envelope {
  const keyId = keyIdOf(key);
  const wrapped = encrypt(key, dataKey, purpose.key);
  return { keyId, box: Buffer.concat([Buffer.from([VERSION]), Buffer.from(keyId, "hex"), wrapped, body]) };
}

function unwrap(box: Buffer, purpose: Purpose, keys: readonly Buffer[]): Buffer {
  const keyId = box.subarray(1, 1 + KEY_ID_BYTES).toString("hex");
  const key = box[0] === VERSION ? keys.find((candidate) => keyIdOf(candidate) === keyId) : undefined;
  if (key === undefined) throw new EnvelopeError(keyId);
  return open(() => decrypt(key, box.subarray(1 + KEY_ID_BYTES, HEADER_BYTES), purpose.key));
}

/** Replaces OpenSSL's message, which explains nothing. What could not be authenticated must not be quoted. */
function open(decryption: () => Buffer): Buffer {
  try {
    return decryption();
  } catch {
    throw new EnvelopeError(null);
  }
}

function encrypt(key: Buffer, plain: Uint8Array, context: string): Buffer {
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
