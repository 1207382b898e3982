// Helpers of the shared connector suite: a provider's harness, made-up data, and the loops of the activities.
import type { Bucket } from "../../../src/domain/bucket.ts";
import type { AcquireRequest, Connection } from "../../../src/domain/connection.ts";
import type { EventDefinition } from "../../../src/domain/event.ts";
import type { ImportedRow } from "../../../src/domain/importedRow.ts";
import { expect } from "vitest";
import { type ErrorKind, SyncError } from "../../../src/domain/errors.ts";
import type { EventProgress } from "../../../src/domain/progress.ts";
import type { Connector, ExportProgress, ImportChunk, ImportPass } from "../../../src/providers/connector.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** One row of the customer's events. */
export interface SourceRow {
  id: string;
  user: string;
  timeMs: number;
  /** When it arrived at the provider; by default some time before now. */
  arrivedAtMs?: number;
}

/** Failures of the provider. Each happens `times` times, or until it is cleared. */
export type HarnessFault =
  | "export_lost_answer" // stores, then breaks the connection
  | "export_down"
  | "export_rate_limited"
  | "export_auth"
  | "import_cut" // ends in the middle, as if it were complete where the provider can do that
  | "import_reset"
  | "import_down"
  | "import_rate_limited"
  | "import_auth";

export interface ConnectorHarness {
  connector: Connector;
  connection: Connection;
  /** The connection with credentials that are refused. */
  refused: Connection;
  /** The event whose rows are seeded. */
  event: EventDefinition;
  /** Rows that arrive later than this after their own time are not imported; unset if only arrival counts. */
  overlapMs?: number;
  /** A user whose buckets the destination refuses; null if there is none. */
  refusedUser: string | null;
  seed(rows: SourceRow[]): Promise<void>;
  /** The buckets at the destination, as its own queries see them: one `bucketText` each. */
  delivered(): Promise<string[]>;
  fault(
    fault: HarnessFault,
    options: { times: number | null; afterRequests?: number; afterRows?: number },
  ): Promise<void>;
  clearFaults(): Promise<void>;
  close(): Promise<void>;
}

/** A bucket as text, for comparisons of both sides. */
export function bucketText(
  bucket: Pick<Bucket, "aliasId" | "routeId" | "variantId" | "userId">,
  deliveredTimeMs: number,
): string {
  return JSON.stringify([bucket.aliasId, bucket.routeId, bucket.variantId, bucket.userId, deliveredTimeMs]);
}

/** What the destination must hold: the time when sealed, or the latest time if it follows revisions. */
export function expectedTexts({ connector }: ConnectorHarness, buckets: Bucket[]): string[] {
  const timeOf = (bucket: Bucket) => (connector.spec.deliversUpdates ? bucket.timeMs : bucket.sealedTimeMs);
  return buckets.map((bucket) => bucketText(bucket, timeOf(bucket))).toSorted();
}

