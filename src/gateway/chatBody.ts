// The body of a call: the fields that the gateway reads, and the same bytes with another model.
import { isUtf8 } from "node:buffer";
import { replaceMember } from "../domain/rawJson.ts";
import { isObject } from "../http/body.ts";
import { checkId } from "../http/checkId.ts";
import { OpenAiError } from "../http/openAiError.ts";

export interface ChatBody {
  model: string;
  user: string | null;
  metadata: Record<string, unknown>;
  /** Changes nothing else, neither digits nor the order of fields. */
  withModel(model: string): Buffer;
}

/** Throws OpenAiError if the body is not a call of Chat Completions. The upstream checks all other fields. */
export function readChatBody(bytes: Buffer): ChatBody {
  if (!isUtf8(bytes)) throw new OpenAiError(400, "The body is not valid UTF-8.");
  const text = bytes.toString("utf8");
  const body = parse(text);
  const { model, user, metadata } = body;
  if (typeof model !== "string" || model === "") {
    throw new OpenAiError(400, "`model` must be the name of a router.", { param: "model" });
  }
  const wrong = user === undefined || user === null ? null : checkId(user);
  if (wrong !== null) throw new OpenAiError(400, `\`user\` ${wrong}.`, { param: "user" });
  return {
    model,
    user: (user as string | null | undefined) ?? null,
    metadata: isObject(metadata) ? metadata : {},
    withModel: (name) => Buffer.from(replaceMember(text, "model", JSON.stringify(name))),
  };
}

function parse(text: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // The parser's message quotes the body.
    throw new OpenAiError(400, "The body is not valid JSON.");
  }
  if (!isObject(body)) throw new OpenAiError(400, "The body must be a JSON object.");
  return body;
}
