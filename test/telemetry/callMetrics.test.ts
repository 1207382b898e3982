// Measurements of the gateway's calls: what is counted, and that no label can be an id.
import { expect, test } from "vitest";
import type { CallRecord } from "../../src/gateway/callRecord.ts";
import { createServerRecorder } from "../../src/server.ts";
import { createLogger } from "../../src/telemetry/logging.ts";
import { createMetrics } from "../../src/telemetry/prometheus.ts";
import { CapturedLog } from "../support/api/harness.ts";

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

test("each call of a server is measured and logged once, by codes and ids alone", async () => {
  const metrics = createMetrics();
  const log = new CapturedLog();
  const none = () => Promise.resolve();
  const usage = {
    addAnonymous: none,
    variants: () => Promise.resolve(null),
    aliases: () => Promise.reject(new Error()),
  };
  const store = { exposures: { ingest: none, tryIngest: none, seal: () => Promise.reject(new Error()) }, usage };
  const recorder = createServerRecorder(store, metrics, createLogger("info", log));
  const call = (more: Partial<CallRecord>): CallRecord => ({
    requestId: "req-1",
    workspaceId: "ws-1",
    routerId: "router-1",
    routeId: "route-1",
    routerVersion: 4,
    userId: "ann@example.com",
    assignedVariantId: "a",
    startedMs: performance.now(),
    failedAttempts: [{ variantId: "a", status: 503, reason: "upstream_error", code: null }],
    served: { variantId: "b", price: { inputPerMillionUsd: 1_000_000, outputPerMillionUsd: 0 } },
    status: 200,
    usage: { inputTokens: 2, cachedInputTokens: 0, outputTokens: 1 },
    firstTokenMs: null,
    endedMs: null,
    ...more,
  });
  for (const [one, outcome] of [
    [call({}), "served"],
    [call({ userId: null, served: null, usage: null }), "failed"],
  ] as const) {
    recorder.assigned(one);
    await recorder.finished(one, outcome);
  }
  await recorder.stop();
  const { text } = await metrics.render();
  for (const line of [
    'calls_total{outcome="served"} 1',
    'calls_total{outcome="failed"} 1',
    "calls_without_user_total 1",
    "fallback_answers_total 1",
    'upstream_failures_total{reason="upstream_error"} 2',
    'tokens_total{kind="input"} 2',
    "cost_usd_total 2",
  ]) {
    expect(text).toContain(`crosscurrent_gateway_${line}\n`);
  }
  expect(text).toContain("crosscurrent_exposures_accepted_total 1\n");
  expect(text).not.toMatch(/ws-1|router-1|route-1|req-1/);
  const lines = log.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toMatchObject([
    { requestId: "req-1", router: "router-1", routerVersion: 4, assigned: "a", served: "b", outcome: "served" },
    { outcome: "failed", served: null, hasUser: false },
  ]);
  expect(log.text).not.toContain("ann@");
});
