// The HTTP client of connectors: a response that arrives faster than it is read waits at the server, not in memory.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHttpClient } from "../../src/providers/http.ts";

const PIECE_BYTES = 4 * 1024;
const ANSWER_BYTES = 256 * 1024 * 1024;
const READ_BYTES = 32 * 1024 * 1024;
/** The buffers of both sockets in the kernel, and ours. */
const MAX_AHEAD_BYTES = 24 * 1024 * 1024;

let sentBytes = 0;
/** Random, so compression does not make it smaller. Several gzip members after each other are one gzip stream. */
const member = gzipSync(randomBytes(1024 * 1024));
const server = createServer((_request, answer) => {
  answer.setHeader("content-encoding", "gzip");
  const send = (): void => {
    while (sentBytes < ANSWER_BYTES) {
      const at = sentBytes % member.length;
      const piece = member.subarray(at, at + PIECE_BYTES);
      sentBytes += piece.length;
      if (!answer.write(piece)) {
        answer.once("drain", send);
        return;
      }
    }
    answer.end();
  };
  send();
});
const http = createHttpClient();

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  await http.close();
  await new Promise((resolve) => server.close(resolve));
});

test("a response of many small parts is not buffered ahead of a slow reader", async () => {
  const { port } = server.address() as AddressInfo;
  const answer = await http.send("The server", {
    method: "GET",
    url: new URL(`http://127.0.0.1:${port}/`),
    headers: {},
    signal: new AbortController().signal,
    headersTimeoutMs: 10_000,
    bodyIdleTimeoutMs: 10_000,
  });
  let readBytes = 0;
  let aheadBytes = 0;
  for await (const part of answer.body as AsyncIterable<Buffer>) {
    readBytes += part.length;
    // The reader is busy between two reads, and the server can send meanwhile.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    aheadBytes = Math.max(aheadBytes, sentBytes - readBytes);
    if (readBytes >= READ_BYTES) break;
  }
  expect(readBytes).toBeGreaterThanOrEqual(READ_BYTES);
  expect(aheadBytes).toBeLessThan(MAX_AHEAD_BYTES);
});
