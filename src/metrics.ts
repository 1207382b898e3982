// Counters and durations for Prometheus: by route template, never by workspace, id or user.
import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";
import type { ApiMetrics } from "./api/deps.ts";

const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(): ApiMetrics {
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
  return {
    observeRequest: ({ method, route, status, durationMs }) =>
      durations.observe({ method, route, status }, durationMs / 1000),
    countExposures: (accepted) => exposures.inc(accepted),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
