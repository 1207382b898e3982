// An upstream's answer on its way to the caller: bytes as they come, and an end that says that the exposure is committed.
import type { ServerResponse } from "node:http";
import type { Readable } from "node:stream";

/** How a stream of Chat Completions says that it is over: OpenAI's clients stop reading there, before the connection's own end. */
const DONE = Buffer.from("[DONE]");

/**
 * Resolves when the caller has everything or has left. The answer ends cleanly only once `committed` has resolved; where that rejects,
 * or where the upstream breaks off, the connection is cut instead, which every HTTP client reports. Of an event stream only the
 * `[DONE]` waits for the commit; of another answer, which nobody can read before its end, the last piece does.
 */
export function relay(
  body: Readable,
  outgoing: ServerResponse,
  { isEventStream, committed }: { isEventStream: boolean; committed: Promise<void> | null },
): Promise<void> {
  return new Promise((resolve) => {
    let isCommitted = committed === null;
    let held: Buffer | null = null;
    let hasSent = false;
    let hasEnded = false;
    const send = (bytes: Buffer | null) => {
      if (bytes === null || bytes.length === 0) return;
      hasSent = true;
      if (!outgoing.write(bytes)) body.pause();
    };
    const finish = () => {
      if (hasEnded && isCommitted) outgoing.end();
    };
    const cut = () => outgoing.destroy();
    body.on("data", (chunk: Buffer) => {
      if (isCommitted) {
        send(chunk);
      } else if (isEventStream) {
        const bytes = held === null ? chunk : Buffer.concat([held, chunk]);
        const safe = beforeDone(bytes);
        held = bytes.subarray(safe);
        send(bytes.subarray(0, safe));
        // The end is near: what still follows can wait where it is.
        if (held.length >= DONE.length) body.pause();
      } else {
        send(held);
        held = chunk;
      }
    });
    body.on("end", () => {
      hasEnded = true;
      finish();
    });
    body.on("error", cut);
    outgoing.on("drain", () => body.resume());
    // A stream that has begun says so, though its first token takes its time; with the token, headers travel together.
    if (isEventStream) setImmediate(() => void (hasSent || outgoing.destroyed || outgoing.flushHeaders()));
    // A caller who left; after a clean end there is nothing left to destroy.
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

/** How many bytes surely lie before a `[DONE]`, one that these bytes only begin included. */
function beforeDone(bytes: Buffer): number {
  const found = bytes.indexOf(DONE);
  if (found !== -1) return found;
  for (let length = Math.min(DONE.length - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(DONE.subarray(0, length))) return bytes.length - length;
  }
  return bytes.length;
}
