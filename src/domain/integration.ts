import type { ErrorState } from "./errors.ts";
import type { Run } from "./run.ts";
export type MixpanelRegion = "us" | "eu" | "in";
/** How a Mixpanel project reads its own `time` and dates: projects made before 2023 use their local zone. */
export type ProjectTime = "utc" | "local";

/** Connection settings of a Mixpanel integration, secrets aside. */
export interface MixpanelSettings {
  provider: "mixpanel";
  projectId: string;
  region: MixpanelRegion;
  projectTime: ProjectTime;
  serviceAccountUsername: string;
}

/**
 * Connection settings of a BigQuery integration; there is no secret: the service impersonates the customer's account.
 */
export interface BigQuerySettings {
  provider: "bigquery";
  /** The Google Cloud project in which jobs and read sessions run, and whose datasets are meant. */
  projectId: string;
  /** Where the export writes; null for an integration that only imports. */
  datasetId: string | null;
  serviceAccountEmail: string;
  /** The region of the datasets, as in `US` or `europe-west1`. */
  location: string;
}

/** Connection settings by provider, secrets aside. */
export type ProviderSettings = MixpanelSettings | BigQuerySettings;
export type Provider = ProviderSettings["provider"];

/** A JSON value small enough for a Temporal payload: cursors, never rows. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** A UTC (or project-local) calendar day, `yyyy-mm-dd`. */
export type Day = string;

export interface FirstDay {
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

/** Which integration is meant, and what its workflow is started with if it is not there yet. */
export interface IntegrationRef {
  integrationId: string;
  workspaceId: string;
  provider: Provider;
}

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
  nextRunAtMs: number | null;
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
    error: ErrorState | null;
  };
  import: { enabled: boolean; error: ErrorState | null };
}
