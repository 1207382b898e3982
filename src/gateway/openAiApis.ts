// The calls that are routed: where they go behind a base URL, how their streams end, and how they say that they failed.
import { isGenerated } from "./answerErrors.ts";
import type { RefusalBody } from "./upstreamErrors.ts";

export interface OpenAiApi {
  path: "/chat/completions" | "/responses" | "/embeddings";
  /** Whether the upstream keeps a call that does not say `store`. */
  isStoredByDefault: boolean;
  /** The events besides `[DONE]` at which clients stop reading a stream. */
  lastEvents: ReadonlySet<string>;
  /** Whether an event of a stream, by its type and its data, carries something generated. */
  isGenerated: (type: string, data: string) => boolean;
  /** Whether streams tell their usage only if the call asks for it with `stream_options`. */
  hasUsageOption: boolean;
  /** The event that tells of a failure within a stream. */
  errorEvent: (error: RefusalBody["error"]) => string;
}

export const CHAT: OpenAiApi = {
  path: "/chat/completions",
  isStoredByDefault: false,
  lastEvents: new Set(),
  isGenerated: (_type, data) => isGenerated(data),
  hasUsageOption: true,
  errorEvent: (error) => `data: ${JSON.stringify({ error })}\n\n`,
};

export const EMBEDDINGS: OpenAiApi = { ...CHAT, path: "/embeddings", hasUsageOption: false };

export const RESPONSES: OpenAiApi = {
  path: "/responses",
  isStoredByDefault: true,
  lastEvents: new Set(["response.completed", "response.incomplete", "response.failed"]),
  isGenerated: (type) => type.endsWith(".delta"),
  hasUsageOption: false,
  errorEvent: ({ message, code, param }) =>
    `event: error\ndata: ${JSON.stringify({ type: "error", code, message, param, sequence_number: 0 })}\n\n`,
};
