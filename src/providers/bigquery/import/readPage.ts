// One page of an import: a bounded stretch of the streams of one time window, in chunks of bounded size.
import type { Connection } from "../../../domain/connection.ts";
import type { EventDefinition, EventSource } from "../../../domain/event.ts";
import { SyncError } from "../../../domain/errors.ts";
import type { EventProgress } from "../../../domain/progress.ts";
import type { ImportChunk, ImportPageJob } from "../../connector.ts";
import type { Clients } from "../clients.ts";
import { cursorAfter, cursorAgain, firstMs, overlapOf, passOf, progressAfter, windowOf } from "./cursor.ts";
import type { ImportCursor, ReadSessionState } from "./cursor.ts";
import { readArrowBatch, schemaMessage } from "./decode/arrowBatch.ts";
import { JsonBytes } from "./decode/jsonBytes.ts";
import { tableText } from "../names.ts";
import type { BigQueryOptions } from "../options.ts";
import { emptySink, isFull, rowReader } from "./rows.ts";
import type { RowContext, RowSink } from "./rows.ts";
import type { SourceTable } from "./mapping.ts";
import { openSession } from "./readSession.ts";
import { readStreams, ReadSessionGone } from "./streams.ts";
import { readTable } from "./table.ts";

export interface ImportContext {
  options: Pick<BigQueryOptions, "overlapMs">;
  clients: Clients;
}

/** How much is one page: after any of these it ends with the batch that it is at. */
export interface PageLimits {
  rows: number;
  /** Of JSON. */
  bytes: number;
  durationMs: number;
  /** Streams of a session, side by side. */
  streams: number;
  /** How long a stream may say nothing: one whose rows the filter leaves out takes its time. */
  idleMs: number;
}

const LIMITS: PageLimits = {
  rows: 1_000_000,
  bytes: 1024 * 1024 * 1024,
  durationMs: 120_000,
  streams: 2,
  idleMs: 600_000,
};

/** What the parts of one page share. */
interface Page {
  context: ImportContext;
  connection: Connection;
  job: ImportPageJob;
  limits: PageLimits;
  targetMs: number;
  table: SourceTable;
}

interface Begun {
  cursor: ImportCursor;
  session: ReadSessionState;
  fromMs: number;
  schema: Buffer | null;
  /** The session is another page's. */
  isResumed: boolean;
}

export async function* importPage(
  context: ImportContext,
  connection: Connection,
  job: ImportPageJob,
  limits: PageLimits = LIMITS,
): AsyncGenerator<ImportChunk> {
  try {
    job.signal.throwIfAborted();
    yield* readPage(context, connection, job, limits);
  } catch (error) {
    if (job.signal.aborted) throw job.signal.reason;
    if (error instanceof SyncError && error.kind === "rate_limited" && error.retryAtMs !== undefined) {
      await job.blocked(error.retryAtMs);
    }
    throw error;
  }
}

async function* readPage(
  context: ImportContext,
  connection: Connection,
  job: ImportPageJob,
  limits: PageLimits,
): AsyncGenerator<ImportChunk> {
  const { targetMs, cursor } = passOf(job.progress);
  await job.acquireRequest(job.progress.completeThroughMs === null ? "backfill" : "increment");
  const table = await readTable(context.clients, connection, sourceOf(job.events), job.signal);
  job.heartbeat();
  const page: Page = { context, connection, job, limits, targetMs, table };
  const begun = await beginWindow(page, cursor);
  try {
    yield* readWindow(page, begun);
  } catch (error) {
    if (!(error instanceof ReadSessionGone)) throw error;
    if (!begun.isResumed) {
      throw new SyncError(
        "transient",
        "BigQuery forgot a read session that it had just opened; the window is read again.",
      );
    }
    // It lived for six hours and more: what is left of the window goes faster in smaller ones.
    yield* readWindow(page, await beginWindow(page, cursorAgain(begun.cursor)));
  }
}

function sourceOf(events: EventDefinition[]): EventSource {
  const source = events[0]?.source ?? null;
  if (source === null) throw new SyncError("schema", "The event does not say which table it comes from. Add it again.");
  return source;
}

