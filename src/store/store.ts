import type { LegError } from "../domain/errors.ts";
import type { Leg, MixpanelRegion, Outcome, ProjectTime, Provider, ProviderSettings } from "../domain/integration.ts";
import type { EventProgress } from "../domain/progress.ts";

/**
 * What the rest of the software may ask of its memory. One implementation (postgres/), one shared suite
 * (test/store/contract.ts). All times are epoch milliseconds by PostgreSQL's clock; all cursors are opaque strings.
 * A method that takes a workspaceId answers null (or false) for what belongs to another workspace, as if it did not exist.
 */
export interface Store {
  readonly workspaces: WorkspaceStore;
  readonly integrations: IntegrationStore;
  readonly events: EventStore;
  readonly exposures: ExposureStore;
  readonly exports: ExportStore;
  readonly imports: ImportStore;
  readonly runs: RunStore;
  readonly budgets: BudgetStore;
  readonly maintenance: MaintenanceStore;
  /** PostgreSQL's clock. */
  nowMs(): Promise<number>;
  /** Rejects if the database cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface WorkspaceStore {
  /** The key is returned once; the store keeps a hash of it. */
  create(name: string): Promise<{ workspaceId: string; apiKey: string }>;
  /** The workspace that this key belongs to; null for an unknown one. */
  authenticate(apiKey: string): Promise<string | null>;
}

export interface Page<T> {
  items: T[];
  /** Null at the end. */
  next: string | null;
}

export interface PageRequest {
  cursor: string | null;
  limit: number;
}

/** A list call got a cursor that this list never gave out. */
export class InvalidCursorError extends Error {
  override readonly name = "InvalidCursorError";
}

/** There is one already: an integration of that project, an event of that name. */
export class ConflictError extends Error {
  override readonly name = "ConflictError";
}

export interface NewMixpanelIntegration {
  provider: "mixpanel";
  projectId: string;
  region: MixpanelRegion;
  projectTime: ProjectTime;
  serviceAccountUsername: string;
  secret: string;
  /** `yyyy-mm-dd`; null for the default look-back before today (UTC, PostgreSQL's clock). */
  importFrom: string | null;
}
export type NewIntegration = NewMixpanelIntegration;

/** What may change later; absent means unchanged. Provider, project and dataset never do. */
export interface IntegrationPatch {
  exportEnabled?: boolean;
  importEnabled?: boolean;
  serviceAccountUsername?: string;
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
  /** Throws ConflictError if the workspace has an integration of that provider and project. Both legs start off. */
  create(workspaceId: string, input: NewIntegration): Promise<Integration>;
  get(workspaceId: string, id: string): Promise<Integration | null>;
  /** Oldest first. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Integration>>;
  /** Applies the patch and raises `version`; `syncVersion` too where a leg was enabled or credentials changed. */
  update(workspaceId: string, id: string, patch: IntegrationPatch): Promise<Integration | null>;
  /** Raises `version` where it changes something. */
  setPaused(workspaceId: string, id: string, paused: boolean): Promise<Integration | null>;
  /** Hides the integration at once, frees its project and destroys its secret; the rows go by `maintenance.purge`. False if unknown. */
  remove(workspaceId: string, id: string): Promise<boolean>;
  /** For operators and the worker, who know the id alone. */
  find(id: string): Promise<Integration | null>;
  /** Like `find`, with the secret decrypted; null if deleted. Throws SyncError `bug` if no configured key decrypts it. */
  connection(id: string): Promise<StoredConnection | null>;
}

export interface StoredConnection {
  integrationId: string;
  workspaceId: string;
  settings: ProviderSettings;
  secret: string;
  importFrom: string;
}

/** An event definition with what was imported for it so far. */
export interface EventDefinitionView {
  name: string;
  description: string | null;
  createdAtMs: number;
  imported: number;
  rejected: number;
  completeThroughMs: number | null;
  error: LegError | null;
}

export interface ImportedRecord {
  uuid: string;
  userId: string;
  timestampMs: number;
  /** JSON text of an object, every digit kept: embed it in an answer as it is, never through JSON.parse. */
  properties: string;
}

export const PROPERTY_TYPES = ["string", "number", "boolean", "array", "object", "null"] as const;
export type PropertyType = (typeof PROPERTY_TYPES)[number];

export interface Property {
  name: string;
  types: PropertyType[];
  /** All values that are not null are numbers (and there is one). */
  numeric: boolean;
  /** Records that have it. */
  count: number;
  /** JSON text of one value, shortened; null for identity properties. */
  example: string | null;
}

export interface EventStore {
  /** Null if there is no such integration. Throws ConflictError if the name is taken. Raises version and syncVersion. */
  create(
    workspaceId: string,
    integrationId: string,
    event: { name: string; description: string | null },
  ): Promise<EventDefinitionView | null>;
  list(workspaceId: string, integrationId: string, page: PageRequest): Promise<Page<EventDefinitionView> | null>;
  update(
    workspaceId: string,
    integrationId: string,
    name: string,
    patch: { description?: string | null },
  ): Promise<EventDefinitionView | null>;
  /** Takes its records, properties and rejected records along (hidden at once, purged in the background). */
  remove(workspaceId: string, integrationId: string, name: string): Promise<boolean>;
  /** What was imported, in a stable order; null if there is no such event. */
  records(
    workspaceId: string,
    integrationId: string,
    name: string,
    page: PageRequest,
  ): Promise<Page<ImportedRecord> | null>;
  properties(workspaceId: string, integrationId: string, name: string): Promise<Property[] | null>;
}

/** One served call; ids validated by the caller. `exposedAtMs` null means now, by PostgreSQL's clock. */
export interface Exposure {
  aliasId: string;
  routeId: string;
  variantId: string;
  userId: string;
  exposedAtMs: number | null;
}

