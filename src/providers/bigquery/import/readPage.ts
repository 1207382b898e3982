// One page of an import: reads a bounded part of the streams of one time window, in chunks of bounded size.
import type { Connection } from "../../../domain/connection.ts";
import { SyncError } from "../../../domain/errors.ts";
import type { EventProgress } from "../../../domain/progress.ts";
import type { OpenedSource } from "../../../domain/importedRow.ts";
import type { ImportChunk, ImportPageJob } from "../../connector.ts";
import {
  emptySink,
  MAX_CHUNK_BYTES,
  MAX_CHUNK_ROWS,
  rowCount,
  type RowSink,
  toImportChunks,
} from "../../importChunks.ts";
import { unfinishedPass } from "../../importPasses.ts";
import {
  cursorAfter,
  cursorAgain,
  type ImportCursor,
  parseCursor,
  progressAfter,
  readBefore,
  type ReadSessionState,
  startOf,
  type TimeWindow,
  windowOf,
} from "./cursor.ts";
import { readArrowBatch, schemaMessage } from "./decode/arrowBatch.ts";
import { JsonBytes } from "./decode/jsonBytes.ts";
import { passStart } from "./passStart.ts";
import { tableText } from "../names.ts";
import { sourceOf } from "../options.ts";
import type { EventSource } from "../spec.ts";
import type { BigQueryCall, BigQueryContext } from "../rest.ts";
import { type RowContext, rowReader } from "./rows.ts";
import { readTable, type SourceTable, withoutColumns } from "./sourceTable.ts";
import { openReadSession } from "./readSession.ts";
import { readStreams, ReadSessionGone } from "./streams.ts";

/** The size of a page. It ends with the Arrow batch that reaches one of these limits. */
export interface PageLimits {
  rows: number;
  bytes: number;
  durationMs: number;
  streams: number;
  /** A stream whose rows are mostly filtered out sends no message for long. */
  idleMs: number;
}

const LIMITS: PageLimits = { rows: 1_000_000, bytes: 2 ** 30, durationMs: 120_000, streams: 2, idleMs: 600_000 };

interface Page {
  call: BigQueryCall;
  job: ImportPageJob;
  limits: PageLimits;
  targetMs: number;
  source: EventSource;
  table: SourceTable;
}

interface BegunWindow {
  cursor: ImportCursor;
  session: ReadSessionState;
  fromMs: number;
  schema: Buffer | null;
  /** With the columns that the session reads. */
  table: SourceTable;
  /** Null if an earlier page opened the session. */
  opened: OpenedSource | null;
}

export async function* importPage(
  context: BigQueryContext,
  connection: Connection,
  job: ImportPageJob,
  limits: PageLimits = LIMITS,
): AsyncGenerator<ImportChunk> {
  try {
    job.signal.throwIfAborted();
    yield* readPage({ context, connection, signal: job.signal, heartbeat: () => job.heartbeat() }, job, limits);
  } catch (error) {
    if (job.signal.aborted) throw job.signal.reason;
    if (error instanceof SyncError && error.kind === "rate_limited" && error.retryAtMs !== undefined) {
      await job.blocked(error.retryAtMs);
    }
    throw error;
  }
}

async function* readPage(call: BigQueryCall, job: ImportPageJob, limits: PageLimits): AsyncGenerator<ImportChunk> {
  const { targetMs, cursor } = unfinishedPass(job.progress, parseCursor);
  await job.acquireRequest(job.progress.completeThroughMs === null ? "backfill" : "increment");
  const source = sourceOf(job.events[0] ?? { source: null });
  const table = await readTable(call, source);
  job.heartbeat();
  const page: Page = { call, job, limits, targetMs, source, table };
  const begun = await beginWindow(page, cursor);
  try {
    yield* readWindow(page, begun);
  } catch (error) {
    if (!(error instanceof ReadSessionGone)) throw error;
    if (begun.opened !== null) {
      const message = "BigQuery lost a read session that it had just opened; the window is read again.";
      throw new SyncError("transient", message);
    }
    // A session lives for at least six hours, so the window was too large.
    yield* readWindow(page, await beginWindow(page, cursorAgain(begun.cursor)));
  }
}

/** Continues the cursor's session if the table has not changed since. Otherwise opens a new one. */
async function beginWindow(page: Page, before: ImportCursor): Promise<BegunWindow> {
  const { call, job, limits, targetMs, source, table } = page;
  const { importFrom } = call.connection;
  const start = passStart({
    source,
    table,
    importFrom,
    completeThroughMs: job.progress.completeThroughMs,
    defaultLookbackMs: call.context.options.lookbackMs,
  });
  const isDays = before.by === "days";
  // A pass that was read by another time begins again. The rows that it stored are found there.
  const isKept = before.fromMs !== null && (isDays || (before.by === start.by && before.arrival === start.arrival));
  const by = isDays ? "days" : start.by;
  const { arrival } = start;
  const begun: ImportCursor = isKept ? before : { ...before, by, arrival, session: null };
  const fromMs = isKept && before.fromMs !== null ? before.fromMs : start.fromMs;
  const { session } = begun;
  const resumed = session === null ? null : withoutColumns(table, session.without ?? []);
  if (session !== null && session.fingerprint === resumed?.fingerprint) {
    // A copy, because a page that fails must not change its cursor.
    return { cursor: begun, session: structuredClone(session), fromMs, schema: null, opened: null, table: resumed };
  }
  const window = windowOf(fromMs, begun.windowMs, job.pageHalvings, targetMs);
  const whole = isKept ? windowOf(fromMs, begun.windowMs, 0, targetMs) : null;
  const cursor = { ...begun, readToMs: readBefore(begun, readToMs(page, begun, whole)) };
  const isLast = window.toMs >= targetMs;
  const opened = await openReadSession(call, {
    table,
    events: job.events.map(({ name }) => name),
    window,
    isLast,
    // Rows without a time are read once: every later pass would read and reject them again.
    withoutTime: isLast && job.progress.completeThroughMs === null,
    by,
    importStartMs: startOf(importFrom),
    lateFromMs: start.lateFromMs,
    streams: limits.streams,
  });
  job.heartbeat();
  const { time, bytes: sourceBytes } = table;
  const isLocalTime = time.type === "DATETIME" && time.zone === null;
  const { state, schema, estimatedBytes } = opened;
  const about = { estimatedBytes, sourceBytes, lookbackMs: start.lookbackMs, isLocalTime };
  return { cursor, session: state, fromMs, schema, opened: about, table: opened.table };
}

