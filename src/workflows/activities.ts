import { ActivityFailure, ApplicationFailure, proxyActivities, TimeoutFailure } from "@temporalio/workflow";
import type { ActivityInterfaceFor, ActivityOptions } from "@temporalio/workflow";
import type { SyncActivities } from "../activities/contract.ts";
import { ERROR_KINDS, isRetryable } from "../domain/errors.ts";
import type { ErrorKind, LegError } from "../domain/errors.ts";

export type Activities = ActivityInterfaceFor<SyncActivities>;

const DEFAULT_HEARTBEAT_MS = 20_000;

/**
 * The activities as the workflow calls them: at most three tries each, dead workers noticed by missing heartbeats, and one
 * workspace's load kept fair against the others'.
 */
export function activitiesFor(workspaceId: string, heartbeatTimeoutMs = DEFAULT_HEARTBEAT_MS): Activities {
  const options: ActivityOptions = {
    startToCloseTimeout: "6 hours",
    heartbeatTimeout: heartbeatTimeoutMs,
    priority: { fairnessKey: workspaceId.slice(0, 64) },
    retry: {
      maximumAttempts: 3,
      initialInterval: "1 second",
      backoffCoefficient: 2,
      nonRetryableErrorTypes: ERROR_KINDS.filter((kind) => !isRetryable(kind)),
    },
  };
  return proxyActivities<SyncActivities>(options);
}

/** The worker went away under the activity: it died (no heartbeat) or was shut down. */
export function isInterruption(failure: unknown): boolean {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && cause.type === "WorkerShutdown");
}

/** What a failed activity means to the people who look at the leg. */
export function toLegError(failure: unknown, nowMs: number): LegError {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  if (cause instanceof ApplicationFailure) {
    return { kind: kindOf(cause.type), message: cause.message, sinceMs: nowMs };
  }
  if (cause instanceof TimeoutFailure) {
    return { kind: "transient", message: "The worker stopped or hung during this step.", sinceMs: nowMs };
  }
  return { kind: "bug", message: "An unexpected failure: see the workflow's history.", sinceMs: nowMs };
}

function kindOf(type: string | undefined | null): ErrorKind {
  return ERROR_KINDS.find((kind) => kind === type) ?? "bug";
}
