// The body of a call, never parsed whole: the fields that the gateway reads, and the same bytes with another model.
import { isUtf8 } from "node:buffer";
import { JsonScan, type FoundMember, type JsonFault } from "../domain/jsonScan.ts";
import { MAX_ID_BYTES } from "../domain/limits.ts";
import { isObject } from "../http/body.ts";
import { checkId } from "../http/checkId.ts";
import { OpenAiError } from "../http/openAiError.ts";

export interface ChatBody {
  model: string;
  user: string | null;
  metadata: Record<string, unknown>;
  /** Changes nothing else, neither digits nor the order of fields. */
  withModel(model: string): Buffer[];
}

/** Deeper than tools and their schemas nest, and less than parsers of upstreams allow. */
const MAX_DEPTH = 200;
/** Far more than upstreams know. */
const MAX_OUTERMOST_MEMBERS = 1_000;
const FIELDS = ["model", "user", "metadata"];
/** Every character of a text can be written as an escape of six bytes. */
const MAX_MODEL_BYTES = 6 * 1_000;
const MAX_USER_BYTES = 6 * MAX_ID_BYTES + 2;
const MAX_METADATA_BYTES = 64 * 1024;

/** Takes the bytes of a body as they arrive. */
export function scanChatBody(): JsonScan {
  return new JsonScan(
    {
      maxDepth: MAX_DEPTH,
      maxValues: Infinity,
      maxMembersOfObject: Infinity,
      maxOutermostMembers: MAX_OUTERMOST_MEMBERS,
    },
    { names: FIELDS },
  );
}

/** Throws OpenAiError if the body is not a call of Chat Completions. The upstream checks all other fields. */
export function readChatBody(bytes: Buffer, scan: JsonScan): ChatBody {
  const fault = scan.end();
  if (fault !== null) throw faultError(fault);
  if (!isUtf8(bytes)) throw new OpenAiError(400, "The body is not valid UTF-8.");
  if (!scan.isObject) throw new OpenAiError(400, "The body must be a JSON object.");
  // The last of several counts, as in JSON.parse.
  const valueOf = (field: string, maxBytes: number) => {
    const member = scan.found.findLast(({ name }) => name === field);
    return member === undefined ? undefined : parseMember(bytes, member, maxBytes);
  };
  const model = valueOf("model", MAX_MODEL_BYTES);
  if (typeof model !== "string" || model === "") {
    throw new OpenAiError(400, "`model` must be the name of a router.", { param: "model" });
  }
  const user = valueOf("user", MAX_USER_BYTES);
  const wrong = user === undefined || user === null ? null : checkId(user);
  if (wrong !== null) throw new OpenAiError(400, `\`user\` ${wrong}.`, { param: "user" });
  const metadata = valueOf("metadata", MAX_METADATA_BYTES);
  return {
    model,
    user: (user as string | null | undefined) ?? null,
    metadata: isObject(metadata) ? metadata : {},
    withModel: (name) => replaceModels(bytes, scan.found, name),
  };
}

export function faultError(fault: JsonFault): OpenAiError {
  if (fault === "too_deep") {
    return new OpenAiError(400, `The body has more than ${MAX_DEPTH} lists and objects within each other.`);
  }
  if (fault === "too_many_members") {
    return new OpenAiError(400, `The body has more than ${MAX_OUTERMOST_MEMBERS} fields.`);
  }
  if (fault === "repeated") return new OpenAiError(400, "The body has the same field again and again.");
  return new OpenAiError(400, "The body is not valid JSON.");
}

function parseMember(bytes: Buffer, { name, start, end }: FoundMember, maxBytes: number): unknown {
  if (end - start > maxBytes) {
    throw new OpenAiError(400, `\`${name}\` is longer than ${maxBytes} bytes.`, { param: name });
  }
  try {
    return JSON.parse(bytes.toString("utf8", start, end));
  } catch {
    // The parser's message quotes the body.
    throw new OpenAiError(400, "The body is not valid JSON.");
  }
}

/** Replaces every one, because parsers differ in which one of several counts. */
function replaceModels(bytes: Buffer, found: FoundMember[], model: string): Buffer[] {
  const text = Buffer.from(JSON.stringify(model));
  const parts: Buffer[] = [];
  let copiedTo = 0;
  for (const { name, start, end } of found) {
    if (name !== "model") continue;
    parts.push(bytes.subarray(copiedTo, start), text);
    copiedTo = end;
  }
  return [...parts, bytes.subarray(copiedTo)];
}
