// Traces by OpenTelemetry, sent by OTLP. Loaded only where they are switched on.
import { context, diag, DiagLogLevel, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import pTimeout from "p-timeout";
import { parseTraceParent } from "../domain/trace.ts";
import { inSpanOf } from "./spans.ts";
import { createTemporalTracing, type TemporalTracing } from "./temporalTracing.ts";

/** Spans that are not sent within this time at the end are lost. */
const STOP_TIMEOUT_MS = 5_000;
const MAX_PROBLEM_CHARS = 300;

export interface Tracing {
  /** Runs a call of the API in a span. `traceparent` is the caller's header, `route` the path template. */
  traceCall: (
    request: { method: string; traceparent: string | undefined },
    call: () => Promise<{ route: string; status: number }>,
  ) => Promise<void>;
  temporal: TemporalTracing;
  /** Sends what is left. */
  stop(): Promise<void>;
}

/** Endpoint, headers and sampling come from OpenTelemetry's own variables. `onProblem` is told why sending fails. */
export function startTracing(serviceName: string, onProblem: (message: string) => void): Tracing {
  const tell = (message: string) => onProblem(message.slice(0, MAX_PROBLEM_CHARS));
  diag.setLogger({ error: tell, warn: tell, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  const resource = defaultResource()
    .merge(resourceFromAttributes({ "service.name": serviceName }))
    .merge(detectResources({ detectors: [envDetector] }));
  const processor = new BatchSpanProcessor(new OTLPTraceExporter());
  // Not the global provider: libraries that know OpenTelemetry would add spans with attributes of their own.
  const provider = new BasicTracerProvider({ resource, spanProcessors: [processor] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const inSpan = inSpanOf(provider.getTracer("crosscurrent"));
  return {
    traceCall: async ({ method, traceparent }, call) => {
      const attributes = { "http.request.method": method };
      const parent = parseTraceParent(traceparent);
      await inSpan({ name: method, kind: SpanKind.SERVER, attributes, parent }, async (span) => {
        const { route, status } = await call();
        span.updateName(`${method} ${route}`);
        span.setAttributes({ "http.route": route, "http.response.status_code": status });
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      });
    },
    temporal: createTemporalTracing({ inSpan, resource, onEnd: (span) => processor.onEnd(span) }),
    stop: async () => {
      const stopped = provider.shutdown().catch(() => {});
      await pTimeout(stopped, { milliseconds: STOP_TIMEOUT_MS, fallback: () => {} });
      context.disable();
      diag.disable();
    },
  };
}
