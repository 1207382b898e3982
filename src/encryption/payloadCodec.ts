// Encrypts what Temporal stores: each payload in an envelope of its own. Plain payloads of earlier times pass through.
import type { Payload, PayloadCodec } from "@temporalio/common";
import proto from "@temporalio/proto";
import { EnvelopeError, openEnvelope, sealEnvelope } from "./envelope.ts";

export interface PayloadEncryption {
  /** The first encrypts, all decrypt. */
  keys: readonly Buffer[];
  /** False: payloads are written plain, and encrypted ones can still be read. */
  encrypts: boolean;
}

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
/** As Temporal's own samples call it. */
const ENCODING = "binary/encrypted";
/** Says which key without revealing it, for people who look for payloads of an old key. */
const KEY_ID = "encryption-key-id";
const PURPOSE = { content: "temporal payload", key: "temporal payload key" };

export function createPayloadCodec({ keys, encrypts }: PayloadEncryption): PayloadCodec {
  const [first] = keys;
  return {
    encode: async (payloads) =>
      first === undefined || !encrypts ? payloads : payloads.map((payload) => encode(payload, first)),
    decode: async (payloads) => payloads.map((payload) => decode(payload, keys)),
  };
}

function encode(payload: Payload, key: Buffer): Payload {
  const { box, keyId } = sealEnvelope(PayloadMessage.encode(payload).finish(), PURPOSE, key);
  return { metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(keyId) }, data: box };
}

function decode(payload: Payload, keys: readonly Buffer[]): Payload {
  const encoding = payload.metadata?.["encoding"];
  if (!encoding || !Buffer.from(encoding).equals(Buffer.from(ENCODING))) return payload;
  try {
    return PayloadMessage.decode(openEnvelope(Buffer.from(payload.data ?? []), PURPOSE, keys));
  } catch (error) {
    if (error instanceof EnvelopeError) throw new PayloadKeyError(error);
    throw error;
  }
}

/** Says what to do, and nothing of the payload. */
export class PayloadKeyError extends Error {
  override readonly name = "PayloadKeyError";

  constructor({ missingKeyId }: EnvelopeError) {
    super(
      missingKeyId === null
        ? "An encrypted payload from Temporal is damaged."
        : `A payload from Temporal was encrypted with key ${missingKeyId}, which TEMPORAL_PAYLOAD_KEY does not hold. ` +
            "Add that key to the setting of every server and worker.",
    );
  }
}
