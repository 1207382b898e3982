// The calls that are routed: where they go behind a base URL, how their streams end, and how they say that they failed.
import type { RefusalBody } from "./upstreamErrors.ts";

export interface OpenAiApi {
  path: "/chat/completions" | "/responses" | "/embeddings";
  /** Whether the upstream keeps a call that does not say `store`. */
  isStoredByDefault: boolean;
  /** A line with which a stream's last event begins. Clients may stop reading there. */
  lastEvent: RegExp;
  /** Whether that event has more lines, which say what the call used. */
  hasLastContent: boolean;
  /** The event that tells of a failure within a stream. */
  errorEvent: (error: RefusalBody["error"]) => string;
}

export const CHAT: OpenAiApi = {
  path: "/chat/completions",
  isStoredByDefault: false,
  lastEvent: /^data: ?\[DONE\]/,
  hasLastContent: false,
  errorEvent: (error) => `data: ${JSON.stringify({ error })}\n\n`,
};

export const EMBEDDINGS: OpenAiApi = { ...CHAT, path: "/embeddings" };

const LAST_RESPONSE_EVENT = String.raw`response\.(?:completed|incomplete|failed)`;

export const RESPONSES: OpenAiApi = {
  path: "/responses",
  isStoredByDefault: true,
  lastEvent: new RegExp(
    String.raw`^(?:event: ?${LAST_RESPONSE_EVENT}|data: ?(?:\[DONE\]|\{\s*"type"\s*:\s*"${LAST_RESPONSE_EVENT}"))`,
  ),
  hasLastContent: true,
  errorEvent: ({ message, code, param }) =>
    `event: error\ndata: ${JSON.stringify({ type: "error", code, message, param, sequence_number: 0 })}\n\n`,
};
