// What the worker and the reconciler need.
import type { Page, PageRequest } from "../../domain/page.ts";
import type { ErrorState } from "../../domain/errors.ts";
import type { Provider } from "../../domain/integration.ts";

/** The worker's view of one integration's configuration. */
export interface PlanRow {
  version: number;
  syncVersion: number;
  paused: boolean;
  provider: Provider;
  workspaceId: string;
  exportEnabled: boolean;
  importEnabled: boolean;
  exportCursorSeq: number;
  events: string[];
}

/** What the reconciler compares with the workflow. */
export interface Reconcilable {
  id: string;
  workspaceId: string;
  provider: Provider;
  paused: boolean;
  /** The workflow has not seen the row's version, though it changed more than a few seconds ago. */
  behind: boolean;
  /** Sync requests queued for more than a few seconds. */
  unsignalled: string[];
}

export interface MaintenanceStore {
  /** Reads the configuration and notes its version as seen; null once deleted. */
  plan(integrationId: string): Promise<PlanRow | null>;
  /** Mirrors the workflow's state for people: pause, next run, errors by direction and event. */
  recordState(input: {
    integrationId: string;
    /** Null: leave it as it is. */
    paused: boolean | null;
    nextRunAtMs: number | null;
    exportError: ErrorState | null;
    importError: ErrorState | null;
    eventErrors: Record<string, ErrorState>;
  }): Promise<void>;
  /** All integrations that exist, for the reconciler; `unsignalled` requests are queued for longer than a few seconds. */
  reconcilable(page: PageRequest): Promise<Page<Reconcilable>>;
  /** Workspaces (at most 100) with exposures that no sealer has folded for a day: none of their exports runs runs. */
  neglected(): Promise<string[]>;
  /** Deletes rows of removed integrations and events in bounded steps, drops expired partitions of raw exposures and makes new ones. Returns rows deleted. */
  purge(): Promise<number>;
}
