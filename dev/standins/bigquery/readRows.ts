// ReadRows: sends the rows of a stream from any offset, unchanged, up to where a fault ends the call.
import { once } from "node:events";
import { status, type ServerWritableStream } from "@grpc/grpc-js";
import { holdConnection } from "../shared/faults.ts";
import type { EmulatorRead } from "./emulatorRead.ts";
import type { StruckFault } from "./faults.ts";
import { GrpcError, missing, operating } from "./grpcError.ts";
import { readRowsRequest, rowCountOf } from "./messages.ts";
import { holds, type Principal } from "./roles.ts";
import { projectIdOf, sessionNameOf, type ReadSession, type ReadStream } from "./sessions.ts";
import type { EmulatorState } from "./emulatorState.ts";

export type RowsCall = ServerWritableStream<Buffer, Buffer>;

/** Thrown to reset the connection of a call. */
export class ResetConnection extends Error {}

const AFTER_ROWS: ReadonlySet<string> = new Set([
  "session_expired",
  "stream_unavailable",
  "stream_reset",
  "stream_hang",
  "stream_ends_early",
]);

/** Returns a live session and its stream. Throws the service's error if there is none. */
export function liveSession(
  state: EmulatorState,
  account: Principal,
  streamName: string,
): { session: ReadSession; stream: ReadStream } {
  const projectId = projectIdOf(streamName);
  const session = state.project(projectId).sessions.get(sessionNameOf(streamName));
  const stream = session?.streams.get(streamName);
  if (session === undefined || stream === undefined)
    throw operating(status.NOT_FOUND, streamName, "the requested resource was not found");
  if (!holds(account, "bigquery.readsessions.getData", projectId, null))
    throw operating(status.PERMISSION_DENIED, streamName, missing("bigquery.readsessions.getData", streamName));
  if (session.expiresAtMs <= Date.now()) throw expired(session, streamName);
  return { session, stream };
}

function expired(session: ReadSession, streamName: string): GrpcError {
  const at = `${new Date(session.expiresAtMs).toISOString().slice(0, 19)}+00:00`;
  return operating(status.FAILED_PRECONDITION, streamName, `session expired at ${at}`);
}

export async function readRows(
  state: EmulatorState,
  emulator: EmulatorRead,
  account: Principal,
  call: RowsCall,
  fault: StruckFault | null,
): Promise<void> {
  const { readStream = "", offset = 0 } = readRowsRequest.decode(call.request);
  const { session, stream } = liveSession(state, account, readStream);
  if (offset < 0) throw operating(status.INVALID_ARGUMENT, readStream, `offset ${offset} is negative`);
  if (offset > stream.rows)
    throw operating(status.FAILED_PRECONDITION, readStream, `offset ${offset} has not been allocated yet`);
  const { counters } = state.project(projectIdOf(readStream));
  counters.streamsOpened++;
  const rest = offset === 0 ? stream : (await emulator.split(stream, offset))[1];
  const cut = fault !== null && AFTER_ROWS.has(fault.kind) && fault.afterRows < rest.rows ? fault : null;
  const served = cut === null ? rest : (await emulator.split(rest, cut.afterRows))[0];
  if (served.rows > 0)
    await pass(emulator, call, served, (bytes, rows) => {
      counters.bytesServed += bytes;
      counters.rowsServed += rows;
    });
  if (cut !== null) await endBy(cut, call, session, readStream);
}

async function endBy(fault: StruckFault, call: RowsCall, session: ReadSession, name: string): Promise<void> {
  if (fault.kind === "session_expired") {
    session.expiresAtMs = Math.min(session.expiresAtMs, Date.now());
    throw expired(session, name);
  }
  if (fault.kind === "stream_unavailable")
    throw new GrpcError(status.UNAVAILABLE, fault.message ?? "The service is currently unavailable.");
  if (fault.kind === "stream_reset") throw new ResetConnection();
  if (fault.kind === "stream_hang") await holdConnection(fault, () => call.cancelled);
}

/** Passes messages on, no faster than the client reads them. */
async function pass(
  emulator: EmulatorRead,
  call: RowsCall,
  stream: ReadStream,
  count: (bytes: number, rows: number) => void,
): Promise<void> {
  const source = emulator.rows(readRowsRequest.encode({ readStream: stream.emulatorName }));
  const cancel = () => source.cancel();
  call.once("cancelled", cancel);
  try {
    for await (const message of source as AsyncIterable<Buffer>) {
      count(message.length, rowCountOf(message));
      if (!call.write(message) && !call.cancelled) await once(call, "drain");
      if (call.cancelled) return;
    }
  } catch (error) {
    if (!call.cancelled) throw error;
  } finally {
    call.off("cancelled", cancel);
    source.cancel();
  }
}
