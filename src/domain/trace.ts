// Traces as all processes know them: W3C `traceparent`, and the spans that workflows tell of.

export interface TraceParent {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
  isSampled: boolean;
}

/** A span that has ended. Ids and names only: nothing of a customer. */
export interface EndedSpan extends TraceParent {
  name: string;
  parentSpanId: string | null;
  startMs: number;
  endMs: number;
  /** The kind of the error that it ended with; null: none. */
  errorType: string | null;
}

/** The header of Temporal that carries `{traceparent}`, as in Temporal's own interceptors. */
export const TRACE_HEADER = "_tracer-data";

export function parseTraceParent(text: unknown): TraceParent | null {
  const match = typeof text === "string" ? /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(text) : null;
  const [, traceId, spanId, flags] = match ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceParent({ traceId, spanId, isSampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}
