// One page of an import: a window of days of the raw export, streamed, in chunks of bounded size.
import type { Connection } from "../../../domain/connection.ts";
import { SyncError } from "../../../domain/errors.ts";
import type { ImportChunk, ImportPageJob } from "../../connector.ts";
import { MAX_ERROR_BODY_BYTES, networkError, readText, withHeartbeat } from "../../http.ts";
import type { HttpResponse } from "../../http.ts";
import type { Backoff } from "../backoff.ts";
import { addDays, cursorAfter, dayNumber, passOf, progressAt, windowOf } from "./cursor.ts";
import type { ImportCursor, Window } from "./cursor.ts";
import { refusalError, retryAfterMs, secretsOf } from "../errors.ts";
import { splitLines } from "./lines.ts";
import { basicAuth, originsOf, projectKey, settingsOf } from "../options.ts";
import type { MixpanelContext } from "../options.ts";
import { cutShort, noteOverlong, readLine } from "./parseRow.ts";
import type { RowContext, RowSink } from "./parseRow.ts";
import { createUtcConverter } from "./projectTimeZone.ts";

const SERVICE = "Mixpanel's export API";
/** Long ranges take Mixpanel minutes before the first byte. */
const ANSWER_TIMEOUT_MS = 300_000;
const BODY_IDLE_TIMEOUT_MS = 120_000;
const MAX_CHUNK_ROWS = 5_000;
const MAX_CHUNK_BYTES = 4 * 1024 * 1024;
/** How many days our clock may be ahead of Mixpanel's idea of today. */
const MAX_DAYS_AHEAD = 2;

export async function* importPage(
  context: MixpanelContext,
  connection: Connection,
  job: ImportPageJob,
  backoff: Backoff,
): AsyncGenerator<ImportChunk> {
  const { targetMs, cursor } = passOf(job.progress);
  const rowContext: RowContext = {
    wanted: new Set(job.events.map((event) => event.name)),
    fromWallMs: Date.parse(`${connection.importFrom}T00:00:00Z`),
    toUtcMs: createUtcConverter(cursor.zone),
  };
  const opened = await openWindow(context, connection, job, cursor, backoff);
  if (opened === null) {
    // Nothing but days that Mixpanel has not reached yet.
    yield {
      rows: [],
      rejected: [],
      progress: progressAt(job.progress, targetMs, { ...cursor, lastDay: "0000-01-01" }),
    };
    return;
  }
  const size = { rows: 0, bytes: 0 };
  const chunks = readChunks(opened.answer, rowContext, job, size);
  let last: RowSink | null = null;
  for await (const chunk of chunks) {
    if (last !== null) yield { ...last, progress: null };
    job.signal.throwIfAborted();
    last = chunk;
  }
  const next = cursorAfter(opened.cursor, opened.window, size);
  yield { ...(last ?? { rows: [], rejected: [] }), progress: progressAt(job.progress, targetMs, next) };
}

interface Opened {
  answer: HttpResponse;
  window: Window;
  cursor: ImportCursor;
}

/**
 * Asks for the window. Where Mixpanel says that its last day is yet to come, our clock (or idea of the project's zone) is
 * ahead: the pass then ends earlier. That loses nothing, because the next pass reads what was processed in the 24 hours
 * before this one's watermark again, and such a day began less than that ago. Null if no day is left.
 */
async function openWindow(
  context: MixpanelContext,
  connection: Connection,
  job: ImportPageJob,
  start: ImportCursor,
  backoff: Backoff,
): Promise<Opened | null> {
  let cursor = start;
  while (cursor.nextDay <= cursor.lastDay) {
    const window = windowOf(cursor, job.pageHalvings);
    await job.acquireRequest(cursor.lowerBoundMs === null ? "backfill" : "increment");
    const answer = await requestWindow(context, connection, job, cursor, window);
    if (answer.status === 200) {
      backoff.succeeded(projectKey(connection));
      return { answer, window, cursor };
    }
    const { text } = await readText(SERVICE, answer, MAX_ERROR_BODY_BYTES, job.signal);
    if (answer.status === 429) throw await refusedByRate(answer, connection, job, backoff);
    if (answer.status !== 400 || !/to_date cannot be later than today/i.test(text)) {
      const hidden = secretsOf(connection);
      throw refusalError({ status: answer.status, body: text, action: "the export of events", hidden });
    }
    cursor = { ...cursor, lastDay: addDays(window.toDay, -1) };
    if (dayNumber(start.lastDay) - dayNumber(cursor.lastDay) > MAX_DAYS_AHEAD) throw clockAhead();
  }
  return null;
}

