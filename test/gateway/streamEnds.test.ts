// How streams end: in one piece with their beginning, behind their last event, by an error, or by a caller that leaves.
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { callLine } from "../../src/gateway/callLine.ts";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { startRawUpstream, type RawUpstream } from "../support/gateway/rawUpstream.ts";

const EVENTS = { "content-type": "text/event-stream" };
const EVENT = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';
const DONE = "data: [DONE]\n\n";

const lines: ReturnType<typeof callLine>[] = [];
let gateway: GatewayHarness;
let upstream: RawUpstream;
beforeAll(async () => {
  gateway = await createGatewayHarness({ onFinished: (...told) => void lines.push(callLine(...told)) });
  upstream = await startRawUpstream();
  const variants = [{ id: "v", weight: 1, upstream: { baseUrl: upstream.baseUrl, model: "m", apiKey: null } }];
  await gateway.createRouter("one", {}, { variants });
});
afterAll(async () => {
  upstream.stop();
  await gateway.close();
});
afterEach(() => {
  lines.length = 0;
});

let users = 0;
const newUser = () => `user ${users++}`;
const isExposed = async (user: string) => (await gateway.exposures("one")).some(({ userId }) => userId === user);

/** The whole response in one write, so that its beginning and its end come in one read. */
function respondAtOnce(request: IncomingMessage, headers: Record<string, string>, body: Buffer): void {
  const all = { ...EVENTS, ...headers, "transfer-encoding": "chunked", connection: "close" };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const start = Buffer.from(`HTTP/1.1 200 OK\r\n${head.join("")}\r\n${body.length.toString(16)}\r\n`);
  request.socket.end(Buffer.concat([start, body, Buffer.from("\r\n0\r\n\r\n")]));
}

describe("a stream that comes in one read is complete", () => {
  test.each([
    ["plain, with [DONE]", EVENT + DONE, false],
    ["plain, without [DONE]", EVENT, false],
    ["gzipped, with [DONE]", EVENT + DONE, true],
    ["gzipped, without [DONE]", EVENT, true],
  ])("%s", async (_what, text, isGzipped) => {
    upstream.respond((request) => {
      if (isGzipped) respondAtOnce(request, { "content-encoding": "gzip" }, gzipSync(text));
      else respondAtOnce(request, {}, Buffer.from(text));
    });
    for (let i = 0; i < 5; i++) {
      const user = newUser();
      const answer = await gateway.chat(call("one", user, { stream: true }));
      expect(await answer.text()).toBe(text);
      expect(await isExposed(user)).toBe(true);
    }
    expect(upstream.calls()).toBe(5);
  });
});

test("behind the last event nothing is missed: an upstream that breaks off there has answered", async () => {
  const user = newUser();
  upstream.respond((request, response) => {
    response.writeHead(200, EVENTS).write(EVENT + DONE, () => request.socket.destroy());
  });
  const answer = await gateway.chat(call("one", user, { stream: true }));
  expect(await answer.text()).toBe(EVENT + DONE);
  expect(await isExposed(user)).toBe(true);
});

describe("an error within a stream is a failure, however it is spelled", () => {
  test.each([
    ["OpenAI's", 'data: {"error":{"message":"no","code":529}}\n\n'],
    ["OpenRouter's", 'data: {"id":"g","error":{"code":502},"choices":[{"delta":{},"finish_reason":"error"}]}\n\n'],
    ["Mistral's", 'data: {"id":"g","choices":[{"index":0,"delta":{},"finish_reason":"error"}]}\n\n'],
    ["vLLM's", 'data: {"object":"error","message":"no","code":400}\n\n'],
    ["Gemini's", 'data: [{"error":{"code":429,"message":"no","status":"RESOURCE_EXHAUSTED"}}]\n\n'],
    ["Ollama's", 'data: {"error":"no"}\n\n'],
    ["a named event", 'event: error\ndata: {"message":"no"}\n\n'],
    ["at the end of a long line", `data: {"padding":"${"x".repeat(20_000)}","error":{"message":"no"}}\n\n`],
    ["without an end of its line", 'data: {"error":{"message":"no"}}'],
  ])("%s", async (_whose, error) => {
    for (const end of error.endsWith("\n") ? ["", DONE] : [""]) {
      const user = newUser();
      upstream.respond((_request, response) => {
        response.writeHead(200, EVENTS).write(EVENT, () => response.end(error + end));
      });
      const answer = await gateway.chat(call("one", user, { stream: true }));
      expect(await answer.text()).toBe(EVENT + error + end);
      expect(await isExposed(user)).toBe(false);
    }
    expect(lines.map(({ outcome }) => outcome)).not.toContain("served");
  });

  test("words about errors are none", async () => {
    const user = newUser();
    const text = `data: {"choices":[{"delta":{"content":"error"}}],"error":null}\n\ndata: {"a":"\\"error\\":{}"}\n\n${DONE}`;
    upstream.respond((_request, response) => response.writeHead(200, EVENTS).end(text));
    expect(await (await gateway.chat(call("one", user, { stream: true }))).text()).toBe(text);
    expect(await isExposed(user)).toBe(true);
  });
});

