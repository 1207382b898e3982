// Counters and durations for Prometheus. Labels are route templates, never workspaces, ids or users.
import { collectDefaultMetrics, Counter, Histogram, Registry } from "prom-client";

interface RequestMeasurement {
  method: string;
  /** The path template. */
  route: string;
  status: number;
  durationMs: number;
}

const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics() {
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
    help: "Exposures of gateway calls that could not be committed; the calls were cut off",
    registers: [registry],
  });
  const fallbacks = new Counter({
    name: "crosscurrent_gateway_fallbacks_total",
    help: "Gateway calls that went on to a fallback variant",
    registers: [registry],
  });
  return {
    observeRequest: ({ method, route, status, durationMs }: RequestMeasurement) =>
      durations.observe({ method, route, status }, durationMs / 1000),
    countExposures: (accepted: number) => exposures.inc(accepted),
    countLost: () => lost.inc(),
    countFallback: () => fallbacks.inc(),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
