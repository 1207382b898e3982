// The activities as the workflow calls them: options, what the Temporal UI shows beside each, and what a failure means.
import {
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  TimeoutFailure,
  type ActivityOptions,
  type RetryPolicy,
} from "@temporalio/workflow";
import type { Bookkeeping, BulkActivities, SyncActivities } from "../activities/contract.ts";
import { ERROR_KINDS, isRetryable, NO_TURN, type ErrorState } from "../domain/errors.ts";

/** Temporal refuses longer summaries of activities and timers. */
export const MAX_SUMMARY_CHARS = 180;
const RETRY: RetryPolicy = {
  maximumAttempts: 3,
  initialInterval: "1 second",
  backoffCoefficient: 2,
  nonRetryableErrorTypes: ERROR_KINDS.filter((kind) => !isRetryable(kind)),
};
/** How long a few statements may take; a worker that died in them is noticed then. */
const BOOKKEEPING_MS = { least: 10_000, unknown: 30_000, perHeartbeat: 1.5 };

/** Where a provider's activities run, and how soon a worker that is silent counts as dead. */
export interface BulkQueue {
  taskQueue: string;
  heartbeatTimeoutMs: number;
}

/** Null: there is no configuration to go by yet. The fairness key shares workers between workspaces. */
export function activitiesFor(workspaceId: string, bulk: BulkQueue | null): SyncActivities {
  const shared: ActivityOptions = { priority: { fairnessKey: workspaceId.slice(0, 64) }, retry: RETRY };
  return {
    ...summarized<Bookkeeping>(BOOKKEEPING_SUMMARIES, { ...shared, startToCloseTimeout: bookkeepingMs(bulk) }),
    ...summarized<BulkActivities>(BULK_SUMMARIES, {
      ...shared,
      startToCloseTimeout: "6 hours",
      ...(bulk !== null && { taskQueue: bulk.taskQueue, heartbeatTimeout: bulk.heartbeatTimeoutMs }),
    }),
  };
}

function bookkeepingMs(bulk: BulkQueue | null): number {
  if (bulk === null) return BOOKKEEPING_MS.unknown;
  return Math.max(BOOKKEEPING_MS.least, BOOKKEEPING_MS.perHeartbeat * bulk.heartbeatTimeoutMs);
}

type Summaries<Activities> = { [Name in keyof Activities]: (input: never) => string };

function summarized<Activities extends Bookkeeping | BulkActivities>(
  summaries: Summaries<Activities>,
  options: ActivityOptions,
): Activities {
  const activities = proxyActivities<SyncActivities>(options);
  const calls = Object.entries<(input: never) => string>(summaries).map(([name, summarize]) => {
    const activity = activities[name as keyof SyncActivities];
    return [name, (input: never) => activity.executeWithOptions({ ...options, summary: summarize(input) }, [input])];
  });
  return Object.fromEntries(calls) as Activities;
}

const BOOKKEEPING_SUMMARIES: Summaries<Bookkeeping> = {
  loadConfig: () => "Read the configuration",
  startRun: () => "Read the configuration and record the start of a run",
  finishRun: () => "Record the run and its results",
  projectStatus: () => "Write the status to the store",
  leaveGap: () => "Leave out days that cannot be read",
};

const BULK_SUMMARIES: { [Name in keyof BulkActivities]: (input: Parameters<BulkActivities[Name]>[0]) => string } = {
  aggregateExposures: () => "Seal the buckets whose hour is over",
  resendRejected: () => "Send rejected buckets again",
  exportBatch: ({ afterSeq, throughSeq }) => `Deliver buckets ${afterSeq + 1} to ${throughSeq}`,
  planImport: () => "Fix the high watermark and plan what to read",
  importPage: ({ task }) => `Read a page of ${task.events.join(", ")}`.slice(0, MAX_SUMMARY_CHARS),
  discoverProperties: () => "Discover the events' properties",
};

/** True if the worker died under the activity (no heartbeat) or was shut down. */
export function isInterruption(failure: unknown): boolean {
  const cause = causeOf(failure);
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && cause.type === "WorkerShutdown");
}

/** True if the step was not begun. */
export function isWithoutTurn(failure: unknown): boolean {
  const cause = causeOf(failure);
  return cause instanceof ApplicationFailure && cause.type === NO_TURN;
}

export function toErrorState(failure: unknown, nowMs: number): ErrorState {
  const cause = causeOf(failure);
  if (cause instanceof ApplicationFailure) {
    const kind = ERROR_KINDS.find((known) => known === cause.type) ?? "bug";
    return { kind, message: cause.message, sinceMs: nowMs };
  }
  if (cause instanceof TimeoutFailure) {
    return { kind: "transient", message: "The worker stopped or hung during this step.", sinceMs: nowMs };
  }
  return { kind: "bug", message: "An unexpected failure: see the workflow's history.", sinceMs: nowMs };
}

export function causeOf(failure: unknown): unknown {
  return failure instanceof ActivityFailure ? failure.cause : failure;
}