test("a client that leaves at the error was not served", async () => {
  const user = newUser();
  // The stream stays open behind the error.
  upstream.respond((_request, response) => {
    response.writeHead(200, EVENTS).write(`${EVENT}data: {"error":{"message":"overloaded"}}\n\n`);
  });
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.workspace.apiKey, maxRetries: 0 });
  const stream = await client.chat.completions.create({ model: "one", messages: [], user, stream: true });
  await expect(Readable.from(stream).toArray()).rejects.toThrow("overloaded");
  await eventually(() => lines.length === 1);
  expect(lines[0]).toMatchObject({ outcome: "failed", served: null });
  expect(await isExposed(user)).toBe(false);
});

test("a caller that leaves within an answer was served, in a time that nobody knows", async () => {
  const user = newUser();
  upstream.respond((_request, response) => response.writeHead(200, EVENTS).write(EVENT));
  const leaving = new AbortController();
  const answer = await gateway.chat(call("one", user, { stream: true }), { signal: leaving.signal });
  await answer.body?.getReader().read();
  leaving.abort();
  await eventually(() => lines.length === 1);
  const time = expect.any(Number) as number;
  expect(lines[0]).toMatchObject({ outcome: "served", latencyMs: null, ttftMs: time });
  await eventually(() => isExposed(user));
});

describe("the time to the first token ends with the first event that carries something generated", () => {
  const chunk = (delta: object) => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`;
  const named = (type: string) => `event: ${type}\ndata: ${JSON.stringify({ type })}\n\n`;
  const role = chunk({ role: "assistant", content: "", refusal: null, tool_calls: [] });
  const filters = 'data: {"choices":[],"prompt_filter_results":[{}]}\n\n';
  const begun = named("response.created") + named("response.output_item.added");

  test.each([
    ["a text", "chat/completions", filters + role, chunk({ content: "hi" })],
    ["reasoning", "chat/completions", role, chunk({ content: "", reasoning_content: "hm" })],
    ["a refusal", "chat/completions", role, chunk({ refusal: "no" })],
    ["a tool call", "chat/completions", role, chunk({ tool_calls: [{ index: 0, function: { arguments: "{" } }] })],
    ["audio", "chat/completions", role, chunk({ audio: { data: "AAAA" } })],
    ["an event of Responses", "responses", begun, named("response.output_text.delta")],
    ["the last event, if none came", "responses", begun, named("response.completed")],
    ["the end, if none came", "chat/completions", role, DONE],
  ])("%s", async (_what, path, before, first) => {
    const pauseMs = 300;
    upstream.respond((_request, response) => {
      response.writeHead(200, EVENTS).write(before);
      setTimeout(() => response.end(first), pauseMs);
    });
    const answer = await fetch(`${gateway.url}/v1/${path}`, {
      method: "POST",
      headers: { authorization: `Basic ${gateway.workspace.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "one", messages: [], input: "Hello", stream: true, user: newUser() }),
    });
    expect(await answer.text()).toBe(before + first);
    expect(lines[0]?.ttftMs).toBeGreaterThanOrEqual(pauseMs - 1);
  });

  test("and not with the last one", async () => {
    const pauseMs = 300;
    upstream.respond((_request, response) => {
      response.writeHead(200, EVENTS).write(role + EVENT);
      setTimeout(() => response.end(EVENT + DONE), pauseMs);
    });
    await (await gateway.chat(call("one", newUser(), { stream: true }))).text();
    const { ttftMs, latencyMs } = lines[0] ?? {};
    expect(Number(latencyMs) - Number(ttftMs)).toBeGreaterThanOrEqual(pauseMs / 2);
  });
});

describe("Responses whose servers name no events and put the type last", () => {
  const event = (type: string, more: object = {}) => `data: ${JSON.stringify({ ...more, type })}\n\n`;
  const respond = (user: string) =>
    fetch(`${gateway.url}/v1/responses`, {
      method: "POST",
      headers: { authorization: `Basic ${gateway.workspace.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "one", input: "Hello", stream: true, user }),
    });

  test("the last event waits for the commit, and its usage is read", async () => {
    const user = newUser();
    const response = { usage: { input_tokens: 3, output_tokens: 4 } };
    const text =
      event("response.created", { response: {} }) +
      event("response.output_text.delta", { delta: "hi" }) +
      event("response.completed", { response });
    upstream.respond((_request, answer) => answer.writeHead(200, EVENTS).write(text));
    const reader = (await respond(user)).body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes("response.completed")) seen += (await reader.read()).value ?? "";
    expect(seen).toBe(text);
    expect(await isExposed(user)).toBe(true);
    expect(lines[0]).toMatchObject({ outcome: "served", inputTokens: 3, outputTokens: 4 });
    await reader.cancel();
  });

  test.each(["response.failed", "error"])("a first %s is a failure", async (type) => {
    const text = event("response.created") + event(type, { message: "why", response: { error: { message: "why" } } });
    upstream.respond((_request, answer) => answer.writeHead(200, EVENTS).end(text));
    const answer = await respond(newUser());
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain("why");
  });

  test("the first event, with the id that a caller may cancel, does not wait for the next one for long", async () => {
    const user = newUser();
    const first = event("response.queued", { response: { id: "resp_1" } });
    let go = () => {};
    upstream.respond((_request, answer) => {
      answer.writeHead(200, EVENTS).write(first);
      go = () => answer.end(event("response.completed"));
    });
    const reader = (await respond(user)).body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe(first);
    go();
    expect((await reader.read()).value).toBe(event("response.completed"));
    expect(await isExposed(user)).toBe(true);
  });
});
