// Drops an unasked `100 Continue`, which RFC 9110 tells clients to ignore and undici takes for a broken response.
import type { Socket } from "node:net";

const INTERIM = "HTTP/1.1 100";
const HEAD_END = "\r\n\r\n";
const MAX_INTERIM_BYTES = 8_192;

/** Looks only at the beginning of each response: what was read since something was last written. */
export function ignoreContinue(socket: Socket): void {
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  const write = socket.write.bind(socket);
  let isAtStart = true;
  let pending: Buffer = Buffer.alloc(0);
  socket.write = ((...args: Parameters<Socket["write"]>) => {
    isAtStart = true;
    return write(...args);
  }) as Socket["write"];
  socket.read = (size) => {
    for (let chunk = read(size); chunk !== null; chunk = read(size)) {
      if (!isAtStart) return chunk;
      pending = withoutInterim(Buffer.concat([pending, chunk]));
      if (mayBeInterim(pending)) continue;
      isAtStart = false;
      const bytes = pending;
      pending = Buffer.alloc(0);
      return bytes;
    }
    return null;
  };
}

function withoutInterim(bytes: Buffer): Buffer {
  let rest = bytes;
  while (rest.toString("latin1", 0, INTERIM.length) === INTERIM) {
    const end = rest.indexOf(HEAD_END);
    if (end === -1) break;
    rest = rest.subarray(end + HEAD_END.length);
  }
  return rest;
}

/** Whether more bytes are needed to tell. */
function mayBeInterim(bytes: Buffer): boolean {
  const start = bytes.toString("latin1", 0, INTERIM.length);
  return bytes.length < MAX_INTERIM_BYTES && INTERIM.startsWith(start) && !bytes.includes(HEAD_END);
}
