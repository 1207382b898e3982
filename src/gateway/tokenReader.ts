// Reads `usage` of an answer as its bytes pass: from a JSON body or from the events of a stream.
import type { TokenUsage } from "../domain/tokenPrice.ts";

export interface TokenReader {
  /** Keeps no bytes but those of a usage that has only begun. */
  push(bytes: Buffer): void;
  /** What the answer said so far; null if it said nothing. */
  usage(): TokenUsage | null;
}

/** Within a text of JSON the quotes would be escaped, so this is always the name of a member. */
const NAME = Buffer.from('"usage"');
const START = /^"usage"\s*:\s*\{/;
/** Far more than a usage has. */
const MAX_USAGE_BYTES = 8 * 1024;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Streams can tell their usage again and again: the last one counts. */
export function createTokenReader(): TokenReader {
  let found: TokenUsage | null = null;
  let kept: Buffer = Buffer.alloc(0);
  return {
    push(piece) {
      const bytes = kept.length === 0 ? piece : Buffer.concat([kept, piece]);
      let from = Math.max(0, bytes.length - NAME.length + 1);
      for (let at = bytes.indexOf(NAME); at !== -1; at = bytes.indexOf(NAME, at + NAME.length)) {
        const end = endOfObject(bytes, at);
        if (end === null) {
          from = at;
          break;
        }
        found = parseUsage(bytes.toString("utf8", at, end)) ?? found;
      }
      // A copy, so that the piece can be let go.
      kept = Buffer.from(bytes.subarray(from));
    },
    usage: () => found,
  };
}

/** Where the object behind a name ends; the name's own place if there is no object; null if more bytes must come. */
function endOfObject(bytes: Buffer, at: number): number | null {
  const isCut = bytes.length - at < MAX_USAGE_BYTES;
  const head = bytes.toString("latin1", at, at + 64);
  const start = START.exec(head);
  if (start === null) return isCut && /^"usage"\s*:?\s*$/.test(head) ? null : at;
  let depth = 0;
  for (let i = at + start[0].length - 1; i < Math.min(bytes.length, at + MAX_USAGE_BYTES); i++) {
    if (bytes[i] === OPEN) depth++;
    else if (bytes[i] === CLOSE && --depth === 0) return i + 1;
  }
  return isCut ? null : at;
}

/** Of Chat Completions, Responses or Embeddings. A member that only has the same name has no such numbers. */
function parseUsage(member: string): TokenUsage | null {
  try {
    const { usage } = JSON.parse(`{${member}}`) as { usage: Record<string, unknown> };
    const input = numberIn(usage.prompt_tokens ?? usage.input_tokens);
    if (input === null) return null;
    const details = (usage.prompt_tokens_details ?? usage.input_tokens_details) as { cached_tokens?: unknown } | null;
    return {
      inputTokens: input,
      cachedInputTokens: numberIn(details?.cached_tokens) ?? 0,
      outputTokens: numberIn(usage.completion_tokens ?? usage.output_tokens) ?? 0,
    };
  } catch {
    return null;
  }
}

const MAX_TOKENS = 1e12;

function numberIn(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value <= MAX_TOKENS ? value : null;
}
