// The activities as the workflow calls them: options, what the Temporal UI shows beside each, and what a failure means.
import {
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  TimeoutFailure,
  type ActivityOptions,
} from "@temporalio/workflow";
import type { SyncActivities } from "../activities/contract.ts";
import { ERROR_KINDS, isRetryable, type ErrorState } from "../domain/errors.ts";

const DEFAULT_HEARTBEAT_MS = 20_000;
/** Temporal refuses longer summaries of activities and timers. */
export const MAX_SUMMARY_CHARS = 180;

/** Missing heartbeats reveal a dead worker; the fairness key shares workers between workspaces. */
export function activitiesFor(workspaceId: string, heartbeatTimeoutMs = DEFAULT_HEARTBEAT_MS): SyncActivities {
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
  const activities = proxyActivities<SyncActivities>(options);
  const summarized = Object.entries(SUMMARIES).map(([name, summarize]) => {
    const activity = activities[name as keyof SyncActivities];
    return [name, (input: never) => activity.executeWithOptions({ ...options, summary: summarize(input) }, [input])];
  });
  return Object.fromEntries(summarized) as SyncActivities;
}

const SUMMARIES: { [Name in keyof SyncActivities]: (input: Parameters<SyncActivities[Name]>[0]) => string } = {
  loadConfig: () => "Read the configuration",
  aggregateExposures: () => "Seal the buckets whose hour is over",
  resendRejected: () => "Send rejected buckets again",
  exportBatch: ({ afterSeq, throughSeq }) => `Deliver buckets ${afterSeq + 1} to ${throughSeq}`,
  completeExport: ({ highWatermark }) =>
    `Record the export as complete through ${new Date(highWatermark.throughMs).toISOString()}`,
  planImport: () => "Fix the high watermark and plan what to read",
  importPage: ({ task }) => `Read a page of ${task.events.join(", ")}`.slice(0, MAX_SUMMARY_CHARS),
  leaveGap: ({ task }) => `Leave a gap in ${task.events.join(", ")}`.slice(0, MAX_SUMMARY_CHARS),
  discoverProperties: () => "Discover the events' properties",
  recordRun: ({ finished }) =>
    finished === null ? "Record the start of the run" : `Record the run: ${finished.outcome}`,
  projectStatus: () => "Write the status to the store",
};

/** True if the worker died under the activity (no heartbeat) or was shut down. */
export function isInterruption(failure: unknown): boolean {
  const cause = causeOf(failure);
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && cause.type === "WorkerShutdown");
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
