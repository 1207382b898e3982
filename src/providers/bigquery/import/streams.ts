// The streams of a session side by side: whichever has rows comes next, and each holds at most one message that nobody took.
import type { Connection } from "../../../domain/connection.ts";
import { SyncError } from "../../../domain/errors.ts";
import type { Clients } from "../clients.ts";
import type { ReadSessionState, ReadStreamState } from "./cursor.ts";
import { googleErrorInfo } from "../googleErrorInfo.ts";
import { toSyncError } from "../errors.ts";
import type { Operation } from "../errors.ts";
import { openRowStream } from "./rowStream.ts";
import type { RowStream } from "./rowStream.ts";
import { streamName } from "./readSession.ts";

const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
const OUT_OF_RANGE = 11;

/** The session expired or was forgotten: its rows can be had from a new one alone. */
export class ReadSessionGone extends Error {}

/** Serialized rows of one stream. */
export interface StreamPart {
  stream: ReadStreamState;
  rows: number;
  /** Arrow's batch; null at the stream's end. */
  batch: Uint8Array | null;
  /** Arrow's schema, with the first rows of each call. */
  schema: Uint8Array | null;
}

export interface StreamReading {
  clients: Clients;
  connection: Connection;
  session: ReadSessionState;
  attempt: Operation;
  /** No message for so long is a failure. */
  idleMs: number;
  signal: AbortSignal;
  heartbeat(): void;
}

/** Pieces of all streams that are not done, each from its offset; ends after the end of the last. */
export async function* readStreams(reading: StreamReading): AsyncGenerator<StreamPart> {
  const stop = new AbortController();
  const signal = AbortSignal.any([reading.signal, stop.signal]);
  const open = reading.session.streams.filter(({ done }) => !done);
  const sources = open.map((stream) => readStream({ ...reading, signal }, stream));
  const pending = new Map(sources.map((source) => [source, ask(source)]));
  try {
    while (pending.size > 0) {
      const { source, result } = await Promise.race(pending.values());
      if (result.done === true) {
        pending.delete(source);
        continue;
      }
      reading.heartbeat();
      pending.delete(source);
      yield result.value;
      // Not before this one is worked off: meanwhile the call itself receives the next, and two ahead would only take memory.
      if (result.value.batch !== null) pending.set(source, ask(source));
    }
  } catch (error) {
    if (reading.signal.aborted) throw reading.signal.reason;
    throw error;
  } finally {
    stop.abort();
  }
}

/** A failure is met when it is this stream's turn; until then it must not count as unhandled. */
function ask(source: AsyncGenerator<StreamPart>) {
  const next = source.next().then((result) => ({ source, result }));
  next.catch(() => {});
  return next;
}

/** A stream from its offset to its end, which is believed only where the service has no row after it. */
async function* readStream(reading: StreamReading, stream: ReadStreamState): AsyncGenerator<StreamPart> {
  let { offset } = stream;
  for await (const piece of readCall(reading, stream, offset, false)) {
    offset += piece.rows;
    yield piece;
  }
  for await (const piece of readCall(reading, stream, offset, true)) {
    if (piece.rows > 0) throw new SyncError("transient", "BigQuery ended a stream early; the rest is read again.");
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
    let pieces = 0;
    try {
      for await (const piece of readOnce(reading, stream, offset)) {
        pieces++;
        yield piece;
      }
      return;
    } catch (error) {
      if (reading.signal.aborted) throw reading.signal.reason;
      const { grpc, text } = googleErrorInfo(error);
      if (isGone(grpc, text)) throw new ReadSessionGone("gone", { cause: error });
      if (isBeyondEnd && isBeyond(grpc)) return;
      const failure = toSyncError(error, reading.attempt);
      if (failure.kind !== "auth" || pieces > 0 || hasNewToken) throw failure;
      reading.clients.accounts.forget(reading.connection);
    }
  }
}

/** As the real service words it: "session expired at 2026-01-02T03:04:05+00:00". */
function isGone(grpc: number | null, text: string): boolean {
  return grpc === NOT_FOUND || (grpc === FAILED_PRECONDITION && /session.*expired/i.test(text));
}

/** There may be no such offset: nothing was left out then either. */
function isBeyond(grpc: number | null): boolean {
  return grpc === OUT_OF_RANGE || grpc === INVALID_ARGUMENT || grpc === FAILED_PRECONDITION;
}

async function* readOnce(reading: StreamReading, stream: ReadStreamState, offset: number): AsyncGenerator<StreamPart> {
  const client = await reading.clients.readClientOf(reading.connection);
  const calls = await openRowStream(client, streamName(reading.session, stream.id), offset);
  const cancel = (): void => calls.cancel();
  reading.signal.addEventListener("abort", cancel, { once: true });
  try {
    reading.signal.throwIfAborted();
    for (;;) {
      const answer = await within(calls, reading.idleMs);
      if (answer === null) return;
      const rows = Number(answer.rowCount ?? 0);
      const batch = bytesOf(answer.arrowRecordBatch?.serializedRecordBatch);
      // Some answers only say how far the service has looked.
      if (rows === 0 || batch === null) reading.heartbeat();
      else yield { stream, rows, batch, schema: bytesOf(answer.arrowSchema?.serializedSchema) };
    }
  } finally {
    reading.signal.removeEventListener("abort", cancel);
    calls.cancel();
  }
}

function bytesOf(bytes: Uint8Array | string | null | undefined): Uint8Array | null {
  return bytes instanceof Uint8Array && bytes.length > 0 ? bytes : null;
}

async function within(calls: RowStream, idleMs: number): ReturnType<RowStream["next"]> {
  let isIdle = false;
  const timer = setTimeout(() => {
    isIdle = true;
    calls.cancel();
  }, idleMs);
  try {
    return await calls.next();
  } catch (error) {
    if (isIdle) throw new SyncError("transient", "BigQuery stopped in the middle of a stream; it is read again.");
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
