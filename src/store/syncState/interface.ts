// What workflows read of an integration's configuration and write of their state, and what the reconciler compares.
import type { Integration } from "../../domain/integration.ts";
import type { Page, PageRequest } from "../../domain/page.ts";
import type { StatusProjection } from "../../domain/run.ts";

export interface IntegrationConfigRow extends Pick<Integration, "workspaceId" | "provider" | "version" | "paused"> {
  syncVersion: number;
  exportEnabled: boolean;
  importEnabled: boolean;
  exportCursorSeq: number;
  events: string[];
}

export interface ReconcileCandidate extends Pick<Integration, "id" | "workspaceId" | "provider" | "paused"> {
  /** The workflow has not seen the row's version, which changed more than a few seconds ago. */
  behind: boolean;
  /** Sync requests that were queued more than a few seconds ago. */
  pendingRequests: string[];
}

export interface SyncStateStore {
  /** Reads the configuration and records its version as seen. Null once the integration is deleted. */
  loadConfig(integrationId: string): Promise<IntegrationConfigRow | null>;
  recordStatus(status: StatusProjection): Promise<void>;
  /** Notes that a worker runs at this moment. */
  noteWorker(): Promise<void>;
  reconcileCandidates(page: PageRequest): Promise<Page<ReconcileCandidate>>;
  /** At most 100 workspaces with exposures that were not folded for a day, or with so many that reports would wait. */
  unsealedWorkspaces(): Promise<string[]>;
}
