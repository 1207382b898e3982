// What all activities share: heartbeats, and failures as kinds without anybody's data.
import { ApplicationFailure, CancelledFailure, Context, log } from "@temporalio/activity";
import { CONCERNS_ALL_DAYS, isRetryable, SyncError } from "../domain/errors.ts";
import { UnavailableError } from "../store/store.ts";

export interface ActivityContext {
  /** Aborts if the workflow was cancelled or the worker shuts down. */
  signal: AbortSignal;
  heartbeat: () => void;
}

/** Returns an activity that heartbeats while its body runs and whose failures quote no data. */
export function wrapActivity<Input, Result>(
  heartbeatTimeoutMs: number,
  body: (input: Input, context: ActivityContext) => Promise<Result>,
): (input: Input) => Promise<Result> {
  return async (input) => {
    const context = Context.current();
    const heartbeat = () => context.heartbeat();
    const timer = setInterval(heartbeat, Math.max(250, heartbeatTimeoutMs / 4));
    try {
      return await body(input, { signal: context.cancellationSignal, heartbeat });
    } catch (error) {
      throw toFailure(error, context.cancellationSignal);
    } finally {
      clearInterval(timer);
    }
  };
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
