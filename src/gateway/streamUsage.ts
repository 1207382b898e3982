// Asks chat streams for their usage where the caller did not, and remembers the upstreams that refuse the question.
import { LRUCache } from "lru-cache";
import type { Upstream } from "../domain/router.ts";
import type { CallBody } from "./callBody.ts";
import type { OpenAiApi } from "./openAiApis.ts";
import { upstreamKey } from "./upstreamKey.ts";

export interface StreamUsage {
  /** Whether to ask. The caller then does not get the event that answers it. */
  asks(workspaceId: string, api: OpenAiApi, body: CallBody, upstream: Upstream): boolean;
  /** Whether a refusal may be for the question. It may also be for options of the caller's own. */
  mayBeRefused(refusal: { status: number | null; text: string }): boolean;
  /** The same call was answered without the question: the upstream is not asked for a while. */
  stopAsking(workspaceId: string, upstream: Upstream): void;
}

export const USAGE_FIELD = "stream_options";
const MAX_UPSTREAMS = 5_000;
/** Upstreams learn new fields. */
const FORGOTTEN_AFTER_MS = 3_600_000;
/** Of bodies with unknown fields: OpenAI's and Azure's, Mistral's. */
const REFUSALS = new Set([400, 422]);

export function createStreamUsage(): StreamUsage {
  const refusers = new LRUCache<string, true>({ max: MAX_UPSTREAMS, ttl: FORGOTTEN_AFTER_MS });
  return {
    asks(workspaceId, api, body, upstream) {
      if (!api.hasUsageOption || !body.stream || body.streamOptions === "unusable") return false;
      if (body.streamOptions?.include_usage === true) return false;
      const { drop = [], rename = {}, set = {} } = upstream.body ?? {};
      if (drop.includes(USAGE_FIELD) || Object.hasOwn(rename, USAGE_FIELD) || Object.hasOwn(set, USAGE_FIELD))
        return false;
      return !refusers.has(upstreamKey(workspaceId, upstream));
    },
    mayBeRefused: ({ status, text }) => status !== null && REFUSALS.has(status) && text.includes(USAGE_FIELD),
    stopAsking(workspaceId, upstream) {
      refusers.set(upstreamKey(workspaceId, upstream), true);
    },
  };
}