/** Up to where rows may have been read before a window is begun; undefined if none may. `whole`: not halved. */
function readToMs({ job, targetMs }: Page, { by, session }: ImportCursor, whole: TimeWindow | null) {
  if (by === "days" || job.progress.completeThroughMs !== null) return undefined;
  // The pass is begun again.
  if (whole === null) return job.storedBefore === "none" ? undefined : targetMs;
  // Its window is begun again.
  if (session !== null) return Math.max(session.toMs, whole.toMs);
  return job.storedBefore === "beyond" ? whole.toMs : undefined;
}

/** What the session is going to read is known, and stored, before any of its rows. */
async function* readWindow(page: Page, begun: BegunWindow): AsyncGenerator<ImportChunk> {
  const { opened } = begun;
  const { leftOut } = begun.table;
  if (opened !== null) yield { rows: [], rejected: [], progress: null, opened };
  const chunks = toImportChunks(readSinks(page, begun), page.job.signal, () => progressOf(page, begun));
  const { cursor, fromMs } = begun;
  const isFirst = page.job.progress.completeThroughMs === null && cursor.by !== "days";
  const areUnread = isFirst && (cursor.readToMs === undefined || fromMs >= cursor.readToMs);
  const ownUuids = { property: begun.table.mapping.uuid, areUnread };
  for await (const chunk of chunks) yield { ...chunk, ownUuids, ...(chunk.progress === null ? {} : { leftOut }) };
}

/** Moves the streams' offsets past what was read. */
async function* readSinks(page: Page, begun: BegunWindow): AsyncGenerator<RowSink> {
  const { call, job, limits } = page;
  const { table } = begun;
  const rowContext: RowContext = {
    mapping: table.mapping,
    columns: table.columns,
    timeZone: table.time.zone,
    wanted: new Set(job.events.map(({ name }) => name)),
    out: new JsonBytes(),
  };
  const parts = readStreams({
    call,
    session: begun.session,
    operation: {
      action: "reading rows",
      about: tableText(table.ref),
      role: "readSessionUser",
      columns: table.columns.map(({ name }) => name),
    },
    idleMs: limits.idleMs,
  });
  const isFull = createFullCheck(limits, job.pageHalvings);
  const size = { rows: 0, bytes: 0 };
  let schema = begun.schema;
  let sink = emptySink();
  for await (const part of parts) {
    const { stream, rows } = part;
    if (part.batch === null) {
      stream.done = true;
      continue;
    }
    schema ??= part.schema === null ? null : schemaMessage(part.schema);
    // Only a new session tells the schema again.
    if (schema === null) throw new ReadSessionGone("no schema");
    const batch = readArrowBatch(schema, part.batch);
    if (batch.rows !== rows) {
      throw new SyncError("transient", "BigQuery sent fewer rows than it said; they are read again.");
    }
    const read = rowReader(batch, rowContext);
    for (let from = 0; from < rows;) {
      const bytesBefore = sink.bytes;
      from = read(from, sink);
      size.bytes += sink.bytes - bytesBefore;
      if (rowCount(sink) < MAX_CHUNK_ROWS && sink.bytes < MAX_CHUNK_BYTES) continue;
      yield sink;
      sink = emptySink();
    }
    stream.offset += rows;
    size.rows += rows;
    if (isFull(size)) break;
  }
  yield sink;
}

/** Each halving makes the page smaller, so that a page is stored before the next error. */
function createFullCheck(limits: PageLimits, pageHalvings: number) {
  const share = 2 ** Math.max(0, pageHalvings);
  const untilMs = Date.now() + limits.durationMs;
  return ({ rows, bytes }: { rows: number; bytes: number }) =>
    rows * share >= limits.rows || bytes * share >= limits.bytes || Date.now() >= untilMs;
}

function progressOf({ job, targetMs }: Page, { cursor, session, fromMs }: BegunWindow): EventProgress {
  const isDone = session.streams.every(({ done }) => done);
  const rows = session.streams.reduce((sum, { offset }) => sum + offset, 0);
  const window = { fromMs, toMs: session.toMs };
  const next = isDone ? cursorAfter(cursor, window, targetMs, rows) : { ...cursor, fromMs, session };
  return progressAfter(job.progress, next);
}
