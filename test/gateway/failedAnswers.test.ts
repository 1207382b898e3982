// What counts as a failed answer, and what does not: sockets that were closed, errors in a 200, streams without events.
import { createHash } from "node:crypto";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { NewVariant } from "../../src/domain/router.ts";
import { callLine } from "../../src/gateway/callLine.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { COMPLETION, JSON_TYPE, startRawUpstream, type RawUpstream } from "../support/gateway/rawUpstream.ts";

const KEY = "sk-proj-0123456789abcdef";
const EVENTS = { "content-type": "text/event-stream" };
const EVENT = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';

const lines: ReturnType<typeof callLine>[] = [];
let gateway: GatewayHarness;
let upstream: RawUpstream;
beforeAll(async () => {
  gateway = await createGatewayHarness({
    headersTimeoutMs: 5_000,
    idleTimeoutMs: 5_000,
    onFinished: (...told) => void lines.push(callLine(...told)),
  });
  upstream = await startRawUpstream();
  const { baseUrl } = upstream;
  const raw = (more: Partial<NewVariant["upstream"]> = {}) => ({
    id: "raw",
    weight: 1,
    upstream: { baseUrl, model: "m", apiKey: KEY, ...more },
  });
  const spare = { id: "spare", weight: 0, upstream: { baseUrl: gateway.upstream.baseUrl, model: "s", apiKey: null } };
  await gateway.createRouter("alone", {}, { variants: [raw()] });
  await gateway.createRouter("safe", {}, { variants: [raw(), spare], fallbackVariantIds: ["spare"] });
  const strict = raw({ failedStatuses: [400] });
  await gateway.createRouter("strict", {}, { variants: [strict, spare], fallbackVariantIds: ["spare"] });
  const quick = raw({ firstByteSeconds: 1, idleSeconds: 1 });
  await gateway.createRouter("quick", {}, { variants: [quick, spare], fallbackVariantIds: ["spare"] });
});
afterAll(async () => {
  upstream.stop();
  await gateway.close();
});

let users = 0;
/** A call of a new user, so that breakers and exposures of others do not count. */
async function ask(router: string, more: object = {}) {
  const user = createHash("sha1").update(String(users++)).digest("hex");
  const answer = await gateway.chat(call(router, user, more));
  const text = await answer.text().catch((error: Error) => error.message);
  const exposures = (await gateway.exposures(router)).filter(({ userId }) => userId === user);
  const { status, headers } = answer;
  return { status, text, headers, served: exposures.map(({ variantId }) => variantId) };
}
/** Answers well in between, so that no breaker opens. */
async function recover(router: string) {
  upstream.respond((_request, response) => response.writeHead(200, JSON_TYPE).end(COMPLETION));
  for (let i = 0; i < 3; i++) expect((await ask(router)).served).toEqual(["raw"]);
}

