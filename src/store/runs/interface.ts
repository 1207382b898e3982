// Runs (runs), the sync requests that they serve, and what was rejected in them.
import type { Page, PageRequest } from "../../domain/page.ts";
import type { Outcome, RejectedRecord, Run, RunDirection, SyncRequest } from "../../domain/run.ts";

export interface RunStore {
  /** Null if there is no such integration. */
  list(workspaceId: string, integrationId: string, page: PageRequest): Promise<Page<Run> | null>;
  rejected(workspaceId: string, integrationId: string, page: PageRequest): Promise<Page<RejectedRecord> | null>;
  /** A queued sync request. `paused` if the integration is; null if there is none. */
  request(workspaceId: string, integrationId: string): Promise<{ requestId: string } | "paused" | null>;
  getRequest(workspaceId: string, integrationId: string, requestId: string): Promise<SyncRequest | null>;
  /**
   * Writes a run's start (directions without an outcome) or end, and its requests' status. Counts are kept by `exports.commit` and
   * `imports.commitChunk`, never overwritten here. A start also closes older runs that never ended
   * (outcome failed) and queues their requests again: their workflow was lost. Requests made by hand in Temporal are added.
   */
  record(input: {
    integrationId: string;
    runId: string;
    startedAtMs: number;
    requestIds: string[];
    directions: Omit<RunDirection, "records" | "rejected">[];
    finished: { atMs: number; outcome: Outcome } | null;
  }): Promise<void>;
}
