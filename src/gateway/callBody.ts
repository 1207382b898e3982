// The body of a call, never parsed whole: the fields that the gateway reads, and where all outermost members are.
import { isUtf8 } from "node:buffer";
import type { FoundMember, JsonFault } from "../domain/jsonLimits.ts";
import { JsonScan } from "../domain/jsonScan.ts";
import { MAX_ID_BYTES } from "../domain/limits.ts";
import { isObject } from "../http/body.ts";
import { OpenAiError } from "../http/openAiError.ts";

export interface CallBody {
  bytes: Buffer;
  members: readonly FoundMember[];
  model: string;
  /** As the caller sent them: they may be no users. */
  user: unknown;
  safetyIdentifier: unknown;
  metadata: Record<string, unknown>;
  stream: boolean;
  /** Undefined if it is not there; `unusable` if it is no object. */
  streamOptions: Record<string, unknown> | undefined | "unusable";
}

/** Deeper than tools and their schemas nest, and less than parsers of upstreams allow. */
const MAX_DEPTH = 200;
/** Far more than upstreams know. */
const MAX_OUTERMOST_MEMBERS = 1_000;
/** Every character of a text can be written as an escape of six bytes. */
const MAX_MODEL_BYTES = 6 * 1_000;
const MAX_USER_BYTES = 6 * MAX_ID_BYTES + 2;
const MAX_METADATA_BYTES = 64 * 1024;
const MAX_BOOLEAN_BYTES = 5;
const MAX_STREAM_OPTIONS_BYTES = 4 * 1024;

/** Takes the bytes of a body as they arrive. */
export function scanCallBody(): JsonScan {
  return new JsonScan(
    {
      maxDepth: MAX_DEPTH,
      maxValues: Infinity,
      maxMembersOfObject: Infinity,
      maxOutermostMembers: MAX_OUTERMOST_MEMBERS,
    },
    { findsMembers: true },
  );
}

/** Throws OpenAiError if the body names no model. The upstream checks all fields that the gateway does not need. */
export function readCallBody(bytes: Buffer, scan: JsonScan): CallBody {
  const fault = scan.end();
  if (fault !== null) throw faultError(fault);
  if (!isUtf8(bytes)) throw new OpenAiError(400, "The body is not valid UTF-8.");
  if (!scan.isObject) throw new OpenAiError(400, "The body must be a JSON object.");
  // The last of several counts, as in JSON.parse.
  const memberOf = (field: string) => scan.found.findLast(({ name }) => name === field);
  const valueOf = (field: string, maxBytes: number) => {
    const member = memberOf(field);
    if (member === undefined) return undefined;
    return member.end - member.start > maxBytes ? TOO_LONG : parseMember(bytes, member);
  };
  const model = valueOf("model", MAX_MODEL_BYTES);
  if (typeof model !== "string" || model === "") {
    throw new OpenAiError(400, "`model` must be the name of a router.", { param: "model" });
  }
  const metadata = valueOf("metadata", MAX_METADATA_BYTES);
  if (metadata === TOO_LONG) {
    throw new OpenAiError(400, `\`metadata\` is longer than ${MAX_METADATA_BYTES} bytes.`, { param: "metadata" });
  }
  const streamOptions = valueOf("stream_options", MAX_STREAM_OPTIONS_BYTES) ?? undefined;
  return {
    bytes,
    members: scan.found,
    model,
    user: valueOf("user", MAX_USER_BYTES),
    safetyIdentifier: valueOf("safety_identifier", MAX_USER_BYTES),
    metadata: isObject(metadata) ? metadata : {},
    stream: valueOf("stream", MAX_BOOLEAN_BYTES) === true,
    streamOptions: streamOptions === undefined || isObject(streamOptions) ? streamOptions : "unusable",
  };
}

/** Stands for a value that is longer than it can mean anything. */
const TOO_LONG = Symbol("too long");

export function faultError(fault: JsonFault): OpenAiError {
  if (fault === "too_deep") {
    return new OpenAiError(400, `The body has more than ${MAX_DEPTH} lists and objects within each other.`);
  }
  if (fault === "too_many_members") {
    return new OpenAiError(400, `The body has more than ${MAX_OUTERMOST_MEMBERS} fields.`);
  }
  return new OpenAiError(400, "The body is not valid JSON.");
}

function parseMember(bytes: Buffer, { start, end }: FoundMember): unknown {
  try {
    return JSON.parse(bytes.toString("utf8", start, end));
  } catch {
    // The parser's message quotes the body.
    throw new OpenAiError(400, "The body is not valid JSON.");
  }
}