/** The session to read from: the one of the cursor, if the table is still as it was then, or a new one. */
async function beginWindow(page: Page, cursor: ImportCursor): Promise<Begun> {
  const { context, connection, job, limits, targetMs, table } = page;
  const { completeThroughMs } = job.progress;
  const overlapMs = overlapOf(context.options.overlapMs, table.isDateTime);
  const fromMs = cursor.fromMs ?? firstMs(completeThroughMs, connection.importFrom, overlapMs);
  const { session } = cursor;
  if (session !== null && session.fingerprint === table.fingerprint) {
    return { cursor, session: copyOf(session), fromMs, schema: null, isResumed: true };
  }
  const window = windowOf(fromMs, cursor.windowMs, job.pageHalvings, targetMs);
  const events = job.events.map(({ name }) => name);
  const wanted = { table, events, window, isLast: window.toMs >= targetMs, streams: limits.streams };
  const { state, schema } = await openSession(context.clients, connection, wanted, job.signal);
  job.heartbeat();
  return { cursor, session: state, fromMs, schema, isResumed: false };
}

/** The page that fails leaves the cursor that it was given as it was. */
function copyOf(session: ReadSessionState): ReadSessionState {
  return { ...session, streams: session.streams.map((stream) => ({ ...stream })) };
}

async function* readWindow(page: Page, begun: Begun): AsyncGenerator<ImportChunk> {
  const { job } = page;
  let last: RowSink | null = null;
  for await (const sink of readChunks(page, begun)) {
    if (last !== null) yield { rows: last.rows, rejected: last.rejected, progress: null };
    job.signal.throwIfAborted();
    last = sink;
  }
  const { rows, rejected } = last ?? emptySink();
  yield { rows, rejected, progress: progressOf(page, begun) };
}

/** Full sinks of rows and a last one; moves the streams' offsets past what was read. */
async function* readChunks(page: Page, begun: Begun): AsyncGenerator<RowSink> {
  const { context, connection, job, limits, table } = page;
  const rowContext: RowContext = {
    mapping: table.mapping,
    columns: table.columns,
    wanted: new Set(job.events.map(({ name }) => name)),
    out: new JsonBytes(),
  };
  const attempt = { connection, action: "reading rows", about: tableText(table.ref), role: "readSessionUser" as const };
  const { session } = begun;
  const { idleMs } = limits;
  const { signal } = job;
  const { clients } = context;
  const heartbeat = () => job.heartbeat();
  const pieces = readStreams({ clients, connection, session, attempt, idleMs, signal, heartbeat });
  const meter = createMeter(limits, job.pageHalvings);
  let schema = begun.schema;
  let sink = emptySink();
  for await (const { stream, rows, batch: serialized, schema: served } of pieces) {
    if (serialized === null) {
      stream.done = true;
      continue;
    }
    schema ??= served === null ? null : schemaMessage(served);
    // Nothing says what the rows look like: only a new session will.
    if (schema === null) throw new ReadSessionGone("no schema");
    const batch = readArrowBatch(schema, serialized);
    if (batch.rows !== rows)
      throw new SyncError("transient", "BigQuery sent fewer rows than it said; they are read again.");
    const read = rowReader(batch, rowContext);
    for (let from = 0; from < rows;) {
      const bytesBefore = sink.bytes;
      from = read(from, sink);
      meter.bytes += sink.bytes - bytesBefore;
      if (!isFull(sink)) continue;
      yield sink;
      sink = emptySink();
    }
    stream.offset += rows;
    meter.rows += rows;
    if (meter.isFull()) break;
  }
  yield sink;
}

interface Meter {
  rows: number;
  bytes: number;
  isFull(): boolean;
}

/** After failures a page is smaller, so that something of it is stored before the next. */
function createMeter(limits: PageLimits, pageHalvings: number): Meter {
  const share = 2 ** Math.max(0, pageHalvings);
  const untilMs = Date.now() + limits.durationMs;
  const meter: Meter = {
    rows: 0,
    bytes: 0,
    isFull: () => meter.rows * share >= limits.rows || meter.bytes * share >= limits.bytes || Date.now() >= untilMs,
  };
  return meter;
}

function progressOf({ job, targetMs }: Page, { cursor, session, fromMs }: Begun): EventProgress {
  const isDone = session.streams.every(({ done }) => done);
  const rows = session.streams.reduce((sum, { offset }) => sum + offset, 0);
  const window = { fromMs, toMs: session.toMs };
  const next = isDone ? cursorAfter(cursor, window, targetMs, rows) : { ...cursor, fromMs, session };
  return progressAfter(job.progress, next);
}
