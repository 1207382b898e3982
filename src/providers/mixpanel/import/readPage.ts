// One page of an import: reads a window of days of the raw export as a stream, in chunks of bounded size.
import type { Connection } from "../../../domain/connection.ts";
import type { ImportChunk, ImportPageJob } from "../../connector.ts";
import { type HttpResponse, networkError } from "../../http.ts";
import {
  emptySink,
  MAX_CHUNK_BYTES,
  MAX_CHUNK_ROWS,
  rowCount,
  type RowSink,
  toImportChunks,
} from "../../importChunks.ts";
import { unfinishedPass } from "../../importPasses.ts";
import { SERVICE_NAMES } from "../client.ts";
import type { MixpanelContext } from "../options.ts";
import { cursorAfter, parseCursor, progressAt } from "./cursor.ts";
import { openWindow } from "./exportRequest.ts";
import { splitLines } from "./lines.ts";
import { createRowReader, type RowContext } from "./parseRow.ts";
import { createUtcConverter } from "./projectTimeZone.ts";

export async function* importPage(
  context: MixpanelContext,
  connection: Connection,
  job: ImportPageJob,
): AsyncGenerator<ImportChunk> {
  const { targetMs, cursor } = unfinishedPass(job.progress, parseCursor);
  const rowContext: RowContext = {
    wanted: new Set(job.events.map((event) => event.name)),
    fromWallMs: Date.parse(`${connection.importFrom}T00:00:00Z`),
    toUtcMs: createUtcConverter(cursor.zone),
  };
  const opened = await openWindow({ context, connection, signal: job.signal }, job, cursor);
  if (opened === null) {
    // Only days are left that Mixpanel has not reached yet.
    yield { rows: [], rejected: [], progress: { completeThroughMs: targetMs, unfinished: null } };
    return;
  }
  const size = { rows: 0, bytes: 0 };
  const sinks = readSinks(opened.response, rowContext, job, size);
  yield* toImportChunks(sinks, job.signal, () =>
    progressAt(job.progress, targetMs, cursorAfter(opened.cursor, opened.window, size)),
  );
}

/** Adds what it read to `size`. */
async function* readSinks(
  response: HttpResponse,
  context: RowContext,
  job: ImportPageJob,
  size: { rows: number; bytes: number },
): AsyncGenerator<RowSink> {
  const reader = createRowReader(context);
  let sink = emptySink();
  try {
    for await (const part of splitLines(response.body as AsyncIterable<Buffer>, () => job.heartbeat())) {
      job.signal.throwIfAborted();
      size.bytes += part.bytes;
      sink.bytes += part.bytes;
      if (part.kind === "overlong") reader.overlong(part, sink);
      if (part.kind === "tail") reader.line(part.text, sink);
      if (part.kind === "lines") {
        const { text } = part;
        let from = 0;
        for (let to = text.indexOf("\n"); to !== -1; to = text.indexOf("\n", from)) {
          reader.line(text.slice(from, to), sink);
          from = to + 1;
          size.rows++;
          if (rowCount(sink) < MAX_CHUNK_ROWS) continue;
          yield sink;
          sink = emptySink();
        }
      }
      if (sink.bytes < MAX_CHUNK_BYTES || rowCount(sink) === 0) continue;
      yield sink;
      sink = emptySink();
    }
    reader.end();
  } catch (error) {
    throw networkError(SERVICE_NAMES.data, error, job.signal);
  }
  if (rowCount(sink) > 0) yield sink;
}
