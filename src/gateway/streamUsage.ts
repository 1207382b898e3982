// Asks chat streams for their usage where the caller did not, and remembers the upstreams that refuse the question.
import { LRUCache } from "lru-cache";
import type { Upstream } from "../domain/router.ts";
import type { CallBody } from "./callBody.ts";
import type { OpenAiApi } from "./openAiApis.ts";
import { upstreamKey } from "./upstreamKey.ts";

export interface StreamUsage {
  /** Whether to ask. The caller then does not get the event that answers it. */
  asks(workspaceId: string, api: OpenAiApi, body: CallBody, upstream: Upstream): boolean;
  /** Whether a refusal is for the question. If so, the upstream is not asked again. */
  isRefused(workspaceId: string, upstream: Upstream, refusal: { status: number | null; text: string }): boolean;
}

export const USAGE_FIELD = "stream_options";
const MAX_UPSTREAMS = 5_000;
/** Of bodies with unknown fields: OpenAI's and Azure's, Mistral's. */
const REFUSALS = new Set([400, 422]);

export function createStreamUsage(): StreamUsage {
  const refusers = new LRUCache<string, true>({ max: MAX_UPSTREAMS });
  return {
    asks(workspaceId, api, body, upstream) {
      if (!api.hasUsageOption || !body.stream || body.streamOptions === "unusable") return false;
      if (body.streamOptions?.include_usage === true) return false;
      const { drop = [], rename = {}, set = {} } = upstream.body ?? {};
      if (drop.includes(USAGE_FIELD) || Object.hasOwn(rename, USAGE_FIELD) || Object.hasOwn(set, USAGE_FIELD))
        return false;
      return !refusers.has(upstreamKey(workspaceId, upstream));
    },
    isRefused(workspaceId, upstream, { status, text }) {
      if (status === null || !REFUSALS.has(status) || !text.includes(USAGE_FIELD)) return false;
      refusers.set(upstreamKey(workspaceId, upstream), true);
      return true;
    },
  };
}
