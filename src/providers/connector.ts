// What a provider must be able to do. A connector knows nothing of Temporal, of the store or of other providers.
import type { Bucket, ExportProgress } from "../domain/bucket.ts";
import type { AcquireRequest, Connection, RequestBudget } from "../domain/connection.ts";
import type { ExportDestination } from "../domain/destination.ts";
import type { EventDefinition, ListedNames, SourceReport } from "../domain/event.ts";
import type { Days, ImportRange } from "../domain/importRange.ts";
import type { ImportChunk, StoredBefore } from "../domain/importedRow.ts";
import type { JsonObject } from "../domain/integration.ts";
import type { Page, PageRequest } from "../domain/page.ts";
import type { EventProgress, ImportPass } from "../domain/progress.ts";
import type { ProviderSpec } from "./provider.ts";

export type { AcquireRequest, ExportProgress, ImportChunk, ImportPass };

/** Gets and gives rows. Errors are `SyncError`s that say what to do. test/support/providers/contract.ts tests each. */
export interface Connector {
  readonly spec: ProviderSpec;
  /** How many bucket sequence numbers one export batch spans. */
  readonly exportBatchSeqs: number;
  /** Checks step by step what the customer had to set up. Stops at a failure that makes later steps pointless. */
  testConnection(
    connection: Connection,
    events: EventDefinition[],
    acquireRequest: AcquireRequest,
  ): Promise<TestStep[]>;
  /** Makes the destination if it is missing, and says what it is like. Every run of the export begins with it. */
  prepareExport?(connection: Connection, signal: AbortSignal): Promise<ExportDestination>;
  /** Delivers buckets in order. Yields after each delivered part, so that its progress can be committed. */
  exportBuckets(connection: Connection, job: ExportJob): AsyncGenerator<ExportProgress>;
  /** The passes that are left until every event is complete through the high watermark. Reads no rows. */
  planImport(connection: Connection, input: ImportPlanning): Promise<ImportPass[]>;
  /** The passes that read these ranges. Reads no rows. */
  planRanges(connection: Connection, input: RangePlanning): ImportPass[];
  /** Yields a page in chunks of bounded size. Only the last has progress; a page that was cut short throws instead. */
  importPage(connection: Connection, page: ImportPageJob): AsyncGenerator<ImportChunk>;
  /**
   * Skips the page that would be read next, so that one part of the source does not keep out all others. Null if a
   * smaller page can be read. A connector without it leaves no gaps.
   */
  skipPage?(progress: EventProgress, pageHalvings: number): SkippedPage | null;
  /** What is to be learned if stored rows have other times than they would get now; null if they are right. */
  redating?(connection: Connection): Promise<JsonObject | null>;
  /** The request budget that all integrations of this project share; null if the provider has none. */
  requestBudget(connection: Pick<Connection, "settings">): RequestBudget | null;
  /** Lists the names of the project's events lately, after proving the credentials. Absent if that cannot be asked. */
  eventNames?: (connection: Connection) => Promise<ListedNames>;
  /** Looks into the table of an event that gave nothing. Absent if events have no table of their own. */
  reportSource?: (connection: Connection, event: EventDefinition) => Promise<SourceReport>;
  readonly browse?: Browse;
  /** Absent if credentials alone show who holds the project. */
  readonly ownership?: AccountAccess;
  /** A shell script that prepares a customer's project. Throws a SyncError that says which setting is missing. */
  setupScript?: (input: SetupInput) => string;
  /** Waits for open requests and closes the connections. */
  close(): Promise<void>;
}

/** Access by an account that this service acts as. The connector reaches nothing of it for a workspace without it. */
export interface AccountAccess {
  /** Whether a claim is not enough. */
  readonly needsProof: boolean;
  /** The account of this service that customers grant access to; null if it is not known. */
  principal(): Promise<string | null>;
  /** Reads the account anew, and claims it if no workspace holds it. Throws if this workspace may not use it. */
  check(connection: Connection): Promise<void>;
  /** Reads the account anew and claims nothing. A proof that came or went counts from then on. */
  look(connection: Connection): Promise<void>;
}

/** What a script prepares a project for. */
export interface SetupInput {
  settings: JsonObject;
  exports: boolean;
  imports: boolean;
  /** Datasets that events are read from. */
  datasets: readonly string[];
  /** The account of this service that customers grant access to; null if it is not known. */
  principal: string | null;
  /** What proves that the account belongs to the workspace. */
  proof: string;
}

/** Looks into a customer's project while a person waits: one short call each. */
export interface Browse {
  datasets(connection: Connection, page: PageRequest): Promise<Page<{ id: string }>>;
  tables(connection: Connection, dataset: string, page: PageRequest): Promise<Page<{ id: string; type: string }>>;
  /** Fields within structs too, as `a.b`. */
  columns(connection: Connection, dataset: string, table: string): Promise<BrowsedColumn[]>;
}

export interface BrowsedColumn {
  name: string;
  type: string;
  mode: "NULLABLE" | "REQUIRED" | "REPEATED";
}

export interface TestStep {
  name: string;
  ok: boolean;
  /** What is wrong and what to do about it; of a step that is ok, why it could not be tried, or a warning. */
  message?: string;
  /** A grant is missing. One that was made a moment ago may not be known everywhere yet. */
  lacksGrant?: boolean;
  /** The step is ok, and the message warns of what is to come. */
  warning?: true;
}

export interface ExportJob {
  /** The buckets were rejected before. */
  isResend?: boolean;
  /** How often sending everything again was asked for. What was delivered in an earlier round is delivered again. */
  round?: number;
  /** Buckets go with tokens, cost and times. */
  withUsage?: boolean;
  afterSeq: number;
  throughSeq: number;
  /** In order of seq. */
  readBuckets(afterSeq: number, limit: number): Promise<Bucket[]>;
  signal: AbortSignal;
  /** Must be called at each sign of progress, because an export without heartbeats counts as hung. */
  heartbeat(): void;
}

export interface ImportPlanning {
  /** `gaps`: days of the event that are read as ranges. */
  events: { definition: EventDefinition; progress: EventProgress; gaps?: Days[] }[];
  /** By PostgreSQL's clock. */
  highWatermarkMs: number;
}

export interface RangePlanning {
  ranges: { definition: EventDefinition; range: ImportRange }[];
  /** By PostgreSQL's clock. */
  highWatermarkMs: number;
}

export interface SkippedPage extends Days {
  progress: EventProgress;
}

export interface ImportPageJob {
  events: EventDefinition[];
  progress: EventProgress;
  /** How many failures have halved the page so far. */
  pageHalvings: number;
  /** Which rows of the events are stored already. */
  storedBefore: StoredBefore;
  acquireRequest: AcquireRequest;
  /** Reports that the provider refuses requests until then, so that all users of the request budget wait. */
  blocked(untilMs: number): Promise<void>;
  signal: AbortSignal;
  heartbeat(): void;
}
