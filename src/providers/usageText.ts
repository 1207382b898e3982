// The usage of a bucket as members of a JSON object, under the names that exposures have in the API.
import type { BucketUsage } from "../domain/bucket.ts";

export const USAGE_FIELDS = [
  ["input_tokens", "inputTokens"],
  ["output_tokens", "outputTokens"],
  ["cost_usd", "costUsd"],
  ["latency_ms", "latencyMs"],
  ["ttft_ms", "ttftMs"],
] as const;

/** Each with a comma before it; what is not known is left out. */
export function usageText(usage: BucketUsage | undefined): string {
  if (usage === undefined) return "";
  let text = "";
  for (const [name, field] of USAGE_FIELDS) {
    const value = usage[field];
    if (value !== null) text += `,"${name}":${value}`;
  }
  return text;
}
