// What all activities share: turns, heartbeats that need progress, and failures as kinds without anybody's data.
import { ApplicationFailure, CancelledFailure, Context, log } from "@temporalio/activity";
import { CONCERNS_ALL_DAYS, isRetryable, NO_TURN, SyncError } from "../domain/errors.ts";
import { UnavailableError } from "../store/store.ts";
import { NoTurnError, type Turns } from "./turns.ts";

export interface ActivityContext {
  /** Aborts if the workflow was cancelled or the worker shuts down. */
  signal: AbortSignal;
  heartbeat: () => void;
}

type Body<Input, Result> = (input: Input, context: ActivityContext) => Promise<Result>;

/** A few statements without heartbeats: the workflow's own short limit ends it. */
export function wrapBookkeeping<Input, Result>(
  body: (input: Input) => Promise<Result>,
): (input: Input) => Promise<Result> {
  return async (input) => {
    try {
      return await body(input);
    } catch (error) {
      throw toFailure(error, Context.current().cancellationSignal);
    }
  };
}

export interface BulkOptions {
  heartbeatTimeoutMs: number;
  /** Without progress for this long, a step ends: it waits for something that does not come. */
  stallTimeoutMs: number;
  turns: Turns;
}

/** Long enough that a thousand that are refused cost Temporal little. */
const NO_TURN_RETRY_MS = 10_000;

/** Waits for the workspace's turn, then heartbeats for as long as the body makes progress. */
export function wrapBulk<Input, Result>(options: BulkOptions, body: Body<Input, Result>) {
  return async (input: Input): Promise<Result> => {
    const context = Context.current();
    const beating = beat(options.heartbeatTimeoutMs, () => context.heartbeat());
    // Temporal carries the workspace with each activity. A server too old for that leaves it out or empty: then each
    // integration is by itself.
    const workspaceId = context.info.priority?.fairnessKey || context.info.workflowExecution?.workflowId || "";
    let release: () => void;
    try {
      release = await options.turns.take(workspaceId, context.cancellationSignal);
    } catch (error) {
      throw toFailure(error, context.cancellationSignal);
    } finally {
      clearInterval(beating);
    }
    const watched = wrapWatched(options, (given: Input, bodyContext) => {
      const work = body(given, bodyContext);
      void settled(work, bodyContext.signal, options.stallTimeoutMs).then(release);
      return work;
    });
    return await watched(input);
  };
}

/** Resolves when the work ends. Work that was told to end and goes on keeps its turn for a while, not for ever. */
async function settled(work: Promise<unknown>, signal: AbortSignal, graceMs: number): Promise<void> {
  const givenUp = new Promise<void>((resolve) => {
    const wait = () => void setTimeout(resolve, graceMs).unref();
    // It may have been told before it began.
    if (signal.aborted) wait();
    else signal.addEventListener("abort", wait, { once: true });
  });
  await Promise.race([work.catch(() => {}), givenUp]);
}

/** Heartbeats show that the worker lives. A step that shows no progress for too long ends with an error. */
export function wrapWatched<Input, Result>(
  { heartbeatTimeoutMs, stallTimeoutMs }: Omit<BulkOptions, "turns">,
  body: Body<Input, Result>,
): (input: Input) => Promise<Result> {
  return async (input) => {
    const context = Context.current();
    const stalled = new AbortController();
    const seconds = Math.round(stallTimeoutMs / 1_000);
    const stall = new SyncError("transient", `This step made no progress for ${seconds} seconds and was ended.`);
    const watchdog = setTimeout(() => stalled.abort(stall), stallTimeoutMs);
    const beating = beat(heartbeatTimeoutMs, () => context.heartbeat());
    const signal = AbortSignal.any([context.cancellationSignal, stalled.signal]);
    // Node's timers restart without being made anew.
    const heartbeat = () => void watchdog.refresh();
    try {
      // What hangs may not heed the signal, and must not keep its slot.
      return await Promise.race([body(input, { signal, heartbeat }), rejectedBy(stalled.signal)]);
    } catch (error) {
      throw toFailure(stalled.signal.aborted ? stall : error, context.cancellationSignal);
    } finally {
      clearTimeout(watchdog);
      clearInterval(beating);
    }
  };
}

function beat(heartbeatTimeoutMs: number, heartbeat: () => void): NodeJS.Timeout {
  return setInterval(heartbeat, Math.max(250, heartbeatTimeoutMs / 4));
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
}

/** Returns when a rate limit ends, epoch milliseconds; throws every other error. */
export function rateLimitEndOrThrow(error: unknown): number {
  if (error instanceof SyncError && error.kind === "rate_limited" && error.retryAtMs !== undefined) {
    return error.retryAtMs;
  }
  throw error;
}

function toFailure(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    if (reason instanceof CancelledFailure && reason.message !== "WORKER_SHUTDOWN") return reason;
    return ApplicationFailure.retryable("The worker was shut down during this step.", "WorkerShutdown");
  }
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof SyncError) return failure(error.kind, error.message, error.concernsAllDays);
  if (error instanceof NoTurnError) return noTurn();
  if (error instanceof UnavailableError) return failure("transient", error.message);
  const code = codeOf(error);
  if (code !== undefined && isOutage(code)) {
    return failure("transient", `The database cannot be used right now (${code}).`);
  }
  // The message may quote a row, so only the class, the code and the frames leave this process.
  const name = error instanceof Error ? error.name : typeof error;
  log.error("unexpected failure of an activity", { errorName: name, code, stack: frames(error) });
  const what = code === undefined ? name : `${name} ${code}`;
  return failure("bug", `An unexpected failure (${what}); the worker's log has its stack.`);
}

function failure(kind: SyncError["kind"], message: string, concernsAllDays = false): ApplicationFailure {
  const details = concernsAllDays ? [CONCERNS_ALL_DAYS] : [];
  return ApplicationFailure.create({ type: kind, message, nonRetryable: !isRetryable(kind), details });
}

function noTurn(): ApplicationFailure {
  const message = "Many steps of this workspace wait for their turn: this one is tried again.";
  const nextRetryDelay = Math.round(NO_TURN_RETRY_MS * (1 + Math.random()));
  return ApplicationFailure.create({ type: NO_TURN, message, nextRetryDelay });
}

function frames(error: unknown): string[] {
  if (!(error instanceof Error) || error.stack === undefined) return [];
  return error.stack.split("\n").filter((line) => line.trimStart().startsWith("at "));
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  const message = error instanceof Error ? error.message : "";
  return /connection (terminated|timeout)|timeout exceeded when trying to connect/i.test(message) ? "08006" : undefined;
}

const SOCKET_ERRORS = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"]);

/** Connection (08), resources (53), lock (55), shutdown (57), conflict (40…); 3D000: a restore swaps databases. */
function isOutage(code: string): boolean {
  return SOCKET_ERRORS.has(code) || /^(08|53|55|57|40001$|40P01$|3D000$)/.test(code);
}
