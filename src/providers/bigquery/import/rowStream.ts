// One call of ReadRows, message by message: the next is taken from the network only once the one before was asked for.
import { InterceptingCall, Metadata } from "@grpc/grpc-js";
import type { ClientReadableStream, Interceptor, ServiceError } from "@grpc/grpc-js";
import type { protos } from "@google-cloud/bigquery-storage";
import type { ReadClient } from "../clients.ts";

type Answer = protos.google.cloud.bigquery.storage.v1.IReadRowsResponse;

/** The generated client's retries would begin a broken stream anew from where the call began, so it is called without them. */
interface ReadStub {
  readRows(
    request: { readStream: string; offset: number },
    metadata: Metadata,
    options: { interceptors: Interceptor[]; deadline: number },
  ): ClientReadableStream<Answer>;
}

const CALL_TIMEOUT_MS = 6 * 3_600_000;

export interface RowStream {
  /** Null at the orderly end. */
  next(): Promise<Answer | null>;
  cancel(): void;
}

interface Waiting {
  resolve: (answer: Answer | null) => void;
  reject: (error: unknown) => void;
}

export async function openRowStream(
  { client, callOptions }: ReadClient,
  readStream: string,
  offset: number,
): Promise<RowStream> {
  const stub = (await client.initialize()) as unknown as ReadStub;
  /** A message that nobody has asked for yet; as long as it is not delivered, gRPC reads no other. */
  let held: { answer: Answer; deliver: () => void } | null = null;
  let waiting: Waiting | null = null;
  let end: { error: unknown } | null = null;
  const settle = (): void => {
    if (waiting === null) return;
    const { resolve, reject } = waiting;
    if (held !== null) {
      const { answer, deliver } = held;
      held = null;
      waiting = null;
      resolve(answer);
      deliver();
    } else if (end !== null) {
      waiting = null;
      if (end.error === null) resolve(null);
      else reject(end.error);
    }
  };
  const take = (answer: Answer, deliver: () => void): void => {
    held = { answer, deliver };
    settle();
  };
  const finish = (error: unknown): void => {
    end ??= { error };
    settle();
  };
  const call = stub.readRows({ readStream, offset }, metadataOf(callOptions, readStream), {
    interceptors: [holding(take)],
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

function holding(take: (answer: Answer, deliver: () => void) => void): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, _listener, next) =>
        next(metadata, { onReceiveMessage: (answer: Answer, deliver) => take(answer, () => deliver(answer)) }),
    });
}

function metadataOf({ otherArgs }: ReadClient["callOptions"], readStream: string): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(otherArgs.headers)) metadata.set(name, value);
  // Tells Google's front where the session lives.
  metadata.set("x-goog-request-params", `read_stream=${encodeURIComponent(readStream)}`);
  return metadata;
}
