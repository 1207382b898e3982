// Helpers of the tests of the BigQuery import: a customer on the local BigQuery, and the loop of the activities.
import type { Connection } from "../../../src/domain/connection.ts";
import type { EventDefinition } from "../../../src/domain/event.ts";
import type { EventSource } from "../../../src/providers/bigquery/spec.ts";
import type { ImportedRow, OpenedSource, RejectedRow, StoredBefore } from "../../../src/domain/importedRow.ts";
import { expect } from "vitest";
import { type Clients, createClients } from "../../../src/providers/bigquery/clients.ts";
import { createMemoryLedger } from "./memoryLedger.ts";
import { createHttpClient, type HttpClient } from "../../../src/providers/http.ts";
import type { BigQueryOptions } from "../../../src/providers/bigquery/options.ts";
import { importPage, type PageLimits } from "../../../src/providers/bigquery/import/readPage.ts";
import { planBigQueryPasses } from "../../../src/providers/bigquery/import/planPasses.ts";
import type { TableColumn } from "../../../src/providers/bigquery/import/sourceTable.ts";
import type { ImportChunk, ImportPass } from "../../../src/providers/connector.ts";
import { type EventProgress, NO_PROGRESS } from "../../../src/domain/progress.ts";
import type { BigQueryControl } from "../../../dev/standins/bigquery/control.ts";
import type { Json } from "../../../dev/standins/bigquery/google.ts";
import { startSharedBigQuery } from "../../../dev/standins/bigquery/sharedEmulator.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const DATASET = "shop";
/** Midnight. The imports of these tests never depend on the clock. */
export const START_MS = Date.parse("2026-01-01T00:00:00Z");

export function columnOf(name: string, type: string, more: Partial<TableColumn> = {}): TableColumn {
  return { name, type, mode: "NULLABLE", fields: [], ...more };
}

export const USUAL_FIELDS = [
  { name: "event_name", type: "STRING" },
  { name: "user_id", type: "STRING" },
  { name: "created_at", type: "TIMESTAMP" },
  { name: "event_uuid", type: "STRING" },
  { name: "amount", type: "NUMERIC" },
];

export function eventOf(name: string, tableName: string, change: Partial<EventSource> = {}): EventDefinition {
  const source = {
    dataset: DATASET,
    tableName,
    eventFieldName: "event_name",
    userIdFieldName: "user_id",
    timestampFieldName: "created_at",
    eventUuidFieldName: "event_uuid",
    ...change,
  };
  return { name, source };
}

/** A DATETIME as BigQuery reads it. With `+00:00` it is a TIMESTAMP. */
export function timeText(epochMs: number, micros = ""): string {
  return `${new Date(epochMs).toISOString().slice(0, 23).replace("T", " ")}${micros}`;
}

export function rowOf(id: string, timeMs: number, change: Json = {}): Json {
  return {
    event_name: "purchase",
    user_id: `user of ${id}`,
    created_at: `${timeText(timeMs)}+00:00`,
    event_uuid: id,
    amount: "1.25",
    ...change,
  };
}

export interface ImportCustomer {
  projectId: string;
  control: BigQueryControl;
  clients: Clients;
  options: BigQueryOptions;
  http: HttpClient;
  connection: Connection;
  /** `layout`: partitioning, as a BigQuery table has it. */
  createTable(name: string, fields?: object[], layout?: Json): Promise<void>;
  load(table: string, rows: Json[]): Promise<void>;
  close(): Promise<void>;
}

export async function createImportCustomer(
  projectId: string,
  change: Partial<BigQueryOptions> = {},
): Promise<ImportCustomer> {
  const { control, restUrl, storageUrl, iamUrl, sourceToken } = await startSharedBigQuery();
  const serviceAccountEmail = `sync@${projectId}.iam.gserviceaccount.com`;
  await control.deleteDataset(projectId, DATASET);
  await control.clearFaults(projectId);
  await control.createDataset(projectId, DATASET, { location: "EU" });
  await control.putAccount(serviceAccountEmail, {
    grants: [
      { role: "roles/bigquery.readSessionUser", projectId },
      { role: "roles/bigquery.dataViewer", projectId, datasetId: DATASET },
    ],
  });
  const options: BigQueryOptions = {
    restUrl,
    storageUrl,
    iamCredentialsUrl: iamUrl,
    iamUrl,
    sourceToken,
    lookbackMs: DAY_MS,
    exportTable: "inworld_router_exposures",
    stagingPrefix: "inworld_staging_",
    ...change,
  };
  const clients = createClients(options, createMemoryLedger());
  const http = createHttpClient();
  return {
    projectId,
    control,
    clients,
    options,
    http,
    connection: {
      integrationId: "i-1",
      workspaceId: "w-1",
      provider: "bigquery",
      settings: { projectId, datasetId: null, serviceAccountEmail, location: "EU" },
      secret: "",
      importFrom: "2026-01-01",
      learned: {},
    },
    createTable: async (name, fields = USUAL_FIELDS, layout = {}) => {
      await control.createTable(projectId, DATASET, name, { schema: { fields }, ...layout });
    },
    load: (table, rows) => control.loadRows(projectId, DATASET, table, rows),
    close: async () => {
      await clients.close();
      await http.close();
      await control.close();
    },
  };
}

