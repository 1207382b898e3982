import type { IntegrationStatus } from "../domain/integration.ts";
import { defineQuery, defineSignal } from "@temporalio/workflow";
import type { ErrorState } from "../domain/errors.ts";
import type { EventProgress } from "../domain/progress.ts";
import type { IntegrationState } from "./state.ts";

/**
 * What an integration workflow listens to. Signals alone, so that they are durable in Temporal with or without a worker up;
 * each also works by hand: `temporal workflow signal --workflow-id integration-ID --name syncNow`.
 */
export const syncNowSignal = defineSignal<[requestId?: string]>("syncNow");
export const pauseSignal = defineSignal("pause");
export const resumeSignal = defineSignal("resume");
export const configChangedSignal = defineSignal("configChanged");
export const statusQuery = defineQuery<WorkflowStatus>("status");

/** `state` is what continue-as-new carries over; a workflow that is started has none. */
export interface IntegrationInput {
  integrationId: string;
  workspaceId: string;
  state?: IntegrationState;
}

/** The answer to the `status` query. Times are epoch milliseconds. */
export interface WorkflowStatus {
  status: IntegrationStatus;
  /** What each direction is doing, in words. */
  doing: { export: string; import: string };
  nextRunAtMs: number | null;
  lastRunStartedAtMs: number | null;
  runId: string | null;
  queuedRequests: number;
  exportCursorSeq: number | null;
  events: Record<string, EventProgress>;
  errors: { export: ErrorState | null; import: ErrorState | null; events: Record<string, ErrorState> };
}
