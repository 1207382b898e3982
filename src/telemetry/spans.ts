// Runs work in a span. Spans have ids, names and kinds of errors: no messages, because these may name what a customer
// calls things.
import { context, ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Attributes, Context, Span, SpanContext, SpanKind, Tracer } from "@opentelemetry/api";
import type { TraceParent } from "../domain/trace.ts";

export interface SpanOptions {
  name: string;
  kind: SpanKind;
  attributes?: Attributes;
  /** Null: the span begins a trace. Default: the active span. */
  parent?: TraceParent | null;
}

export type InSpan = <T>(options: SpanOptions, act: (span: Span) => Promise<T>) => Promise<T>;

export function inSpanOf(tracer: Tracer): InSpan {
  return async ({ name, kind, attributes = {}, parent }, act) => {
    const span = tracer.startSpan(name, { kind, attributes }, contextOf(parent));
    try {
      return await context.with(trace.setSpan(context.active(), span), () => act(span));
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute("error.type", errorTypeOf(error));
      throw error;
    } finally {
      span.end();
    }
  };
}

export function toSpanContext({ traceId, spanId, isSampled }: TraceParent): SpanContext {
  return { traceId, spanId, traceFlags: isSampled ? 1 : 0, isRemote: true };
}

function contextOf(parent: TraceParent | null | undefined): Context {
  if (parent === undefined) return context.active();
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, toSpanContext(parent));
}

/** Of a failure of Temporal its type, which is the kind of the error. */
function errorTypeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "type" in error && typeof error.type === "string" ? error.type : error.name;
}