describe("a socket", () => {
  test("that the upstream closed after its last answer is no failure", async () => {
    const used = new WeakSet<Socket>();
    upstream.respond((request, response) => {
      if (used.has(request.socket)) {
        request.socket.destroy();
        return;
      }
      used.add(request.socket);
      response.writeHead(200, JSON_TYPE).end(COMPLETION);
    });
    for (let i = 0; i < 6; i++) expect(await ask("safe")).toMatchObject({ status: 200, served: ["raw"] });
  });

  test("that was new, and is closed under a call, is a failure at once: the call may have been served", async () => {
    upstream.respond((_request, response) =>
      response.writeHead(200, { ...JSON_TYPE, connection: "close" }).end(COMPLETION),
    );
    await ask("safe");
    upstream.respond((request) => request.socket.destroy());
    expect(await ask("safe")).toMatchObject({ status: 200, served: ["spare"] });
    expect(upstream.calls()).toBe(1);
    await recover("safe");
  });

  test("that was kept, and is closed after the upstream thought for a while, is one too", async () => {
    await recover("safe");
    const now = performance.now.bind(performance);
    upstream.respond((request) => {
      vi.spyOn(performance, "now").mockImplementation(() => now() + 2_000);
      request.socket.destroy();
    });
    expect(await ask("safe")).toMatchObject({ status: 200, served: ["spare"] });
    vi.restoreAllMocks();
    expect(upstream.calls()).toBe(1);
    await recover("safe");
  });

  test("that was kept, and is closed at once, gets one more try, and that is new", async () => {
    await recover("safe");
    upstream.respond((request) => request.socket.destroy());
    expect(await ask("safe")).toMatchObject({ status: 200, served: ["spare"] });
    expect(upstream.calls()).toBe(2);
    await recover("safe");
  });

  test("on which an unasked 100 Continue comes first serves as ever", async () => {
    upstream.respond((_request, response) => {
      response.writeContinue();
      response.writeContinue();
      setImmediate(() => response.writeHead(200, JSON_TYPE).end(COMPLETION));
    });
    for (let i = 0; i < 3; i++) expect(await ask("alone")).toMatchObject({ status: 200, text: COMPLETION });
    expect(upstream.calls()).toBe(3);
  });

  test("on which it comes in pieces, the last one with the response, serves too", async () => {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${COMPLETION.length}\r\n\r\n`;
    const pieces = ["HTTP/1.", "1 100 Con", "tinue\r\n", `\r\n${head}`, COMPLETION];
    upstream.respond(({ socket }) => {
      const write = () => {
        const piece = pieces.shift();
        if (piece === undefined) socket.end();
        else socket.write(piece, () => setImmediate(write));
      };
      write();
    });
    expect(await ask("alone")).toMatchObject({ status: 200, text: COMPLETION, served: ["raw"] });
  });
});

describe("falls back, and is no exposure", () => {
  const error = { error: { message: "overloaded", code: 529 } };
  test.each([
    ["a 200 with an error", JSON_TYPE, JSON.stringify(error)],
    ["a 200 with a list of errors", JSON_TYPE, JSON.stringify([error])],
    ["a 200 with vLLM's error", JSON_TYPE, '{"object":"error","message":"no","code":400}'],
    ["an empty 200", JSON_TYPE, ""],
    ["a stream that begins with an error", EVENTS, `: comment\n\ndata: ${JSON.stringify(error)}\n\ndata: [DONE]\n\n`],
    ["a stream with an error event", EVENTS, 'event: error\ndata: {"message":"no"}\n\n'],
    ["an empty stream", EVENTS, ""],
    ["a stream of comments", EVENTS, ": one\n\n: two\n\n"],
    ["a stream that is done at once", EVENTS, "data: [DONE]\n\n"],
    ["a page", { "content-type": "text/html" }, "\n<!doctype html><title>Welcome</title>"],
    ["a page that is large", { "content-type": "text/html" }, `<html>${"x".repeat(200_000)}</html>`],
    ["a text", { "content-type": "text/plain" }, "OK"],
  ])("%s", async (_what, type, body) => {
    upstream.respond((_request, response) => response.writeHead(200, type).end(body));
    expect(await ask("safe", { stream: type === EVENTS })).toMatchObject({ status: 200, served: ["spare"] });
    const alone = await ask("alone", { stream: type === EVENTS });
    expect(alone.status).toBeGreaterThanOrEqual(400);
    expect(JSON.parse(alone.text)).toHaveProperty("error.message");
    expect(alone.served).toEqual([]);
    await recover("safe");
    await recover("alone");
  });

  test.each([false, true])("a page, which says where to look. stream: %s", async (stream) => {
    upstream.respond((_request, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"));
    expect(await ask("safe", { stream })).toMatchObject({ status: 200, served: ["spare"] });
    const { status, text } = await ask("alone", { stream });
    expect(status).toBe(502);
    const message = expect.stringContaining("base URL") as string;
    expect(JSON.parse(text)).toMatchObject({ error: { code: "upstream_not_json", message } });
    await recover("safe");
    await recover("alone");
  });

  test.each([401, 402, 403, 404, 408, 429, 500, 503, 302])("a %d", async (status) => {
    upstream.respond((_request, response) => response.writeHead(status, JSON_TYPE).end('{"detail":"no"}'));
    expect(await ask("safe")).toMatchObject({ status: 200, served: ["spare"] });
    await recover("safe");
  });

  test("an answer that breaks off before its first event", async () => {
    upstream.respond((request, response) => {
      response.writeHead(200, EVENTS).write(": wait\n\n", () => request.socket.destroy());
    });
    expect(await ask("safe", { stream: true })).toMatchObject({ status: 200, served: ["spare"] });
    await recover("safe");
  });

  test("what a variant's own time limits cut off", async () => {
    upstream.respond(() => undefined);
    expect(await ask("quick")).toMatchObject({ status: 200, served: ["spare"] });
    upstream.respond((_request, response) => response.writeHead(200, EVENTS).flushHeaders());
    expect(await ask("quick", { stream: true })).toMatchObject({ status: 200, served: ["spare"] });
  });
});

describe("does not fall back", () => {
  test.each([400, 409, 413, 422])("a %d, unless the variant says so", async (status) => {
    upstream.respond((_request, response) => response.writeHead(status, JSON_TYPE).end('{"detail":"no"}'));
    expect(await ask("safe")).toMatchObject({ status, served: [] });
    expect((await ask("strict")).status).toBe(status === 400 ? 200 : status);
  });

  test("a stream that fails later: it goes on as it came, and is no exposure", async () => {
    const stream = `${EVENT}data: {"error":{"message":"overloaded"}}\n\ndata: [DONE]\n\n`;
    upstream.respond((_request, response) => response.writeHead(200, EVENTS).end(stream));
    expect(await ask("safe", { stream: true })).toMatchObject({ status: 200, text: stream, served: [] });
  });
});

test("a media type in any case is an event stream, whose end waits for the exposure", async () => {
  upstream.respond((_request, response) => {
    response.writeHead(200, { "content-type": "Text/Event-Stream; charset=utf-8" }).end(`${EVENT}data: [DONE]\n\n`);
  });
  expect(await ask("alone", { stream: true })).toMatchObject({ text: `${EVENT}data: [DONE]\n\n`, served: ["raw"] });
});

describe("what was compressed though nobody asked", () => {
  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ] as const)("reaches the caller in the clear: %s", async (encoding, compress) => {
    const headers = { ...JSON_TYPE, "content-encoding": encoding };
    upstream.respond((_request, response) => response.writeHead(200, headers).end(compress(COMPLETION)));
    expect(await ask("alone")).toMatchObject({ status: 200, text: COMPLETION, served: ["raw"] });
    const error = '{"error":{"message":"bad temperature","type":"invalid_request_error"}}';
    upstream.respond((_request, response) => response.writeHead(400, headers).end(compress(error)));
    expect(await ask("alone")).toMatchObject({ status: 400, text: error });
  });
});

describe("an upstream's reason", () => {
  test.each([
    ["Gemini", '[{"error":{"code":400,"message":"why","status":"INVALID_ARGUMENT"}}]'],
    ["vLLM", '{"object":"error","message":"why","type":"BadRequestError","param":null,"code":400}'],
    ["FastAPI", '{"detail":"why"}'],
    ["FastAPI's list", '{"detail":[{"loc":["body","n"],"msg":"why","type":"x"}]}'],
    ["Ollama", '{"error":"why"}'],
    ["a list of errors", '{"errors":[{"message":"why"}]}'],
    ["problem+json", '{"title":"Bad","detail":"why"}'],
    ["a text", "why"],
  ])("reaches the caller in OpenAI's shape: %s", async (_whose, body) => {
    upstream.respond((_request, response) => response.writeHead(400).end(body));
    const { status, text } = await ask("alone");
    expect(status).toBe(400);
    const { error } = JSON.parse(text) as { error: { message: string; type: string } };
    expect(error.message).toMatch(/why$/);
    expect(error.type).toBeTruthy();
  });

  test.each([401, 403])("of a %d reaches the caller without the key, and the log has its code", async (status) => {
    const message = `No such key: ${KEY}. Ask sk-pr****cdef's owner.`;
    const body = JSON.stringify({ error: { message, code: "invalid_api_key" } });
    upstream.respond((_request, response) => response.writeHead(status).end(body));
    const { text } = await ask("alone");
    expect(text).toContain("No such key: [key]. Ask [key] owner.");
    expect(gateway.log.text).not.toContain(KEY);
    const [attempt] = lines.at(-1)?.failedAttempts ?? [];
    expect(attempt).toEqual({ variantId: "raw", status, reason: "upstream_auth", code: "invalid_api_key" });
    await recover("alone");
  });

  test.each([
    ["OpenAI's", { error: { message: "no", code: "context_length_exceeded" } }, "context_length_exceeded"],
    ["Gemini's", [{ error: { code: 400, message: "no", status: "INVALID_ARGUMENT" } }], "INVALID_ARGUMENT"],
    ["vLLM's", { object: "error", message: "no", type: "BadRequestError", code: 400 }, "BadRequestError"],
    ["none", { detail: "no" }, null],
    ["a sentence", { error: { message: "no", code: "ann asked for it" } }, null],
    ["the key", { error: { message: "no", code: KEY } }, null],
  ])("leaves its code in the log, if it is one: %s", async (_whose, body, code) => {
    upstream.respond((_request, response) => response.writeHead(400).end(JSON.stringify(body)));
    await ask("alone");
    expect(lines.at(-1)?.failedAttempts).toMatchObject([{ status: 400, code }]);
  });

  test("that is a page or too large is left out", async () => {
    for (const body of ["<html>why</html>", `{"detail":"${"x".repeat(100_000)}"}`]) {
      upstream.respond((_request, response) => response.writeHead(400).end(body));
      expect(JSON.parse((await ask("alone")).text)).toMatchObject({ error: { code: "upstream_error" } });
    }
  });
});
