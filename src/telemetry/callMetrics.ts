// Measurements of the gateway's calls for Prometheus. Labels are outcomes and reasons, never routers, ids or users.
import { Counter, Histogram, type Registry } from "prom-client";

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** Null: not known. */
export interface MeasuredCall {
  outcome: string;
  hasUser: boolean;
  /** The assigned variant did not answer, and another did. */
  isFallback: boolean;
  /** Why upstreams that were asked did not serve. */
  failures: string[];
  inputTokens: number | null;
  outputTokens: number | null;
  costUsd: number | null;
  latencyMs: number | null;
  ttftMs: number | null;
}

/** Returns a function that measures a call which has ended. */
export function createCallMetrics(registry: Registry): (call: MeasuredCall) => void {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: `crosscurrent_gateway_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string) =>
    new Histogram({ name: `crosscurrent_gateway_${name}_seconds`, help, buckets: SECONDS, registers });
  const calls = counter("calls_total", "Calls of the gateway by what became of them", ["outcome"]);
  const anonymous = counter("calls_without_user_total", "Calls without a user, or with one that cannot be recorded");
  const fallbacks = counter("fallback_answers_total", "Calls that another variant than the assigned one answered");
  const failures = counter("upstream_failures_total", "Upstreams that were asked and did not serve", ["reason"]);
  const tokens = counter("tokens_total", "Tokens that upstreams counted", ["kind"]);
  const cost = counter("cost_usd_total", "Cost of the tokens by the prices of variants");
  const latency = histogram("call_duration", "From the call to the end of the answer");
  const ttft = histogram("time_to_first_token", "From the call to the first bytes of the answer");
  return (call) => {
    calls.inc({ outcome: call.outcome });
    if (!call.hasUser) anonymous.inc();
    if (call.isFallback) fallbacks.inc();
    for (const reason of call.failures) failures.inc({ reason });
    tokens.inc({ kind: "input" }, call.inputTokens ?? 0);
    tokens.inc({ kind: "output" }, call.outputTokens ?? 0);
    cost.inc(call.costUsd ?? 0);
    if (call.latencyMs !== null) latency.observe(call.latencyMs / 1000);
    if (call.ttftMs !== null) ttft.observe(call.ttftMs / 1000);
  };
}
