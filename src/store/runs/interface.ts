// Runs, the sync requests that they serve, and the records that were rejected.
import type { Page, PageRequest } from "../../domain/page.ts";
import type { RejectedPage, ResendResult, Run, RunRecord, SyncRequest } from "../../domain/run.ts";

export interface QueuedRequest {
  requestId: string;
}

export interface RunStore {
  /** Newest first. Null if there is no such integration. */
  list(workspaceId: string, integrationId: string, page: PageRequest): Promise<Page<Run> | null>;
  /** Oldest first. Null if there is no such integration. */
  rejected(workspaceId: string, integrationId: string, page: PageRequest): Promise<RejectedPage | null>;
  /**
   * Marks rejected buckets, or all, and queues a sync request: the export of its run sends them again. Null if there
   * is no such integration.
   */
  requestResend(workspaceId: string, integrationId: string, recordIds: string[] | null): Promise<ResendResult | null>;
  /**
   * Queues a sync request, or joins the one that no run has taken yet. Returns `paused` if the integration is
   * paused, null if there is no such integration.
   */
  request(workspaceId: string, integrationId: string): Promise<QueuedRequest | "paused" | null>;
  getRequest(workspaceId: string, integrationId: string, requestId: string): Promise<SyncRequest | null>;
  isRecorded(integrationId: string, runId: string): Promise<boolean>;
  /** The requests that a run serves. */
  requestsOf(integrationId: string, runId: string): Promise<string[]>;
  /**
   * Keeps the counts of commits. A start also takes all queued requests: they came before the run's high watermarks. It
   * ends runs of a lost workflow, whose requests are queued again.
   */
  record(run: RunRecord): Promise<void>;
}
