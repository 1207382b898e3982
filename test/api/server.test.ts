// The HTTP server around the API, over real sockets: large bodies, bad requests, draining.
import { once } from "node:events";
import { connect, type AddressInfo, type Socket } from "node:net";
import { request as httpRequest, type Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createHttpServer, drain } from "../../src/server.ts";
import { createHarness, type Harness } from "../support/api/harness.ts";

let api: Harness;
const servers: Server[] = [];
beforeAll(async () => {
  api = await createHarness();
});
afterAll(() => api.close());
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(
  fetch: Parameters<typeof createHttpServer>[0],
  timeouts?: Parameters<typeof createHttpServer>[1],
): Promise<{ server: Server; port: number }> {
  const server = createHttpServer(fetch, timeouts);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

const serveApi = () => serve((request) => api.app.fetch(request));

/** Sends a request as raw text and reads until the other side closes. */
async function exchange(port: number, text: string): Promise<string> {
  const socket: Socket = connect(port, "127.0.0.1");
  socket.end(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A promise that is resolved by hand. */
function gate(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe("bodies that are too large", () => {
  test.each(["with a length", "in chunks"])("are answered by 413 %s", async (how) => {
    const { port } = await serveApi();
    const body = Buffer.alloc(12 * 1024 * 1024, "x");
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${api.workspace.apiKey}`,
        "content-type": "application/json",
        ...(how === "with a length" ? { "content-length": body.length } : { "transfer-encoding": "chunked" }),
      };
      const sent = httpRequest(
        { port, host: "127.0.0.1", path: "/v1/exposures", method: "POST", headers },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      // After the answer the server stops reading: the rest of the body may meet a closed connection.
      sent.on("error", reject);
      sent.end(body);
    });
    expect(status).toBe(413);
  });
});

test("a request of which no URL can be made is a 400, and the server lives on", async () => {
  const { port } = await serveApi();
  for (const head of [
    "GET / HTTP/1.1\r\nHost: a b\r\n",
    "GET // HTTP/1.1\r\nHost: x\r\n",
    "GET http://[ HTTP/1.1\r\nHost: x\r\n",
    "nonsense\r\n",
  ]) {
    expect(await exchange(port, `${head}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 (400|404)/);
  }
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
});

test("headers have a limit", async () => {
  const { port } = await serveApi();
  expect(await exchange(port, `GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ${"x".repeat(20_000)}\r\n\r\n`)).toContain(
    "431",
  );
});

describe("clients that take their time", () => {
  /** What the server says before it closes a connection that it is not told the end of. */
  async function untilClosed(port: number, text: string): Promise<string> {
    const socket = connect(port, "127.0.0.1");
    socket.write(text);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }

  test("with their headers are cut off", async () => {
    const timeouts = { headersTimeoutMs: 100, requestTimeoutMs: 60_000, checkedEveryMs: 20, takenWithinMs: 60_000 };
    const { port } = await serve((request) => api.app.fetch(request), timeouts);
    expect(await untilClosed(port, "POST /v1/exposures HTTP/1.1\r\nHost: x\r\nX-A: ")).toMatch(/^HTTP\/1.1 408/);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });

  test("with their body are cut off, and nothing of it is stored", async () => {
    const timeouts = { headersTimeoutMs: 100, requestTimeoutMs: 200, checkedEveryMs: 20, takenWithinMs: 60_000 };
    const { port } = await serve((request) => api.app.fetch(request), timeouts);
    const head = `POST /v1/integrations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.workspace.apiKey}`;
    const answer = await untilClosed(port, `${head}\r\nContent-Length: 100\r\n\r\n{"provider":`);
    expect(answer).toMatch(/^HTTP\/1.1 408/);
    expect((await api.call("/v1/integrations")).body).toMatchObject({ integrations: [] });
  });
});

describe("clients that take a response", () => {
  const TIMEOUTS = { headersTimeoutMs: 10_000, requestTimeoutMs: 60_000, checkedEveryMs: 2_000, takenWithinMs: 1_000 };
  // More than the operating system keeps for a reader.
  const BYTES = 24 * 1024 * 1024;
  const body = "x".repeat(BYTES);

  test("and read nothing of it are cut off", async () => {
    const closed = gate();
    const { port } = await serve((_, { outgoing }) => {
      outgoing.once("close", closed.resolve);
      return new Response(body);
    }, TIMEOUTS);
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await closed.promise;
    expect(socket.bytesRead).toBeLessThan(BYTES);
    socket.destroy();
  });

  test("slowly get all of it, and so do those whose response takes its time", async () => {
    const { port } = await serve(async () => {
      await delay(1.5 * TIMEOUTS.takenWithinMs);
      return new Response(body);
    }, TIMEOUTS);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      await delay(5);
    }
    expect(bytes).toBe(BYTES);
  });
});

describe("draining", () => {
  test("a call in flight ends, new connections are refused, kept-alive ones are closed", async () => {
    const entered = gate();
    const release = gate();
    const { server, port } = await serve(async () => {
      entered.resolve();
      await release.promise;
      return new Response("done");
    });
    const url = `http://127.0.0.1:${port}/`;
    const inFlight = fetch(url);
    await entered.promise;
    const drained = drain(server);
    await expect(exchange(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")).rejects.toThrow("ECONNREFUSED");
    release.resolve();
    expect(await (await inFlight).text()).toBe("done");
    await drained;
    expect(server.listening).toBe(false);
  });

  test("a call that never ends is cut off after the time limit", async () => {
    const entered = gate();
    const { server, port } = await serve(async () => {
      entered.resolve();
      return await new Promise<Response>(() => {});
    });
    const inFlight = fetch(`http://127.0.0.1:${port}/`);
    const failed = inFlight.catch((error: unknown) => error);
    await entered.promise;
    await drain(server, 50);
    expect(await failed).toBeInstanceOf(TypeError);
  });
});
