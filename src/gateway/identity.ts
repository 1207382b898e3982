// Whom a call serves, and what its headers say for routing. A user that cannot be recorded never fails the call.
import { isUtf8 } from "node:buffer";
import { checkId } from "../http/checkId.ts";
import { OpenAiError } from "../http/openAiError.ts";

export const USER_HEADER = "x-crosscurrent-user";
export const METADATA_HEADER = "x-crosscurrent-metadata";

export interface Identity {
  /** Null: the call names no user that can be recorded. */
  user: string | null;
  /** Told to the caller in a header. */
  exposure: "recorded" | "no-user" | "unusable-user";
}

/** The first that can be recorded of the header, `user` and `safety_identifier`. */
export function identify(
  header: string | undefined,
  { user, safetyIdentifier }: { user: unknown; safetyIdentifier: unknown },
): Identity {
  const given = [header === undefined ? undefined : utf8Of(header), user, safetyIdentifier].filter(
    (value) => value !== undefined && value !== null,
  );
  const usable = given.find(isUser);
  if (usable !== undefined) return { user: usable, exposure: "recorded" };
  return { user: null, exposure: given.length === 0 ? "no-user" : "unusable-user" };
}

export function isUser(value: unknown): value is string {
  return checkId(value) === null;
}

/** OpenAI's limit of a call's metadata. */
const MAX_PAIRS = 16;
/** `key=value`, the value in quotes if it has a comma. */
const PAIR = /^\s*([^\s=,"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",]*?))\s*(?:,|$)/;

/**
 * The pairs of the header: `plan=pro, region="eu, west"`. Throws OpenAiError if it cannot be read: a call that went
 * another way than it asks for would be a mistake that shows nowhere.
 */
export function routingMetadata(header: string | undefined): Record<string, string> {
  const pairs: [string, string][] = [];
  let rest = utf8Of(header ?? "").trim();
  while (rest !== "") {
    const match = PAIR.exec(rest);
    if (match === null || pairs.length === MAX_PAIRS) {
      const message = `The header ${METADATA_HEADER} must be up to ${MAX_PAIRS} pairs as in \`plan=pro, region=eu\`.`;
      throw new OpenAiError(400, message, { param: METADATA_HEADER });
    }
    const [whole, key = "", quoted, plain = ""] = match;
    pairs.push([key, quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, "$1")]);
    rest = rest.slice(whole.length);
  }
  return Object.fromEntries(pairs);
}

/** Node reads each byte of a header as a character. Clients send UTF-8. */
function utf8Of(header: string): string {
  const bytes = Buffer.from(header, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : header;
}