/** Going on would claim days as complete that Mixpanel has not seen yet. */
function clockAhead(): SyncError {
  return new SyncError(
    "bug",
    `The database's clock is more than ${MAX_DAYS_AHEAD} days ahead of Mixpanel's. Set it right; the import goes on by itself.`,
  );
}

function requestWindow(
  context: MixpanelContext,
  connection: Connection,
  job: ImportPageJob,
  cursor: ImportCursor,
  window: Window,
): Promise<HttpResponse> {
  const url = exportUrl(context, connection, window);
  url.searchParams.set("event", JSON.stringify(job.events.map((event) => event.name)));
  if (cursor.lowerBoundMs !== null) {
    url.searchParams.set("where", `number(properties["mp_processing_time_ms"]) >= ${cursor.lowerBoundMs}`);
  }
  return withHeartbeat(() => job.heartbeat(), requestExport(context, connection, url, job.signal));
}

/** The address of a raw export of these days. */
export function exportUrl(context: MixpanelContext, connection: Connection, window: Window): URL {
  const settings = settingsOf(connection);
  const url = new URL("/api/2.0/export", originsOf(context.options, settings.region).data);
  url.searchParams.set("project_id", settings.projectId);
  url.searchParams.set("from_date", window.fromDay);
  url.searchParams.set("to_date", window.toDay);
  url.searchParams.set("time_in_ms", "true");
  return url;
}

export function requestExport(
  context: MixpanelContext,
  connection: Connection,
  url: URL,
  signal: AbortSignal,
): Promise<HttpResponse> {
  return context.http.send(SERVICE, {
    method: "GET",
    url,
    headers: {
      authorization: basicAuth(connection),
      "accept-encoding": "gzip",
      accept: "text/plain",
    },
    signal,
    headersTimeoutMs: ANSWER_TIMEOUT_MS,
    bodyIdleTimeoutMs: BODY_IDLE_TIMEOUT_MS,
  });
}

async function refusedByRate(
  answer: HttpResponse,
  connection: Connection,
  job: ImportPageJob,
  backoff: Backoff,
): Promise<SyncError> {
  const untilMs = retryAfterMs(answer.header("retry-after"), Date.now()) ?? backoff.refused(projectKey(connection));
  await job.blocked(untilMs);
  return new SyncError(
    "rate_limited",
    "Mixpanel's limit on exports of this project is reached; the import goes on by itself.",
    {
      retryAtMs: untilMs,
    },
  );
}

/** Rows in chunks; ends only where the answer ended as it should. */
async function* readChunks(
  answer: HttpResponse,
  context: RowContext,
  job: ImportPageJob,
  size: { rows: number; bytes: number },
): AsyncGenerator<RowSink> {
  let sink: RowSink = { rows: [], rejected: [] };
  let bytes = 0;
  try {
    for await (const piece of splitLines(answer.body as AsyncIterable<Buffer>, () => job.heartbeat())) {
      job.signal.throwIfAborted();
      size.bytes += piece.bytes;
      bytes += piece.bytes;
      if ("overlong" in piece) {
        noteOverlong(piece.overlong, context, sink);
      } else if ("tail" in piece) {
        readTail(piece.tail, context, sink);
      } else {
        let from = 0;
        for (let to = piece.lines.indexOf("\n"); to !== -1; to = piece.lines.indexOf("\n", from)) {
          readLine(piece.lines.slice(from, to), context, sink);
          from = to + 1;
          size.rows++;
          if (sink.rows.length + sink.rejected.length >= MAX_CHUNK_ROWS) {
            yield sink;
            sink = { rows: [], rejected: [] };
            bytes = 0;
          }
        }
      }
      if (bytes < MAX_CHUNK_BYTES || sink.rows.length + sink.rejected.length === 0) continue;
      yield sink;
      sink = { rows: [], rejected: [] };
      bytes = 0;
    }
  } catch (error) {
    throw networkError(SERVICE, error, job.signal);
  }
  if (sink.rows.length + sink.rejected.length > 0) yield sink;
}

/** A last line without its newline: good if it is a whole row, otherwise the answer was cut. */
function readTail(tail: string, context: RowContext, sink: RowSink): void {
  const rejectedBefore = sink.rejected.length;
  readLine(tail, context, sink);
  if (sink.rejected.length > rejectedBefore) throw cutShort();
}
