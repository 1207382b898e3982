import { ApplicationFailure, CancelledFailure, Context, log } from "@temporalio/activity";
import { isRetryable, SyncError } from "../domain/errors.ts";

/** What every activity body gets besides its input. */
export interface Running {
  /** Aborts when the workflow was cancelled or the worker shuts down. */
  signal: AbortSignal;
  heartbeat(): void;
}

/**
 * Wraps an activity body: heartbeats while it runs (so that a dead worker is noticed), and turns whatever it throws into a
 * failure that says what happened without saying whose data it was.
 */
export function running<Input, Result>(
  heartbeatTimeoutMs: number,
  body: (input: Input, running: Running) => Promise<Result>,
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

function toFailure(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    if (reason instanceof CancelledFailure && reason.message !== "WORKER_SHUTDOWN") return reason;
    return ApplicationFailure.retryable("The worker was shut down during this step.", "WorkerShutdown");
  }
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof SyncError) return failure(error.kind, error.message);
  const code = codeOf(error);
  if (code !== undefined && isOutage(code)) {
    return failure("transient", `The database cannot be used right now (${code}).`);
  }
  // The text of an unexpected error may quote a row: its class and code are all that may leave this process.
  const name = error instanceof Error ? error.name : typeof error;
  log.error("unexpected failure of an activity", { errorName: name, code, stack: frames(error) });
  return failure(
    "bug",
    `An unexpected failure (${name}${code === undefined ? "" : ` ${code}`}); the worker's log has its stack.`,
  );
}

function failure(kind: SyncError["kind"], message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: kind, message, nonRetryable: !isRetryable(kind) });
}

/** The stack's frames without its first line: that one is the message. */
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

const OUTAGE_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "40001",
  "40P01",
  // A restore swaps databases: for a moment there is none of that name.
  "3D000",
]);

/** Connection trouble, too few resources (a full disk too), a server going down or a lock that came too late. */
function isOutage(code: string): boolean {
  return OUTAGE_CODES.has(code) || /^(08|53|55|57)/.test(code);
}
