// The body of a call: the fields that the gateway reads, and the same bytes with another model.
import { isUtf8 } from "node:buffer";
import { isObject } from "../http/body.ts";
import { checkId } from "../http/checkId.ts";
import { OpenAiError } from "../http/openAiError.ts";

export interface ChatBody {
  model: string;
  user: string | null;
  metadata: Record<string, unknown>;
  /** The body for an upstream: the same bytes, except for the value of `model`. */
  withModel(model: string): Buffer;
}

/** Throws OpenAiError if the body is not a call of Chat Completions. The upstream checks all other fields. */
export function readChatBody(bytes: Buffer): ChatBody {
  const body = parse(bytes);
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
    withModel: (name) => replaceMember(bytes, "model", JSON.stringify(name)),
  };
}

function parse(bytes: Buffer): Record<string, unknown> {
  if (!isUtf8(bytes)) throw new OpenAiError(400, "The body is not valid UTF-8.");
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString("utf8"));
  } catch {
    // The parser's message quotes the body.
    throw new OpenAiError(400, "The body is not valid JSON.");
  }
  if (!isObject(body)) throw new OpenAiError(400, "The body must be a JSON object.");
  return body;
}

const [QUOTE, BACKSLASH, OPEN, CLOSE, COMMA] = [0x22, 0x5c, 0x7b, 0x7d, 0x2c];
const [OPEN_LIST, CLOSE_LIST, COLON] = [0x5b, 0x5d, 0x3a];

/**
 * Replaces the value of the member `name` at the top of `bytes`, an object that JSON.parse has accepted; where it is
 * there several times, each: parsers differ in which one counts. Nothing else changes, so that no number loses a digit
 * and no field its order.
 */
export function replaceMember(bytes: Buffer, name: string, value: string): Buffer {
  const parts: Buffer[] = [];
  const replacement = Buffer.from(value, "utf8");
  let kept = 0;
  let at = bytes.indexOf(OPEN) + 1;
  for (;;) {
    const keyStart = skipTo(bytes, at, QUOTE);
    if (keyStart === -1) break;
    const keyEnd = skipString(bytes, keyStart);
    const start = skipSpace(bytes, bytes.indexOf(COLON, keyEnd) + 1);
    const end = skipValue(bytes, start);
    const key: unknown = JSON.parse(bytes.toString("utf8", keyStart, keyEnd));
    if (key === name) {
      parts.push(bytes.subarray(kept, start), replacement);
      kept = end;
    }
    at = end;
  }
  parts.push(bytes.subarray(kept));
  return Buffer.concat(parts);
}

/** The next key of the object, or -1 where it ends; only spaces and a comma can lie before either. */
function skipTo(bytes: Buffer, from: number, wanted: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === wanted) return at;
    if (bytes[at] === CLOSE) return -1;
  }
  return -1;
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return at;
}

/** `from` is at the opening quote; answers the place after the closing one. */
function skipString(bytes: Buffer, from: number): number {
  let quote = bytes.indexOf(QUOTE, from + 1);
  while (quote !== -1 && isEscaped(bytes, quote)) quote = bytes.indexOf(QUOTE, quote + 1);
  return quote === -1 ? bytes.length : quote + 1;
}

function isEscaped(bytes: Buffer, quote: number): boolean {
  let backslashes = 0;
  while (bytes[quote - 1 - backslashes] === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

function skipValue(bytes: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length;) {
    const byte = bytes[at];
    if (byte === QUOTE) at = skipString(bytes, at);
    else if (depth === 0 && (byte === COMMA || byte === CLOSE)) return at;
    else {
      if (byte === OPEN || byte === OPEN_LIST) depth++;
      if (byte === CLOSE || byte === CLOSE_LIST) depth--;
      at++;
      if (depth > 0 || (byte !== CLOSE && byte !== CLOSE_LIST)) continue;
    }
    if (depth === 0) return at;
  }
  return bytes.length;
}
