// The usage of a sealed bucket, as its export gets it.
import { sql } from "kysely";

/** Over a row of `exposure_buckets`. The numbers stand still, so it is always the same text. */
export const USAGE = sql`json_build_object('inputTokens', input_tokens, 'outputTokens', output_tokens,
  'costUsd', cost_usd, 'latencyMs', round(latency_ms / latencies, 3), 'ttftMs', round(ttft_ms / ttfts, 3))`;
