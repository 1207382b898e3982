// Finds calls that have come through this installation before, as a variant's address can lead back to it (RFC 8586).
import { createHmac } from "node:crypto";
import { OpenAiError } from "../http/openAiError.ts";

export const LOOP_HEADER = "cdn-loop";
const NAME = "crosscurrent-";
const ID_BYTES = 8;
/** Installations of different operators that may serve one call, one through the other. */
const MAX_INSTALLATIONS = 5;

/** The name of an installation in the header: the same for all of its servers, and for no others. */
export function installationId(secretKey: Buffer): string {
  const digest = createHmac("sha256", secretKey).update("cdn-loop").digest();
  return NAME + digest.subarray(0, ID_BYTES).toString("hex");
}

/**
 * The header for the next hop. Throws OpenAiError 508 if the call came from this installation. Names of CDNs are left
 * out: the upstream is no origin of theirs, and a CDN before both would take the call for a loop.
 */
export function nextLoopHeader(received: string | string[] | undefined, ownId: string): string {
  const names = [received ?? []]
    .flat()
    .join(",")
    .split(",")
    .map(nameOf)
    .filter((name) => name.startsWith(NAME));
  if (names.includes(ownId) || names.length >= MAX_INSTALLATIONS) {
    const message = "The call came back to the gateway: the baseUrl of a variant leads to a gateway that served it.";
    throw new OpenAiError(508, message, { code: "loop_detected" });
  }
  return [...names, ownId].join(", ");
}

/** Of an entry without its parameters. */
function nameOf(entry: string): string {
  return (entry.split(";")[0] ?? "").trim().toLowerCase();
}
