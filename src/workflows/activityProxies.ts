import { ActivityFailure, ApplicationFailure, proxyActivities, TimeoutFailure } from "@temporalio/workflow";
import type { ActivityOptions } from "@temporalio/workflow";
import type { SyncActivities } from "../activities/contract.ts";
import { ERROR_KINDS, isRetryable } from "../domain/errors.ts";
import type { ErrorKind, ErrorState } from "../domain/errors.ts";

const DEFAULT_HEARTBEAT_MS = 20_000;

/**
 * The activities as the workflow calls them: at most three tries each, dead workers noticed by missing heartbeats, and one
 * workspace's load kept fair against the others'.
 */
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
    const activity = activities[name as keyof SyncActivities] as Summarizable;
    return [name, (input: never) => activity.executeWithOptions({ ...options, summary: summarize(input) }, [input])];
  });
  return Object.fromEntries(summarized) as SyncActivities;
}

interface Summarizable {
  executeWithOptions(options: ActivityOptions, args: [never]): Promise<unknown>;
}

/** What the Temporal UI shows beside each activity. */
const SUMMARIES: { [Name in keyof SyncActivities]: (input: Parameters<SyncActivities[Name]>[0]) => string } = {
  loadConfig: () => "Read the configuration",
  aggregateExposures: () => "Seal buckets whose hour is over",
  exportBatch: ({ afterSeq, throughSeq }) => `Deliver buckets ${afterSeq + 1} to ${throughSeq}`,
  completeExport: ({ bound }) => `Export complete through ${new Date(bound.throughMs).toISOString()}`,
  planImport: () => "Fix the bound and plan what to read",
  importPage: ({ task }) => `Read ${task.events.join(", ")}`.slice(0, 180),
  discoverProperties: () => "Discover properties",
  recordRun: ({ finished }) => (finished === null ? "Record the run's start" : `Record the run: ${finished.outcome}`),
  recordState: () => "Mirror the state",
};

/** The worker went away under the activity: it died (no heartbeat) or was shut down. */
export function isInterruption(failure: unknown): boolean {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  return cause instanceof TimeoutFailure || (cause instanceof ApplicationFailure && cause.type === "WorkerShutdown");
}

/** What a failed activity means to the people who look at the direction. */
export function toErrorState(failure: unknown, nowMs: number): ErrorState {
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
