// Runs, the sync requests that they serve, and the records that were rejected.
import type { Page, PageRequest } from "../../domain/page.ts";
import type { RejectedPage, ResendResult, Run, RunRecord, SyncRequest } from "../../domain/run.ts";

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
  /** Queues a sync request. Returns `paused` if the integration is paused, null if there is no such integration. */
  request(workspaceId: string, integrationId: string): Promise<{ requestId: string } | "paused" | null>;
  getRequest(workspaceId: string, integrationId: string, requestId: string): Promise<SyncRequest | null>;
  /** Keeps the counts of commits. A start also ends runs of a lost workflow and queues their requests again. */
  record(run: RunRecord): Promise<void>;
}