export const SMALL_PAGES: PageLimits = {
  rows: 1_000,
  bytes: 1024 * 1024 * 1024,
  durationMs: 60_000,
  streams: 3,
  idleMs: 30_000,
};
export const USUAL_PAGES: PageLimits = { ...SMALL_PAGES, rows: 1_000_000 };

export interface PageResult {
  /** What was opened for the page. */
  opened: OpenedSource[];
  rows: ImportedRow[];
  rejected: RejectedRow[];
  progress: EventProgress | null;
  error: unknown;
}

export interface PageOptions {
  limits?: PageLimits;
  pageHalvings?: number;
  storedBefore?: StoredBefore;
  signal?: AbortSignal;
  onChunk?(chunk: ImportChunk): void | Promise<void>;
}

export async function readPage(
  customer: ImportCustomer,
  events: EventDefinition[],
  progress: EventProgress,
  {
    limits = USUAL_PAGES,
    pageHalvings = 0,
    storedBefore = "none",
    signal = new AbortController().signal,
    onChunk,
  }: PageOptions = {},
): Promise<PageResult> {
  const result: PageResult = { opened: [], rows: [], rejected: [], progress: null, error: null };
  // From nothing but JSON, as in a workflow.
  const kept = JSON.parse(JSON.stringify(progress)) as EventProgress;
  const job = {
    events,
    progress: kept,
    pageHalvings,
    storedBefore,
    acquireRequest: async () => async () => {},
    blocked: () => Promise.resolve(),
    signal,
    heartbeat: () => undefined,
  };
  try {
    for await (const chunk of importPage(customer, customer.connection, job, limits)) {
      expect(result.progress).toBeNull();
      result.rows.push(...chunk.rows);
      if (chunk.opened !== undefined) result.opened.push(chunk.opened);
      result.rejected.push(...chunk.rejected);
      result.progress = chunk.progress;
      await onChunk?.(chunk);
    }
    expect(result.progress).not.toBeNull();
  } catch (error) {
    result.error = error;
  }
  expect(kept).toEqual(progress);
  return result;
}

export function plan(
  { connection }: ImportCustomer,
  events: EventDefinition[],
  progress: EventProgress,
  highWatermarkMs: number,
): ImportPass[] {
  return planBigQueryPasses(connection, {
    events: events.map((definition) => ({ definition, progress })),
    highWatermarkMs,
  });
}

export interface ImportResult {
  rows: ImportedRow[];
  rejected: RejectedRow[];
  /** Every page, in order. */
  pages: PageResult[];
  progress: EventProgress;
}

/** Reads events of one table until they are complete through the high watermark. Throws a page's error. */
export async function readAll(
  customer: ImportCustomer,
  events: EventDefinition[],
  highWatermarkMs: number,
  { start = NO_PROGRESS, ...options }: PageOptions & { start?: EventProgress } = {},
): Promise<ImportResult> {
  const result: ImportResult = { rows: [], rejected: [], pages: [], progress: start };
  for (;;) {
    const [pass, ...others] = plan(customer, events, result.progress, highWatermarkMs);
    expect(others).toEqual([]);
    if (pass === undefined) return result;
    const page = await readPage(customer, events, pass.progress, options);
    if (page.error !== null) throw page.error;
    const before = pass.progress.unfinished?.position ?? 0;
    expect(page.progress?.unfinished?.position ?? Infinity).toBeGreaterThan(before);
    result.pages.push(page);
    result.rows.push(...page.rows);
    result.rejected.push(...page.rejected);
    result.progress = page.progress ?? result.progress;
  }
}

/** The `event_uuid` of each row, sorted. */
export function idsOf(rows: ImportedRow[]): string[] {
  return rows.map((row) => (JSON.parse(row.properties) as { event_uuid: string }).event_uuid).toSorted();
}
