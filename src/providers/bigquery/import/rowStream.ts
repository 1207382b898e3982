// One ReadRows call, message by message. It takes a message from the network only after the last one was asked for.
import {
  type ClientReadableStream,
  InterceptingCall,
  type Interceptor,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import type { protos } from "@google-cloud/bigquery-storage";
import type { ReadClient } from "../clients.ts";

type ReadRowsResponse = protos.google.cloud.bigquery.storage.v1.IReadRowsResponse;

/** Replaces the generated client, whose retries repeat a broken stream from the call's first offset. */
interface ReadStub {
  readRows(
    request: { readStream: string; offset: number },
    metadata: Metadata,
    options: { interceptors: Interceptor[]; deadline: number },
  ): ClientReadableStream<ReadRowsResponse>;
}

const CALL_TIMEOUT_MS = 6 * 3_600_000;

export interface RowStream {
  /** Returns null after the last message. */
  next(): Promise<ReadRowsResponse | null>;
  cancel(): void;
}

export async function openRowStream(
  { client, callOptions }: ReadClient,
  readStream: string,
  offset: number,
): Promise<RowStream> {
  const stub = (await client.initialize()) as unknown as ReadStub;
  /** A message that was not asked for yet. gRPC reads no other until it is delivered. */
  let held: { message: ReadRowsResponse; deliver: () => void } | null = null;
  let waiting: { resolve: (message: ReadRowsResponse | null) => void; reject: (error: unknown) => void } | null = null;
  let end: { error: unknown } | null = null;
  const settle = (): void => {
    if (waiting === null) return;
    const { resolve, reject } = waiting;
    if (held !== null) {
      const { message, deliver } = held;
      held = null;
      waiting = null;
      resolve(message);
      deliver();
    } else if (end !== null) {
      waiting = null;
      if (end.error === null) resolve(null);
      else reject(end.error);
    }
  };
  const take = (message: ReadRowsResponse, deliver: () => void): void => {
    held = { message, deliver };
    settle();
  };
  const finish = (error: unknown): void => {
    end ??= { error };
    settle();
  };
  const call = stub.readRows({ readStream, offset }, metadataOf(callOptions, readStream), {
    interceptors: [holdMessages(take)],
    deadline: Date.now() + CALL_TIMEOUT_MS,
  });
  call.on("error", (error: ServiceError) => finish(error));
  call.on("status", ({ code }: { code: number }) => {
    if (code === 0) finish(null);
  });
  call.resume();
  return {
    next: () =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        settle();
      }),
    cancel: () => call.cancel(),
  };
}

function holdMessages(take: (message: ReadRowsResponse, deliver: () => void) => void): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, _listener, next) =>
        next(metadata, {
          onReceiveMessage: (message: ReadRowsResponse, deliver) => take(message, () => deliver(message)),
        }),
    });
}

function metadataOf({ otherArgs }: ReadClient["callOptions"], readStream: string): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(otherArgs.headers)) metadata.set(name, value);
  // Routes the call to the region of the session.
  metadata.set("x-goog-request-params", `read_stream=${encodeURIComponent(readStream)}`);
  return metadata;
}
