// Counters and durations for Prometheus: by route template, never by workspace, id or user.
import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";
import type { ApiMetrics } from "../api/deps.ts";

/** What is measured beside the API. */
export interface Metrics extends ApiMetrics {
  countLost(): void;
  countFallback(): void;
}

const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: "crosscurrent_http_request_duration_seconds",
    help: "Duration of API calls",
    labelNames: ["method", "route", "status"],
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [registry],
  });
  const exposures = new Counter({
    name: "crosscurrent_exposures_accepted_total",
    help: "Exposures committed",
    registers: [registry],
  });
  const lost = new Counter({
    name: "crosscurrent_exposures_lost_total",
    help: "Exposures of Chat Completions that could not be committed: their calls were cut off",
    registers: [registry],
  });
  const fallbacks = new Counter({
    name: "crosscurrent_gateway_fallbacks_total",
    help: "Calls of Chat Completions that went on to a fallback variant",
    registers: [registry],
  });
  return {
    observeRequest: ({ method, route, status, durationMs }) =>
      durations.observe({ method, route, status }, durationMs / 1000),
    countExposures: (accepted) => exposures.inc(accepted),
    countLost: () => lost.inc(),
    countFallback: () => fallbacks.inc(),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
