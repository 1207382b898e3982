// Measurements of the gateway's calls: what is counted, and that no label can be an id.
import { expect, test } from "vitest";
import { createMetrics } from "../../src/telemetry/prometheus.ts";

const unknown = { inputTokens: null, outputTokens: null, costUsd: null, latencyMs: null, ttftMs: null };

test("calls, failures, fallbacks, tokens, cost and times are measured", async () => {
  const metrics = createMetrics();
  metrics.observeCall({
    outcome: "served",
    hasUser: true,
    isFallback: true,
    failures: ["upstream_timeout"],
    inputTokens: 8,
    outputTokens: 3,
    costUsd: 0.25,
    latencyMs: 700,
    ttftMs: 40,
  });
  metrics.observeCall({ ...unknown, outcome: "failed", hasUser: false, isFallback: false, failures: [] });
  const { text } = await metrics.render();
  const valueOf = (name: string) => text.split("\n").find((line) => line.startsWith(`crosscurrent_gateway_${name} `));
  const expected = {
    'calls_total{outcome="served"}': 1,
    'calls_total{outcome="failed"}': 1,
    calls_without_user_total: 1,
    fallback_answers_total: 1,
    'upstream_failures_total{reason="upstream_timeout"}': 1,
    'tokens_total{kind="input"}': 8,
    'tokens_total{kind="output"}': 3,
    cost_usd_total: 0.25,
    call_duration_seconds_count: 1,
    time_to_first_token_seconds_sum: 0.04,
  };
  for (const [name, value] of Object.entries(expected)) expect(valueOf(name)?.split(" ").at(-1)).toBe(String(value));
});
