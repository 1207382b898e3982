// Streams an upstream's response to the caller as it arrives. The response ends only once the exposure is committed.
import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";

/** The last event of a stream of Chat Completions. OpenAI's clients stop reading there. */
const DONE = Buffer.from("[DONE]");

/**
 * Resolves when the caller has the whole response or has left. If `committed` rejects or the upstream breaks off, the
 * connection is cut, which HTTP clients report as an error. Until the commit an event stream holds back `[DONE]`, any
 * other response its last chunk.
 */
export function streamResponse(
  body: Readable,
  outgoing: ServerResponse,
  { isEventStream, committed }: { isEventStream: boolean; committed: Promise<void> | null },
): Promise<void> {
  return new Promise((resolve) => {
    // Its `close` has come already.
    if (outgoing.destroyed) {
      body.destroy();
      resolve();
      return;
    }
    let isCommitted = committed === null;
    let held: Buffer | null = null;
    let hasSent = false;
    let hasEnded = false;
    const cut = () => outgoing.destroy();
    const send = (bytes: Buffer | null) => {
      if (bytes === null || bytes.length === 0) return;
      hasSent = true;
      if (!outgoing.write(bytes)) body.pause();
    };
    body.on("data", (chunk: Buffer) => {
      if (isCommitted) {
        send(chunk);
      } else if (isEventStream) {
        const bytes = held === null ? chunk : Buffer.concat([held, chunk]);
        const safe = beforeDone(bytes);
        held = bytes.subarray(safe);
        send(bytes.subarray(0, safe));
        // `[DONE]` is held: what follows can wait in the upstream's stream.
        if (held.length >= DONE.length) body.pause();
      } else {
        send(held);
        held = chunk;
      }
    });
    body.on("end", () => {
      hasEnded = true;
      if (isCommitted) outgoing.end();
    });
    body.on("error", cut);
    outgoing.on("drain", () => body.resume());
    // Sends the headers before a first token that takes long. A token that is there already travels with them.
    if (isEventStream) setImmediate(() => void (hasSent || outgoing.destroyed || outgoing.flushHeaders()));
    // For a caller that left; after a clean end there is nothing to destroy.
    outgoing.on("close", () => {
      body.destroy();
      resolve();
    });
    committed?.then(() => {
      isCommitted = true;
      const last = held;
      held = null;
      if (hasEnded) {
        outgoing.end(last ?? undefined);
        return;
      }
      send(last);
      if (!outgoing.writableNeedDrain) body.resume();
    }, cut);
  });
}

/** How many bytes come before `[DONE]`, or before a part of it at the end of the bytes. */
function beforeDone(bytes: Buffer): number {
  const found = bytes.indexOf(DONE);
  if (found !== -1) return found;
  for (let length = Math.min(DONE.length - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(DONE.subarray(0, length))) return bytes.length - length;
  }
  return bytes.length;
}
