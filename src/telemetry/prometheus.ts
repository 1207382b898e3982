// Counters and durations for Prometheus. Labels are route templates, never workspaces, ids or users.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { createCallMetrics } from "./callMetrics.ts";

/** `route` is the path template. */
type RequestLabels = { method: string; route: string; status: number };

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
  const counter = (name: string, help: string) => new Counter({ name, help, registers: [registry] });
  const exposures = counter("crosscurrent_exposures_accepted_total", "Exposures committed");
  const lost = counter(
    "crosscurrent_exposures_lost_total",
    "Exposures of gateway calls that could not be committed; the calls were cut off",
  );
  return {
    observeRequest: ({ durationMs, ...labels }: RequestLabels & { durationMs: number }) =>
      durations.observe(labels, durationMs / 1000),
    countExposures: (accepted: number) => exposures.inc(accepted),
    countLost: () => lost.inc(),
    observeCall: createCallMetrics(registry),
    watchUpstreamsLeftOut: (count: () => number) =>
      void new Gauge({
        name: "crosscurrent_gateway_upstreams_left_out",
        help: "Upstreams that keep failing and are left out for a while",
        registers: [registry],
        collect() {
          this.set(count());
        },
      }),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
