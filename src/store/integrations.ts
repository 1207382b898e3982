// Integrations: what is configured, and what people see of it.
import type { LegError } from "../domain/errors.ts";
import type { BigQuerySettings, MixpanelSettings, Provider, ProviderSettings } from "../domain/integration.ts";
import type { Page, PageRequest } from "./pages.ts";
import type { Run } from "./runs.ts";

interface FirstDay {
  /** `yyyy-mm-dd`; null for the default look-back before today (UTC, PostgreSQL's clock). */
  importFrom: string | null;
}
export interface NewMixpanelIntegration extends MixpanelSettings, FirstDay {
  secret: string;
}
/** Nothing secret is kept of a customer's BigQuery. */
export interface NewBigQueryIntegration extends BigQuerySettings, FirstDay {}
export type NewIntegration = NewMixpanelIntegration | NewBigQueryIntegration;

/** What may change later; absent means unchanged. Provider, project and dataset never do. */
export interface IntegrationPatch {
  exportEnabled?: boolean;
  importEnabled?: boolean;
  serviceAccountUsername?: string;
  serviceAccountEmail?: string;
  secret?: string;
}

export type IntegrationStatus = "idle" | "syncing" | "paused" | "attention";

export interface Integration {
  id: string;
  workspaceId: string;
  provider: Provider;
  settings: ProviderSettings;
  importFrom: string;
  createdAtMs: number;
  /** Raised by every change; what the workflow has seen of it is `seenVersion`. */
  version: number;
  status: IntegrationStatus;
  paused: boolean;
  nextCycleAtMs: number | null;
  lastRun: Run | null;
  export: {
    enabled: boolean;
    completeThroughMs: number | null;
    sent: number;
    rejected: number;
    /** Sealed buckets not delivered yet. */
    pending: number;
    /** Buckets that got an exposure after they were sealed. */
    late: number;
    error: LegError | null;
  };
  import: { enabled: boolean; error: LegError | null };
}

export interface IntegrationStore {
  /** Throws ConflictError if the workspace has an integration of that provider, project and dataset. Both legs start off. */
  create(workspaceId: string, input: NewIntegration): Promise<Integration>;
  get(workspaceId: string, id: string): Promise<Integration | null>;
  /** Oldest first. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Integration>>;
  /** Applies the patch and raises `version`; `syncVersion` too where a leg was enabled or credentials changed. */
  update(workspaceId: string, id: string, patch: IntegrationPatch): Promise<Integration | null>;
  /** Raises `version` where it changes something. */
  setPaused(workspaceId: string, id: string, paused: boolean): Promise<Integration | null>;
  /**
   * Hides the integration at once, frees its project and destroys its secret; the rows go by `maintenance.purge`. True again for
   * one removed before; false if unknown.
   */
  remove(workspaceId: string, id: string): Promise<boolean>;
  /** For operators and the worker, who know the id alone. */
  find(id: string): Promise<Integration | null>;
  /** Like `find`, with the secret decrypted, empty where none is kept; null if deleted. Throws SyncError `bug` if no configured key decrypts it. */
  connection(id: string): Promise<StoredConnection | null>;
}

export interface StoredConnection {
  integrationId: string;
  workspaceId: string;
  settings: ProviderSettings;
  secret: string;
  importFrom: string;
}
