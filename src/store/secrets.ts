// Customers' secrets at rest: each in an envelope that only opens for its owner.
import { SyncError } from "../domain/errors.ts";
import {
  EnvelopeError,
  openEnvelope,
  rewrapEnvelope,
  sealEnvelope,
  type Envelope,
  type Purpose,
} from "../encryption/envelope.ts";

export { keyIdOf } from "../encryption/envelope.ts";

const KEY_BYTES = 32;

/** Encrypts with the first key. The ciphertext only opens for the same `owner`. */
export function encryptSecret(secret: string, owner: string, keys: readonly Buffer[]): Envelope {
  return sealEnvelope(Buffer.from(secret, "utf8"), purposeOf(owner), firstOf(keys));
}

export function decryptSecret(box: Buffer, owner: string, keys: readonly Buffer[]): string {
  return explained(owner, () => openEnvelope(box, purposeOf(owner), keys)).toString("utf8");
}

/** Wraps the data key with the first key, for rotation. The result opens with the first key alone. */
export function reencrypt(box: Buffer, owner: string, keys: readonly Buffer[]): Envelope {
  return explained(owner, () => rewrapEnvelope(box, purposeOf(owner), firstOf(keys), keys));
}

function purposeOf(owner: string): Purpose {
  return { content: `secret:${owner}`, key: `key:${owner}` };
}

function explained<T>(owner: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    throw new SyncError("bug", messageOf(error, owner));
  }
}

function messageOf({ missingKeyId }: EnvelopeError, owner: string): string {
  if (missingKeyId === null) {
    return (
      `The stored secret of ${owner} is damaged or belongs to another integration: no key of CROSSCURRENT_SECRET_KEY ` +
      "opens it. Enter the credentials again."
    );
  }
  return (
    `The stored secret of ${owner} was encrypted with key ${missingKeyId}, which CROSSCURRENT_SECRET_KEY does not ` +
    "hold. Add that key to the setting, or enter the credentials again."
  );
}

function firstOf(keys: readonly Buffer[]): Buffer {
  const first = keys[0];
  if (first === undefined || first.length !== KEY_BYTES) {
    throw new SyncError("bug", `CROSSCURRENT_SECRET_KEY must hold at least one key of ${KEY_BYTES} bytes.`);
  }
  return first;
}
