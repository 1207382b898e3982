// Spans around calls of Temporal's client and around activities, and the spans that workflows tell of. Headers of
// Temporal carry the trace.
import { context, SpanKind, SpanStatusCode, trace, TraceFlags, type HrTime } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import type { WorkflowClientInterceptor } from "@temporalio/client";
import { defaultPayloadConverter, type Headers } from "@temporalio/common";
import type { ActivityInterceptorsFactory, InjectedSinks } from "@temporalio/worker";
import {
  formatTraceParent,
  parseTraceParent,
  TRACE_HEADER,
  type EndedSpan,
  type TraceParent,
} from "../domain/trace.ts";
import { toSpanContext, type InSpan } from "./spans.ts";

export interface TemporalTracing {
  client: WorkflowClientInterceptor;
  activity: ActivityInterceptorsFactory;
  /** For the bundle of workflows that was made with traces. */
  sinks: InjectedSinks<{ tracing: { span(span: EndedSpan): void } }>;
}

interface Parts {
  inSpan: InSpan;
  resource: Resource;
  onEnd: (span: ReadableSpan) => void;
}

const WORKFLOW_ID = "temporalWorkflowId";
const RUN_ID = "temporalRunId";

export function createTemporalTracing({ inSpan, resource, onEnd }: Parts): TemporalTracing {
  const call = <T>(name: string, workflowId: string | undefined, act: () => Promise<T>) =>
    inSpan({ name, kind: SpanKind.CLIENT, attributes: { [WORKFLOW_ID]: workflowId } }, act);
  return {
    client: {
      signalWithStart: (input, next) =>
        call(`SignalWithStartWorkflow:${input.signalName}`, input.options.workflowId, () =>
          next({ ...input, headers: withActiveSpan(input.headers) }),
        ),
      signal: (input, next) =>
        call(`SignalWorkflow:${input.signalName}`, input.workflowExecution.workflowId, () =>
          next({ ...input, headers: withActiveSpan(input.headers) }),
        ),
      query: (input, next) =>
        call(`QueryWorkflow:${input.queryType}`, input.workflowExecution.workflowId, () => next(input)),
      cancel: (input, next) => call("CancelWorkflow", input.workflowExecution.workflowId, () => next(input)),
    },
    activity: ({ info }) => ({
      inbound: {
        execute: (input, next) => {
          const name = `RunActivity:${info.activityType}`;
          const attributes = {
            [WORKFLOW_ID]: info.workflowExecution?.workflowId,
            [RUN_ID]: info.workflowExecution?.runId,
            temporalActivityAttempt: info.attempt,
          };
          const parent = parentOf(input.headers);
          return inSpan({ name, kind: SpanKind.CONSUMER, attributes, parent }, () => next(input));
        },
      },
    }),
    sinks: {
      tracing: {
        span: {
          fn: ({ workflowId, runId }, span) =>
            onEnd(toReadable(span, resource, { [WORKFLOW_ID]: workflowId, [RUN_ID]: runId })),
        },
      },
    },
  };
}

function withActiveSpan(headers: Headers): Headers {
  const active = trace.getSpanContext(context.active());
  if (active === undefined) return headers;
  const traceparent = formatTraceParent({ ...active, isSampled: (active.traceFlags & TraceFlags.SAMPLED) !== 0 });
  return { ...headers, [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent }) };
}

function parentOf(headers: Headers): TraceParent | null {
  const payload = headers[TRACE_HEADER];
  if (payload === undefined) return null;
  const carrier = defaultPayloadConverter.fromPayload<{ traceparent?: unknown } | null>(payload);
  return parseTraceParent(carrier?.traceparent);
}

function toReadable(span: EndedSpan, resource: Resource, attributes: Record<string, string>): ReadableSpan {
  const { name, parentSpanId, startMs, endMs, errorType } = span;
  const parent = parentSpanId === null ? undefined : toSpanContext({ ...span, spanId: parentSpanId });
  return {
    name,
    kind: SpanKind.INTERNAL,
    spanContext: () => ({ ...toSpanContext(span), isRemote: false }),
    ...(parent !== undefined && { parentSpanContext: parent }),
    startTime: toHrTime(startMs),
    endTime: toHrTime(endMs),
    duration: toHrTime(endMs - startMs),
    status: { code: errorType === null ? SpanStatusCode.UNSET : SpanStatusCode.ERROR },
    attributes: errorType === null ? attributes : { ...attributes, "error.type": errorType },
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: "crosscurrent-workflows" },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function toHrTime(ms: number): HrTime {
  return [Math.floor(ms / 1_000), (ms % 1_000) * 1e6];
}
