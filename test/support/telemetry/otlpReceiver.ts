// A receiver of traces by OTLP, as a collector is: a real HTTP server that keeps the spans it gets.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import protobuf from "protobufjs";

/** The fields of opentelemetry/proto/collector/trace/v1 that tests look at. */
const SCHEMA = `
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5;
    fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9; repeated Event events = 11; Status status = 15;
  }
  message Event { string name = 2; repeated KeyValue attributes = 3; }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; Value value = 2; }
  message Value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; }
`;
const Request = protobuf.parse(SCHEMA).root.lookupType("Request");

export interface ReceivedSpan {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  attributes: Record<string, unknown>;
  durationMs: number;
  /** 2: error. */
  status: number;
}

export interface OtlpReceiver {
  url: string;
  spans: ReceivedSpan[];
  /** All that came, decoded, to look for what must not be in it. */
  text(): string;
  stop(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: unknown[] = [];
  const server = createServer(async (incoming, response) => {
    const message = Request.decode(await buffer(incoming));
    const request = Request.toObject(message, { bytes: String, longs: Number, defaults: true }) as WireRequest;
    requests.push(request);
    for (const { resource, scopeSpans } of request.resourceSpans) {
      const service = String(toRecord(resource.attributes)["service.name"]);
      spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => toSpan(service, span))));
    }
    response.writeHead(incoming.url === "/v1/traces" ? 200 : 404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    text: () => JSON.stringify(requests),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

interface KeyValue {
  key: string;
  value: { stringValue: string; intValue: number };
}

interface WireSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  startTimeUnixNano: number;
  endTimeUnixNano: number;
  attributes: KeyValue[];
  status: { code: number } | null;
}

interface WireRequest {
  resourceSpans: { resource: { attributes: KeyValue[] }; scopeSpans: { spans: WireSpan[] }[] }[];
}

function toSpan(service: string, span: WireSpan): ReceivedSpan {
  const hex = (base64: string) => Buffer.from(base64, "base64").toString("hex");
  return {
    service,
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    name: span.name,
    attributes: toRecord(span.attributes),
    durationMs: (span.endTimeUnixNano - span.startTimeUnixNano) / 1e6,
    status: span.status?.code ?? 0,
  };
}

function toRecord(attributes: KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue || value.intValue]));
}