export function expectClean(harness: ConnectorHarness, error: unknown, kind: ErrorKind): void {
  expect(error).toBeInstanceOf(SyncError);
  expect(error).toMatchObject({ kind });
  if (!(error instanceof SyncError)) return;
  if (kind === "rate_limited") expect(error.retryAtMs).toBeGreaterThan(Date.now());
  const text = `${error.message} ${error.stack ?? ""} ${JSON.stringify(error.cause ?? null)}`;
  const { secret } = harness.connection;
  if (secret !== "") expect(text).not.toContain(secret);
  if (secret !== "") expect(text).not.toContain(Buffer.from(secret).toString("base64"));
  expect(error.message).not.toMatch(/https?:\/\//);
  expect(error.message.length).toBeGreaterThan(20);
}

export function makeBuckets(count: number): Bucket[] {
  const hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 3 * HOUR_MS;
  return Array.from({ length: count }, (_, i) => ({
    seq: (i + 1) * 3,
    aliasId: `router ${i % 4} "ü"`,
    routeId: "default",
    variantId: `v${i % 2}`,
    userId: `user-${i}`,
    hourMs,
    sealedTimeMs: hourMs + (i % 3_600) * 1_000 + 7,
    timeMs: hourMs + HOUR_MS - 1,
  }));
}

export function lastSeq(buckets: Bucket[]): number {
  return buckets.at(-1)?.seq ?? 0;
}

export function total(progress: ExportProgress[]): { sent: number; rejected: number } {
  return {
    sent: progress.reduce((sum, item) => sum + item.sent, 0),
    rejected: progress.reduce((sum, item) => sum + item.rejected.length, 0),
  };
}

interface ExportOptions {
  round?: number;
  afterSeq?: number;
  throughSeq?: number;
  signal?: AbortSignal;
  onProgress?: () => void;
  failReadAfterSeq?: number;
  withUsage?: boolean;
}

export async function runExport(
  { connector, connection }: Pick<ConnectorHarness, "connector" | "connection">,
  buckets: Bucket[],
  options: ExportOptions = {},
): Promise<{ progress: ExportProgress[]; error: unknown }> {
  const progress: ExportProgress[] = [];
  const throughSeq = options.throughSeq ?? lastSeq(buckets) + 5;
  const job = {
    afterSeq: options.afterSeq ?? 0,
    throughSeq,
    round: options.round ?? 0,
    withUsage: options.withUsage ?? false,
    readBuckets: async (afterSeq: number, limit: number) => {
      if (afterSeq >= (options.failReadAfterSeq ?? Infinity)) throw new Error("no buckets");
      return buckets.filter((bucket) => bucket.seq > afterSeq && bucket.seq <= throughSeq).slice(0, limit);
    },
    signal: options.signal ?? new AbortController().signal,
    heartbeat: () => undefined,
  };
  try {
    for await (const item of connector.exportBuckets(connection, job)) {
      progress.push(item);
      options.onProgress?.();
    }
  } catch (error) {
    return { progress, error };
  }
  return { progress, error: undefined };
}

/** Goes on after every transient error, as the activity does. */
export async function runUntilDone(harness: ConnectorHarness, buckets: Bucket[]): Promise<void> {
  let afterSeq = 0;
  for (let attempt = 0; attempt < 10; attempt++) {
    const { progress, error } = await runExport(harness, buckets, { afterSeq });
    afterSeq = progress.at(-1)?.cursorSeq ?? afterSeq;
    if (error === undefined) return;
    expect(error).toMatchObject({ kind: "transient" });
  }
  throw new Error("the export never came to its end");
}

/** Rows spread evenly over the first days after the import's start, none in the last hour. */
export function makeRows({ connection }: ConnectorHarness, count: number, days: number, prefix = "row"): SourceRow[] {
  const fromMs = Date.parse(`${connection.importFrom}T00:00:00Z`);
  const stepMs = (Math.min(Date.now() - HOUR_MS, fromMs + days * DAY_MS) - fromMs) / count;
  return Array.from({ length: count }, (_, i) => ({
    id: `${prefix}-${i}`,
    user: `user-${i % 97}`,
    timeMs: Math.floor(fromMs + i * stepMs),
  }));
}

export function plan(
  { connector, connection, event }: ConnectorHarness,
  progress: EventProgress,
  highWatermarkMs: number,
): Promise<ImportPass[]> {
  return connector.planImport(connection, { events: [{ definition: event, progress }], highWatermarkMs });
}

export function idOf(row: ImportedRow): string {
  return (JSON.parse(row.properties) as { row_id: string }).row_id;
}

interface PageOptions {
  signal?: AbortSignal;
  onChunk?: (chunk: ImportChunk) => void;
  acquireRequest?: AcquireRequest;
  blocked?: (untilMs: number) => void;
}

export async function readPage(
  { connector, connection, event }: ConnectorHarness,
  progress: EventProgress,
  options: PageOptions = {},
): Promise<{ progress: EventProgress | null; rows: ImportedRow[]; ids: string[] }> {
  const rows: ImportedRow[] = [];
  let after: EventProgress | null = null;
  const page = connector.importPage(connection, {
    events: [event],
    progress,
    pageHalvings: 0,
    acquireRequest: options.acquireRequest ?? (async () => async () => {}),
    storedBefore: "none",
    blocked: async (untilMs) => options.blocked?.(untilMs),
    signal: options.signal ?? new AbortController().signal,
    heartbeat: () => undefined,
  });
  for await (const chunk of page) {
    expect(after).toBeNull();
    rows.push(...chunk.rows);
    after = chunk.progress;
    expect(chunk.rejected).toEqual([]);
    options.onChunk?.(chunk);
  }
  expect(after).not.toBeNull();
  return { progress: after, rows, ids: rows.map(idOf) };
}

interface ImportRun {
  rows: ImportedRow[];
  ids: string[];
  uuids: Set<string>;
  pages: number;
  progress: EventProgress;
  errors: unknown[];
  blockedUntilMs: number;
}

/** Reads all pages up to the high watermark. A page that fails with a transient error is read again. */
export async function runImport(
  harness: ConnectorHarness,
  start: EventProgress,
  highWatermarkMs: number,
  { maxErrors = 3 } = {},
): Promise<ImportRun> {
  let progress = start;
  let pages = 0;
  let blockedUntilMs = 0;
  const rows: ImportedRow[] = [];
  const errors: unknown[] = [];
  for (;;) {
    const [pass] = await plan(harness, progress, highWatermarkMs);
    if (pass === undefined || errors.length >= maxErrors) break;
    try {
      const page = await readPage(harness, pass.progress, { blocked: (untilMs) => (blockedUntilMs = untilMs) });
      expect(page.progress).not.toEqual(pass.progress);
      rows.push(...page.rows);
      progress = page.progress ?? progress;
      pages++;
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      errors.push(error);
    }
  }
  return {
    rows,
    ids: rows.map(idOf),
    uuids: new Set(rows.map((row) => row.uuid)),
    pages,
    progress,
    errors,
    blockedUntilMs,
  };
}
