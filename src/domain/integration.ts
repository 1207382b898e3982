// Integrations: what is configured of one, and what people see of it.
import type { ExportDestination, MadeAnew } from "./destination.ts";
import type { ErrorState } from "./errors.ts";
import type { AccountOwnership } from "./ownership.ts";
import type { Run } from "./run.ts";
import type { EventFacts, LastTest } from "./warnings.ts";

/** The id of a provider's spec. */
export type Provider = string;

/** A JSON value small enough for a Temporal payload: cursors, never rows. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** A UTC (or project-local) calendar day, `yyyy-mm-dd`. */
export type Day = string;

export interface NewIntegration {
  provider: Provider;
  /** Connection settings without the secret, in the shape that the provider's spec gives them. */
  settings: JsonObject;
  /** Null if the provider needs none. */
  secret: string | null;
  /** Null for the default look-back before today (UTC, PostgreSQL's clock). */
  importFrom: Day | null;
  project: Project;
  /** The address of the account that this service acts as, if the provider has such. */
  account?: string | undefined;
  /** Whether the provider's destinations follow revisions. */
  deliversUpdates: boolean;
}

/** What may change later; absent means unchanged. */
export interface IntegrationPatch {
  exportEnabled?: boolean;
  exportUsage?: boolean;
  importEnabled?: boolean;
  /** Merged into the stored settings. */
  settings?: JsonObject;
  secret?: string;
  /** The address of the account, if `settings` change it. */
  account?: string | undefined;
  /** Needed if `settings` has fields that cannot be changed once a row was sent or stored. */
  fixed?: { labels: Record<string, string>; projectOf(settings: JsonObject): Project };
}

/** A workspace connects a project once: `key` tells projects of a provider apart, `name` is for messages. */
export interface Project {
  key: string;
  name: string;
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
  settings: JsonObject;
  importFrom: string;
  createdAtMs: number;
  /** Raised by every change; what the workflow has seen of it is `seenVersion`. */
  version: number;
  status: IntegrationStatus;
  paused: boolean;
  nextRunAtMs: number | null;
  /** A run is due for longer than it may take to start, or nothing works on the integration. */
  overdue: boolean;
  lastRun: Run | null;
  lastTest: LastTest | null;
  /** Null if the provider has no accounts that workspaces claim. */
  ownership: AccountOwnership | null;
  deliversUpdates: boolean;
  /** Rows were sent or stored, so the settings that identify the project stay as they are. */
  projectFixed: boolean;
  events: EventFacts[];
  export: {
    enabled: boolean;
    /** Buckets go with tokens, cost and times. */
    usage: boolean;
    completeThroughMs: number | null;
    /** Buckets up to the checkpoint that were not rejected. Those to be sent again are pending until they are. */
    sent: number;
    rejected: number;
    /** Sealed buckets not delivered yet. */
    pending: number;
    /** Buckets that got an exposure after they were sealed. */
    late: number;
    error: ErrorState | null;
    /** As the last run found it; null if none did, or the provider has nothing to say of it. */
    destination: ExportDestination | null;
    madeAnew: MadeAnew | null;
  };
  import: { enabled: boolean; error: ErrorState | null };
}
