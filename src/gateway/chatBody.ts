// The body of a call: what the gateway reads of it, and the same bytes with another model.
import { isUtf8 } from "node:buffer";
import { idProblem, isObject } from "../api/exposures/records.ts";
import { replaceMember } from "../domain/rawJson.ts";
import { GatewayError } from "./errors.ts";

export interface ChatBody {
  model: string;
  user: string | null;
  metadata: Record<string, unknown>;
  /** The body for an upstream: the same bytes with another value of `model`. No number loses a digit, no field its place. */
  withModel(model: string): Buffer;
}

/** Throws GatewayError for what is no call of Chat Completions. All fields but the four above are the upstream's to judge. */
export function readChatBody(bytes: Buffer): ChatBody {
  const body = parse(bytes);
  const { model, user, metadata } = body;
  if (typeof model !== "string" || model === "") {
    throw new GatewayError(400, "`model` must be the name of a router.", { param: "model" });
  }
  const wrong = user === undefined || user === null ? null : idProblem(user);
  if (wrong !== null) throw new GatewayError(400, `\`user\` ${wrong}.`, { param: "user" });
  return {
    model,
    user: (user as string | null | undefined) ?? null,
    metadata: isObject(metadata) ? metadata : {},
    withModel: (name) => Buffer.from(replaceMember(bytes.toString("utf8"), "model", JSON.stringify(name))),
  };
}

function parse(bytes: Buffer): Record<string, unknown> {
  if (!isUtf8(bytes)) throw new GatewayError(400, "The body is not valid UTF-8.");
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString("utf8"));
  } catch {
    // The parser's own message quotes the body.
    throw new GatewayError(400, "The body is not valid JSON.");
  }
  if (!isObject(body)) throw new GatewayError(400, "The body must be a JSON object.");
  return body;
}
