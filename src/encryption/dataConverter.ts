// How clients and workers write payloads and failures where these are encrypted.
import { fileURLToPath } from "node:url";
import type { DataConverter } from "@temporalio/common";
import { createPayloadCodec, type PayloadEncryption } from "./payloadCodec.ts";

/** The bundle of the workflows needs it too. */
export const FAILURE_CONVERTER_PATH = fileURLToPath(new URL("./failureConverter.cjs", import.meta.url));

/**
 * For each `Client` and `Worker`. Undefined without keys: Temporal's own.
 *
 * @example new Client({ connection, dataConverter: createDataConverter({ keys: [key], encrypts: true }) });
 */
export function createDataConverter(encryption: PayloadEncryption): DataConverter | undefined {
  if (encryption.keys.length === 0) return undefined;
  return {
    payloadCodecs: [createPayloadCodec(encryption)],
    ...(encryption.encrypts && { failureConverterPath: FAILURE_CONVERTER_PATH }),
  };
}
