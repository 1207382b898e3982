// What an integration workflow takes and shows: its input, its signals, its query and its search attribute.
import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common";
import { defineQuery, defineSignal } from "@temporalio/workflow";
import type { IntegrationConfig } from "../activities/contract.ts";
import type { IntegrationStatus } from "../domain/integration.ts";
import type { EventProgress } from "../domain/progress.ts";
import type { Direction } from "../domain/run.ts";
import type { IntegrationErrors, IntegrationState } from "./state.ts";
import type { StateV1 } from "./upgradeState.ts";

/**
 * By hand: `temporal workflow signal --workflow-id integration-ID --name syncNow`. Durable without a worker. Ends a
 * wait of the run under way, unless `isRepeated`: then it stands for a signal that may have been lost.
 */
export const syncNowSignal = defineSignal<[requestId?: string, isRepeated?: boolean]>("syncNow");
/** `version`: the row's, if the store shows the change already. By hand there is none. */
export const pauseSignal = defineSignal<[version?: number]>("pause");
export const resumeSignal = defineSignal<[version?: number]>("resume");
export const configChangedSignal = defineSignal("configChanged");
export const statusQuery = defineQuery<WorkflowStatus>("status");

export const statusKey = defineSearchAttributeKey("CrosscurrentStatus", SearchAttributeType.KEYWORD);

export interface IntegrationInput {
  integrationId: string;
  workspaceId: string;
  /** Of a workflow that was lost: many start again at once, and their runs are spread. */
  firstRunAtMs?: number;
  /** What continue-as-new carried over, also that of an older build; absent when a client starts the workflow. */
  state?: IntegrationState | StateV1;
  /** A pause or resume that the store does not show yet. Absent: an older build's. */
  unprojectedPause?: boolean | null;
  /** What the execution before knew at rest, so that this one begins by waiting. */
  resting?: Resting;
}

/** The configuration covers every signal so far, and store and search attribute show the state. */
export interface Resting {
  config: IntegrationConfig;
  shownStatus: IntegrationStatus | null;
}

export interface WorkflowStatus {
  status: IntegrationStatus;
  operations: Record<Direction, string>;
  nextRunAtMs: number | null;
  runId: string | null;
  queuedRequests: number;
  exportCursorSeq: number | null;
  events: Record<string, EventProgress>;
  errors: IntegrationErrors;
}
