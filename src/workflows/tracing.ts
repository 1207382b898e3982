// Traces of workflows: which span each activity belongs to. It is part of the bundle only where traces are on, and adds
// no command, no wait and no random number, so that histories replay the same with and without it.
import { ActivityFailure, ApplicationFailure, defaultPayloadConverter, type Headers } from "@temporalio/common";
import { proxySinks, workflowInfo, type Sinks, type WorkflowInterceptors } from "@temporalio/workflow";
import {
  formatTraceParent,
  parseTraceParent,
  TRACE_HEADER,
  type EndedSpan,
  type TraceParent,
} from "../domain/trace.ts";
import { configChangedSignal, resumeSignal, syncNowSignal } from "./messages.ts";

export interface TraceSinks extends Sinks {
  tracing: { span(span: EndedSpan): void };
}

/** Signals that make a run start, by name. The run joins the trace of the call that sent the signal. */
const ASKING = new Set([syncNowSignal.name, configChangedSignal.name, resumeSignal.name]);
/** A run that starts later than this after the signal was not caused by it. */
const ASKED_FOR_MS = 10 * 60_000;

type OpenSpan = Omit<EndedSpan, "endMs" | "errorType">;

export const interceptors = (): WorkflowInterceptors => {
  const trace = new ExecutionTrace();
  return {
    inbound: [
      {
        execute: (input, next) => trace.execution(input.headers, input.args, () => next(input)),
        handleSignal: (input, next) => {
          if (ASKING.has(input.signalName)) trace.askedBy(input.headers);
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) =>
          trace.activity(input.activityType, (parent) =>
            next({ ...input, headers: { ...input.headers, ...toHeaders(parent) } }),
          ),
        continueAsNew: (input, next) => {
          const carried = trace.carryOver();
          return next(carried === null ? input : { ...input, headers: { ...input.headers, ...toHeaders(carried) } });
        },
      },
    ],
  };
};

class ExecutionTrace {
  readonly #sinks = proxySinks<TraceSinks>();
  #spans = 0;
  #asked: { by: TraceParent; atMs: number } | null = null;
  #run: OpenSpan | null = null;

  /** A run that an execution before has begun goes on at once; of other workflows the execution is the run. */
  execution<T>(headers: Headers, args: unknown[], start: () => Promise<T>): Promise<T> {
    this.askedBy(headers);
    const [input] = args as [{ state?: { run?: unknown } }?];
    const isIntegration = input !== undefined;
    if (!isIntegration || (input.state?.run ?? null) !== null) this.#begin();
    const result = start();
    void result.then(
      () => this.#endRun(null),
      (error: unknown) => this.#endRun(errorTypeOf(error)),
    );
    return result;
  }

  askedBy(headers: Headers): void {
    const payload = headers[TRACE_HEADER];
    if (payload === undefined) return;
    const carrier: unknown = defaultPayloadConverter.fromPayload(payload);
    const by = parseTraceParent((carrier as { traceparent?: unknown } | null)?.traceparent);
    if (by !== null) this.#asked = { by, atMs: Date.now() };
  }

  activity<T>(type: string, schedule: (parent: TraceParent) => Promise<T>): Promise<T> {
    if (type === "startRun") this.#begin();
    const span = this.#open(`StartActivity:${type}`, this.#run ?? this.#recentlyAsked());
    const result = schedule(span);
    // Beside the workflow's own continuation, which must not wait for this one.
    void result.then(
      () => {
        this.#end(span, null);
        if (type === "finishRun") this.#endRun(null);
      },
      (error: unknown) => this.#end(span, errorTypeOf(error)),
    );
    return result;
  }

  /** What the next execution belongs to: the run that goes on, else a call whose run has not begun. */
  carryOver(): TraceParent | null {
    const carried = this.#run ?? this.#recentlyAsked();
    this.#endRun(null);
    return carried;
  }

  #recentlyAsked(): TraceParent | null {
    return this.#asked !== null && Date.now() - this.#asked.atMs <= ASKED_FOR_MS ? this.#asked.by : null;
  }

  #begin(): void {
    if (this.#run !== null) return;
    this.#run = this.#open(`RunWorkflow:${workflowInfo().workflowType}`, this.#recentlyAsked());
    this.#asked = null;
  }

  #open(name: string, parent: TraceParent | null): OpenSpan {
    const { runId } = workflowInfo();
    return {
      name,
      // What no call asked for has a trace of its own for each execution.
      traceId: parent?.traceId ?? runId.replaceAll("-", ""),
      spanId: spanIdOf(`${runId}:${this.#spans++}`),
      parentSpanId: parent?.spanId ?? null,
      isSampled: parent?.isSampled ?? true,
      startMs: Date.now(),
    };
  }

  #endRun(errorType: string | null): void {
    if (this.#run !== null) this.#end(this.#run, errorType);
    this.#run = null;
  }

  #end(span: OpenSpan, errorType: string | null): void {
    if (span.isSampled) this.#sinks.tracing.span({ ...span, endMs: Date.now(), errorType });
  }
}

function toHeaders(parent: TraceParent): Headers {
  return { [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent: formatTraceParent(parent) }) };
}

/** FNV-1a in 64 bits: the same in every replay, and no random number of the workflow is used up. */
function spanIdOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const char of text) hash = BigInt.asUintN(64, (hash ^ BigInt(char.codePointAt(0)!)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}

/** The kind of an activity's failure; its message may name what a customer calls things. */
function errorTypeOf(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return cause.type ?? cause.name;
  return cause instanceof Error ? cause.name : "error";
}
