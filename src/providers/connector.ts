import type { Bucket, ExportProgress } from "../domain/bucket.ts";
import type { AcquireRequest, Connection, RequestBudget } from "../domain/connection.ts";
import type { EventDefinition } from "../domain/event.ts";
import type { ImportChunk } from "../domain/importedRow.ts";
import type { EventProgress } from "../domain/progress.ts";
import type { ProviderSpec } from "./provider.ts";

export type { AcquireRequest, ExportProgress, ImportChunk };

/**
 * What a provider must be able to do. A connector knows nothing of Temporal, of the store or of other providers; it gets
 * rows and gives rows, and throws `SyncError` (domain/errors.ts) with a kind of the closed set and a message that says what
 * to do. Each passes the shared suite in test/support/providers/contract.ts.
 */
export interface Connector {
  readonly spec: ProviderSpec;
  /** How many bucket sequence numbers one export batch spans. */
  readonly exportBatchSeqs: number;
  /** Walks through what the customer had to set up, step by step; stops at what makes later steps pointless. */
  testConnection(
    connection: Connection,
    events: EventDefinition[],
    acquireRequest: AcquireRequest,
  ): Promise<TestStep[]>;
  /** Delivers buckets of one stretch in order; yields after each delivered piece so that progress can be committed. */
  exportBuckets(connection: Connection, job: ExportJob): AsyncGenerator<ExportProgress>;
  /** The passes that are left until every event is complete through the bound; pure bookkeeping and cheap look-ups. */
  planImport(connection: Connection, input: ImportPlanning): Promise<ImportPass[]>;
  /**
   * Reads one page and yields its rows in chunks of bounded size. Only the last chunk carries the progress after the page: a
   * page that was cut short never yields one, it throws.
   */
  importPage(connection: Connection, page: ImportPageJob): AsyncGenerator<ImportChunk>;
  /** The request budget that everybody on this project shares; null where the provider has none. */
  requestBudget(connection: Connection): RequestBudget | null;
  /** Where the provider has tables to choose from. */
  readonly browse?: Browse;
  /** Waits for what is under way and ends the connections that it keeps. */
  close(): Promise<void>;
}

/** Looks into a customer's project for somebody who waits: one short call each, lists by the page. */
export interface Browse {
  datasets(connection: Connection, page: BrowsePage): Promise<Browsed<{ id: string }>>;
  tables(connection: Connection, dataset: string, page: BrowsePage): Promise<Browsed<{ id: string; type: string }>>;
  /** Fields within structs too, as `a.b`. */
  columns(connection: Connection, dataset: string, table: string): Promise<BrowsedColumn[]>;
}

/** Cursors are the provider's own. */
export interface BrowsePage {
  cursor: string | null;
  limit: number;
}

export interface Browsed<T> {
  items: T[];
  next: string | null;
}

export interface BrowsedColumn {
  name: string;
  type: string;
  mode: "NULLABLE" | "REQUIRED" | "REPEATED";
}

export interface TestStep {
  name: string;
  ok: boolean;
  message?: string;
}

export interface ExportJob {
  afterSeq: number;
  throughSeq: number;
  /** Pages through the buckets of the stretch in order of seq. */
  readBuckets(afterSeq: number, limit: number): Promise<Bucket[]>;
  signal: AbortSignal;
  /** Called whenever something moved, so that a hung export is noticed and a live one is not. */
  heartbeat(): void;
}

export interface ImportPlanning {
  events: { definition: EventDefinition; progress: EventProgress }[];
  /** The time at which this run's bound was taken (PostgreSQL's clock). */
  highWatermarkMs: number;
}

/** Events that are read together, with the one progress that they share. */
export interface ImportPass {
  events: string[];
  progress: EventProgress;
}

export interface ImportPageJob {
  events: EventDefinition[];
  progress: EventProgress;
  /** Halvings after failures so far. */
  pageHalvings: number;
  acquireRequest: AcquireRequest;
  /** Tells the budget that the far side refused until then, so that nobody else on it asks before. */
  blocked(untilMs: number): Promise<void>;
  signal: AbortSignal;
  heartbeat(): void;
}
