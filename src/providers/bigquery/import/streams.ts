// Reads the streams of a read session in parallel: the next rows come from whichever stream has some.
import pTimeout from "p-timeout";
import { SyncError } from "../../../domain/errors.ts";
import type { ReadSessionState, ReadStreamState } from "./cursor.ts";
import { googleErrorInfo } from "../googleErrorInfo.ts";
import { type Operation, toSyncError } from "../errors.ts";
import type { BigQueryCall } from "../rest.ts";
import { openRowStream, type RowStream } from "./rowStream.ts";

const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
const OUT_OF_RANGE = 11;

/** The read session expired or is unknown. Its rows must be read in a new one. */
export class ReadSessionGone extends Error {}

export interface StreamPart {
  stream: ReadStreamState;
  rows: number;
  /** Arrow's batch; null at the stream's end. */
  batch: Uint8Array | null;
  /** Comes with the first rows of each call. */
  schema: Uint8Array | null;
}

export interface StreamReading {
  call: BigQueryCall;
  session: ReadSessionState;
  operation: Operation;
  idleMs: number;
}

export async function* readStreams(reading: StreamReading): AsyncGenerator<StreamPart> {
  const stop = new AbortController();
  const signal = AbortSignal.any([reading.call.signal, stop.signal]);
  const open = reading.session.streams.filter(({ done }) => !done);
  const sources = open.map((stream) => readStream({ ...reading, call: { ...reading.call, signal } }, stream));
  const pending = new Map(sources.map((source) => [source, readNext(source)]));
  try {
    while (pending.size > 0) {
      const { source, result } = await Promise.race(pending.values());
      if (result.done === true) {
        pending.delete(source);
        continue;
      }
      reading.call.heartbeat();
      pending.delete(source);
      yield result.value;
      // Only after this part is processed: the call itself receives one message ahead, and a second only takes memory.
      if (result.value.batch !== null) pending.set(source, readNext(source));
    }
  } catch (error) {
    if (reading.call.signal.aborted) throw reading.call.signal.reason;
    throw error;
  } finally {
    stop.abort();
  }
}

/** An error is thrown when it is this stream's turn. Until then it must not count as unhandled. */
function readNext(source: AsyncGenerator<StreamPart>) {
  const next = source.next().then((result) => ({ source, result }));
  next.catch(() => {});
  return next;
}

/** Makes sure that the service has no row after the stream's end. */
async function* readStream(reading: StreamReading, stream: ReadStreamState): AsyncGenerator<StreamPart> {
  let { offset } = stream;
  for await (const part of readCall(reading, stream, offset, false)) {
    offset += part.rows;
    yield part;
  }
  for await (const part of readCall(reading, stream, offset, true)) {
    if (part.rows > 0) throw new SyncError("transient", "BigQuery ended a stream early; the rest is read again.");
  }
  yield { stream, rows: 0, batch: null, schema: null };
}

async function* readCall(
  reading: StreamReading,
  stream: ReadStreamState,
  offset: number,
  isBeyondEnd: boolean,
): AsyncGenerator<StreamPart> {
  for (let hasNewToken = false; ; hasNewToken = true) {
    let parts = 0;
    try {
      for await (const part of readOnce(reading, stream, offset)) {
        parts++;
        yield part;
      }
      return;
    } catch (error) {
      if (reading.call.signal.aborted) throw reading.call.signal.reason;
      const { grpc, text } = googleErrorInfo(error);
      if (isGone(grpc, text)) throw new ReadSessionGone("gone", { cause: error });
      if (isBeyondEnd && isBeyond(grpc)) return;
      const syncError = toSyncError(error, reading.operation, reading.call.connection);
      if (syncError.kind !== "auth" || parts > 0 || hasNewToken) throw syncError;
      reading.call.context.clients.accounts.forget(reading.call.connection);
    }
  }
}

/** BigQuery says "session expired at 2026-01-02T03:04:05+00:00". */
function isGone(grpc: number | null, text: string): boolean {
  return grpc === NOT_FOUND || (grpc === FAILED_PRECONDITION && /session.*expired/i.test(text));
}

/** An offset that does not exist proves too that no row is left. */
function isBeyond(grpc: number | null): boolean {
  return grpc === OUT_OF_RANGE || grpc === INVALID_ARGUMENT || grpc === FAILED_PRECONDITION;
}

async function* readOnce(reading: StreamReading, stream: ReadStreamState, offset: number): AsyncGenerator<StreamPart> {
  const client = await reading.call.context.clients.readClientOf(reading.call.connection);
  const rowStream = await openRowStream(client, `${reading.session.name}/streams/${stream.id}`, offset);
  const cancel = (): void => rowStream.cancel();
  reading.call.signal.addEventListener("abort", cancel, { once: true });
  try {
    reading.call.signal.throwIfAborted();
    for (;;) {
      const message = await nextMessage(rowStream, reading.idleMs);
      if (message === null) return;
      const rows = Number(message.rowCount ?? 0);
      const batch = bytesOf(message.arrowRecordBatch?.serializedRecordBatch);
      // Some messages only tell how far the service has scanned.
      if (rows === 0 || batch === null) reading.call.heartbeat();
      else yield { stream, rows, batch, schema: bytesOf(message.arrowSchema?.serializedSchema) };
    }
  } finally {
    reading.call.signal.removeEventListener("abort", cancel);
    rowStream.cancel();
  }
}

function bytesOf(bytes: Uint8Array | string | null | undefined): Uint8Array | null {
  return bytes instanceof Uint8Array && bytes.length > 0 ? bytes : null;
}

function nextMessage(rowStream: RowStream, idleMs: number): ReturnType<RowStream["next"]> {
  return pTimeout(rowStream.next(), {
    milliseconds: idleMs,
    fallback: () => {
      throw new SyncError("transient", "BigQuery stopped in the middle of a stream; it is read again.");
    },
  });
}
