// One page of an import: reads a window of days of the raw export as a stream, in chunks of bounded size.
import type { Connection } from "../../../domain/connection.ts";
import { SyncError } from "../../../domain/errors.ts";
import type { EventProgress } from "../../../domain/progress.ts";
import type { ImportChunk, ImportPageJob, SkippedPage } from "../../connector.ts";
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
import type { MixpanelCall, MixpanelContext } from "../options.ts";
import { type Judgement, judgeTimes, lessonOf, zoneOf } from "../projectTime.ts";
import {
  cursorAfter,
  cursorBefore,
  firstPart,
  type ImportCursor,
  parseCursor,
  progressAt,
  windowOf,
} from "./cursor.ts";
import { openWindow } from "./exportRequest.ts";
import { splitLines } from "./lines.ts";
import { createRowReader, type RowContext } from "./parseRow.ts";
import { createUtcConverter } from "../../localTime.ts";
import { MAX_VOTERS, voteOnTimes } from "./timeVotes.ts";

/** What a page finds out while it reads. */
interface Reading {
  rows: number;
  bytes: number;
  /** Null while too few rows have shown whether times are local. */
  judgement: Judgement | null;
  zone: string | null;
  context: RowContext;
}

/** A part that may be left out ends with its first failure. */
export async function* importPage(
  context: MixpanelContext,
  connection: Connection,
  job: ImportPageJob,
): AsyncGenerator<ImportChunk> {
  const { targetMs, cursor } = unfinishedPass(job.progress, parseCursor);
  const call: MixpanelCall = { context, connection, signal: job.signal };
  // Nothing of the project's budget is spent before.
  const project = await context.proofs.prove(call);
  try {
    yield* readWindow(call, job, { targetMs, cursor, timezone: project.timezone });
  } catch (error) {
    if (!firstPart(cursor).isOptional || !(error instanceof SyncError) || job.signal.aborted) throw error;
    const next = { ...cursor, parts: cursor.parts.slice(1) };
    yield { rows: [], rejected: [], progress: progressAt(job.progress, targetMs, next) };
  }
}

async function* readWindow(
  call: MixpanelCall,
  job: ImportPageJob,
  { targetMs, cursor, timezone }: { targetMs: number; cursor: ImportCursor; timezone: string | undefined },
): AsyncGenerator<ImportChunk> {
  const { connection } = call;
  const zone = await zoneOf(call);
  const opened = await openWindow(call, job, cursor);
  if (opened === null) {
    // Only days are left that Mixpanel has not reached yet.
    yield { rows: [], rejected: [], progress: { completeThroughMs: targetMs, unfinished: null } };
    return;
  }
  const reading: Reading = {
    rows: 0,
    bytes: 0,
    judgement: null,
    zone,
    context: {
      wanted: new Set(job.events.map((event) => event.name)),
      fromWallMs: Date.parse(`${connection.importFrom}T00:00:00Z`),
      toUtcMs: createUtcConverter(zone),
    },
  };
  const judge = (text: string) => judgeRows(call, reading, text, timezone);
  const sinks = readSinks(opened.response, reading, job, judge);
  const chunks = toImportChunks(sinks, job.signal, () =>
    progressAt(job.progress, targetMs, cursorAfter(opened.cursor, opened.window, reading)),
  );
  for await (const chunk of chunks) {
    const lesson = reading.rows > 0 ? lessonOf(connection, reading.judgement, reading.zone) : undefined;
    yield chunk.progress === null || lesson === undefined ? chunk : { ...chunk, learned: lesson };
  }
}

/** Looks at the first rows of a page, before any is dated. */
async function judgeRows(call: MixpanelCall, reading: Reading, text: string, timezone: string | undefined) {
  if (timezone === undefined) return;
  const votes = voteOnTimes(text.split("\n", MAX_VOTERS), timezone);
  const judgement = judgeTimes(call.connection, votes, timezone);
  if (judgement === null) return;
  reading.judgement = judgement;
  reading.zone = await zoneOf(call, judgement.times);
  reading.context.toUtcMs = createUtcConverter(reading.zone);
}

/**
 * Skips the newest day of the part that is being read, if it is all that a page would ask for. Null if a page of fewer
 * days is possible.
 */
export function skipPage(progress: EventProgress, pageHalvings: number): SkippedPage | null {
  const { targetMs, cursor } = unfinishedPass(progress, parseCursor);
  const window = windowOf(cursor, pageHalvings);
  if (window.fromDay < window.toDay) return null;
  return { ...window, progress: progressAt(progress, targetMs, cursorBefore(cursor, window.fromDay)) };
}

/** Counts what it read. `judge` sees the first rows. */
async function* readSinks(
  response: HttpResponse,
  reading: Reading,
  job: ImportPageJob,
  judge: (text: string) => Promise<void>,
): AsyncGenerator<RowSink> {
  const reader = createRowReader(reading.context);
  let sink = emptySink();
  try {
    for await (const part of splitLines(response.body as AsyncIterable<Buffer>, () => job.heartbeat())) {
      job.signal.throwIfAborted();
      if (reading.bytes === 0 && part.kind !== "overlong") await judge(part.text);
      reading.bytes += part.bytes;
      sink.bytes += part.bytes;
      if (part.kind === "overlong") reader.overlong(part, sink);
      if (part.kind === "tail") {
        reader.line(part.text, sink);
        reading.rows++;
      }
      if (part.kind === "lines") {
        const { text } = part;
        let from = 0;
        for (let to = text.indexOf("\n"); to !== -1; to = text.indexOf("\n", from)) {
          reader.line(text.slice(from, to), sink);
          from = to + 1;
          reading.rows++;
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
