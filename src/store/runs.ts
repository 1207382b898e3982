// Runs (cycles), the sync requests that they serve, and what was rejected in them.
import type { LegError } from "../domain/errors.ts";
import type { Leg, Outcome } from "../domain/integration.ts";
import type { Page, PageRequest } from "./pages.ts";

export interface Run {
  id: string;
  startedAtMs: number;
  finishedAtMs: number | null;
  outcome: Outcome | null;
  legs: RunLeg[];
}

export interface RunLeg {
  leg: Leg;
  /** Null while the leg runs. */
  outcome: Outcome | null;
  /** Export: buckets delivered. Import: rows stored for the first time. Exact at any moment: counted where the rows are committed. */
  records: number;
  rejected: number;
  error?: LegError;
  failedEvents?: string[];
}

export interface SyncRequest {
  status: "queued" | "running" | "done";
  cycleId: string | null;
  outcome: Outcome | null;
}

export interface RejectedRecord {
  id: string;
  leg: Leg;
  event: string | null;
  reason: string;
  /** The record as text. */
  record: string;
  atMs: number;
}

export interface RunStore {
  /** Null if there is no such integration. */
  list(workspaceId: string, integrationId: string, page: PageRequest): Promise<Page<Run> | null>;
  rejected(workspaceId: string, integrationId: string, page: PageRequest): Promise<Page<RejectedRecord> | null>;
  /** A queued sync request. `paused` if the integration is; null if there is none. */
  request(workspaceId: string, integrationId: string): Promise<{ requestId: string } | "paused" | null>;
  getRequest(workspaceId: string, integrationId: string, requestId: string): Promise<SyncRequest | null>;
  /**
   * Writes a cycle's start (legs without an outcome) or end, and its requests' status. Counts are kept by `exports.commit` and
   * `imports.commitChunk`, never overwritten here. A start also closes older runs that never ended
   * (outcome failed) and queues their requests again: their workflow was lost. Requests made by hand in Temporal are added.
   */
  record(input: {
    integrationId: string;
    cycleId: string;
    startedAtMs: number;
    requestIds: string[];
    legs: Omit<RunLeg, "records" | "rejected">[];
    finished: { atMs: number; outcome: Outcome } | null;
  }): Promise<void>;
}