/** An exposure's time lies outside what is accepted; `index` counts from 0 in the given list. */
export class ExposureTimeError extends Error {
  override readonly name = "ExposureTimeError";
  readonly index: number;
  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}

export interface ExposureStore {
  /**
   * Commits all of them or none: resolves once they are durable. Throws ExposureTimeError for a time over 5 minutes ahead
   * or older than EXPOSURE_MAX_AGE_DAYS by PostgreSQL's clock.
   */
  ingest(workspaceId: string, exposures: Exposure[]): Promise<void>;
  /**
   * Folds everything committed so far into buckets and seals those whose hour (and grace) is over. Misses no row that
   * commits late (see DESIGN: shared advisory lock by ingest, exclusive by the sealer). `throughSeq` is 0 if nothing was ever sealed.
   */
  seal(workspaceId: string): Promise<{ throughSeq: number; throughMs: number }>;
}

/** A sealed bucket as a destination needs it (same shape as the connectors' Bucket). */
export interface StoredBucket {
  seq: number;
  aliasId: string;
  routeId: string;
  variantId: string;
  userId: string;
  hourMs: number;
  sealedTimeMs: number;
  timeMs: number;
  firstExposedAtMs: number;
  exposures: number;
}

export interface ExportStore {
  /** The mirrored cursor: everything at or below it is delivered or listed as rejected. 0 at the start. */
  cursor(integrationId: string): Promise<number>;
  /** Sets the cursor back to an earlier one and counts `sent` anew. No-op if the cursor is not later. */
  rewind(integrationId: string, cursorSeq: number): Promise<void>;
  /** Buckets with afterSeq < seq <= throughSeq in order of seq; `order` says which of the two sequence numbers. */
  readBuckets(
    workspaceId: string,
    order: "first" | "latest",
    afterSeq: number,
    throughSeq: number,
    limit: number,
  ): Promise<StoredBucket[]>;
  /**
   * Moves the cursor from exactly `fromSeq` to `progress.cursorSeq`, counts (also on the run of this cycle, if it is listed) and keeps the
   * rejected ones, in one transaction. True if it moved or had already moved at least that far; false, and nothing done, if the mirror is behind `fromSeq` or the workspace never
   * sealed as far as `progress.cursorSeq` (the database was restored: the caller goes back to `cursor()` and seals anew).
   */
  commit(
    integrationId: string,
    cycleId: string,
    fromSeq: number,
    progress: { cursorSeq: number; sent: number; rejected: { bucket: StoredBucket; reason: string }[] },
  ): Promise<boolean>;
  /** Records that everything up to the bound is delivered. Never moves backwards. */
  complete(integrationId: string, throughMs: number): Promise<void>;
}

export interface NewImportedRow {
  event: string;
  uuid: string;
  userId: string;
  timestampMs: number;
  /** JSON text of an object. */
  properties: string;
  /** The same parsed, for discovery only. */
  fields: Record<string, unknown>;
}

export interface NewRejectedRow {
  event: string | null;
  key: string;
  reason: string;
  record: string;
}

export interface ImportStore {
  /** Mirrored progress of every event that exists, by name. */
  progress(integrationId: string): Promise<Record<string, EventProgress>>;
  /** Sets the mirror of these events back (or on) to what was agreed at the start of a cycle. */
  setProgress(integrationId: string, progress: Record<string, EventProgress>): Promise<void>;
  /**
   * Stores one chunk in one transaction: rows (a row already there only gets its newer user and properties), rejected ones,
   * what was seen of their fields, and, where given, the progress of `events` that the chunk completes. Rows of events that no longer
   * exist are dropped. A row that PostgreSQL refuses (too large a number, …) becomes a rejected record alone. `stale` true:
   * nothing was stored because the mirror is behind `from` (it was restored); plan again.
   */
  commitChunk(input: {
    integrationId: string;
    /** The run whose counts this chunk raises, if it is listed. */
    cycleId: string;
    events: string[];
    from: EventProgress;
    rows: NewImportedRow[];
    rejected: NewRejectedRow[];
    progress: EventProgress | null;
  }): Promise<{ imported: number; rejected: number; stale: boolean }>;
  /** Folds what the chunks saw into the properties of the events; returns how many properties changed. */
  discoverProperties(integrationId: string): Promise<number>;
}

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

export interface BudgetStore {
  /**
   * Takes one request from a rolling budget, or says when to ask again. Safe against any number of takers at once;
   * counts rather too early than too late, so that the far side's own rolling hour never sees one too many.
   */
  take(
    budget: { key: string; maxPerHour: number; maxPerSecond: number; reservedPerHour: number },
    kind: "backfill" | "increment",
  ): Promise<{ granted: true } | { granted: false; retryAtMs: number }>;
  /** The far side refused: nobody gets a request before then. */
  block(key: string, untilMs: number): Promise<void>;
}

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
  /** Mirrors the workflow's state for people: pause, next cycle, errors by leg and event. */
  recordState(input: {
    integrationId: string;
    /** Null: leave it as it is. */
    paused: boolean | null;
    nextCycleAtMs: number | null;
    exportError: LegError | null;
    importError: LegError | null;
    eventErrors: Record<string, LegError>;
  }): Promise<void>;
  /** All integrations that exist, for the reconciler; `unsignalled` requests are queued for longer than a few seconds. */
  reconcilable(page: PageRequest): Promise<Page<Reconcilable>>;
  /** Deletes rows of removed integrations and events in bounded steps, drops expired partitions of raw exposures and makes new ones. Returns rows deleted. */
  purge(): Promise<number>;
}
