// What workflows read of an integration's configuration and write of their state, and what the reconciler compares.
import type { Integration, IntegrationRef } from "../../domain/integration.ts";
import type { Page, PageRequest } from "../../domain/page.ts";
import type { StatusProjection } from "../../domain/run.ts";

export interface IntegrationConfigRow extends Pick<Integration, "workspaceId" | "provider" | "version" | "paused"> {
  syncVersion: number;
  /** That of the last pause or resume; 0 if there was none. */
  pauseVersion: number;
  exportEnabled: boolean;
  importEnabled: boolean;
  exportCursorSeq: number;
  events: string[];
}

export interface ListedIntegration extends IntegrationRef {
  paused: boolean;
}

export interface BehindIntegration extends ListedIntegration {
  /** The workflow has not seen the row's last change. */
  isBehind: boolean;
  /** Its run should have started long ago. */
  isOverdue: boolean;
  /** The oldest sync request that no run has taken, though it was queued more than a few seconds ago. */
  requestId: string | null;
}

export interface SyncStateStore {
  /** Reads the configuration and records its version as seen. Null once the integration is deleted. */
  loadConfig(integrationId: string): Promise<IntegrationConfigRow | null>;
  /** False if the row keeps its own `paused`: the workflow does not know the row's latest change. */
  recordStatus(status: StatusProjection): Promise<boolean>;
  /** Notes that a worker runs at this moment. */
  noteWorker(): Promise<void>;
  /** All integrations of all workspaces. */
  list(page: PageRequest): Promise<Page<ListedIntegration>>;
  countIntegrations(): Promise<number>;
  /** Those that wait for a signal; at most `limit` of each reason, without an order, so that none waits for ever. */
  behind(limit: number): Promise<BehindIntegration[]>;
  /** Deleted integrations whose workflow was not ended here yet. */
  unended(limit: number): Promise<string[]>;
  noteEnded(integrationId: string): Promise<void>;
  /** True for one caller once `everyMs` have passed since it was true last. */
  claimList(everyMs: number): Promise<boolean>;
  /** The next claim succeeds. */
  forgetList(): Promise<void>;
  /** Takes the workspace's next turn to start a run. Null: at once; else when it comes. `burst` turns are free. */
  takeTurn(workspaceId: string, everyMs: number, burst: number): Promise<number | null>;
  /** At most 100 workspaces with exposures that were not folded for a day, or with so many that reports would wait. */
  unsealedWorkspaces(): Promise<string[]>;
}
