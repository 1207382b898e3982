// Streams that are silent for long: comments keep them alive, and a failure behind a comment is an event.
import { Readable } from "node:stream";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { callLine } from "../../src/gateway/callLine.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { COMPLETION, JSON_TYPE, startRawUpstream, type RawUpstream } from "../support/gateway/rawUpstream.ts";

const EVENT = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';
const EVENTS = { "content-type": "text/event-stream" };

const lines: ReturnType<typeof callLine>[] = [];
/** What commits wait for. */
let committing: Promise<void> = Promise.resolve();
let gateway: GatewayHarness;
let upstream: RawUpstream;
/** Goes on with an answer once the caller has seen comments. */
let go: () => void = () => undefined;
beforeAll(async () => {
  gateway = await createGatewayHarness({
    keepAliveMs: 20,
    onFinished: (...told) => void lines.push(callLine(...told)),
    replaced: ({ exposures }) => ({
      exposures: {
        ...exposures,
        ingest: async (...ingested) => {
          await committing;
          await exposures.ingest(...ingested);
        },
      },
    }),
  });
  upstream = await startRawUpstream();
  const variants = [{ id: "v", weight: 1, upstream: { baseUrl: upstream.baseUrl, model: "m", apiKey: null } }];
  await gateway.createRouter("one", {}, { variants });
});
afterAll(async () => {
  upstream.stop();
  await gateway.close();
});

/** Reads a stream, and lets the upstream go on after some comments in a row. */
async function read(user: string) {
  const answer = await gateway.chat(call("one", user, { stream: true }));
  let text = "";
  let seen = 0;
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.split(": keep-alive").length - 1 < seen + 2) continue;
    seen += 2;
    go();
  }
  return { answer, text, events: text.replaceAll(": keep-alive\n\n", "") };
}

test("before the upstream begins, and between its events, never within one", async () => {
  upstream.respond((_request, response) => {
    const steps = [
      () => response.writeHead(200, EVENTS).flushHeaders(),
      () => response.write(EVENT),
      () => response.end(`${EVENT}data: [DONE]\n\n`),
    ];
    go = () => steps.shift()?.();
  });
  const { answer, text, events } = await read("ann");
  expect(events).toBe(`${EVENT}${EVENT}data: [DONE]\n\n`);
  expect(text.startsWith(": keep-alive\n\n: keep-alive\n\n")).toBe(true);
  expect(text).toContain(`${EVENT}: keep-alive\n\n`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-crosscurrent-assigned-variant")).toBe("v");
  expect(answer.headers.has("x-crosscurrent-variant")).toBe(false);
  expect(await gateway.exposures("one")).toContainEqual({ userId: "ann", variantId: "v" });
});

test("a failure behind a comment is an event that clients take for an error, and no exposure", async () => {
  upstream.respond((_request, response) => {
    go = () => response.writeHead(429, JSON_TYPE).end('{"error":{"message":"slow down","type":"t","code":"c"}}');
  });
  const { events } = await read("bea");
  expect(events).toBe('data: {"error":{"message":"slow down","type":"t","code":"c"}}\n\n');
  expect((await gateway.exposures("one")).map(({ userId }) => userId)).not.toContain("bea");
  // Its caller got a 200. The upstream's own status and code stay with the attempt.
  const failedAttempts = [{ variantId: "v", status: 429, reason: "upstream_error", code: "c" }];
  expect(lines.at(-1)).toMatchObject({ outcome: "failed", status: 200, failedAttempts });
});

test("an answer that is no stream is an error behind a comment", async () => {
  upstream.respond((_request, response) => {
    go = () => response.writeHead(200, JSON_TYPE).end(COMPLETION);
  });
  const client = new OpenAI({
    baseURL: `${gateway.url}/v1`,
    apiKey: gateway.workspace.apiKey,
    maxRetries: 0,
    // The answer begins with the first comment.
    fetch: async (...args) => {
      const answer = await fetch(...args);
      go();
      return answer;
    },
  });
  const stream = await client.chat.completions.create({ model: "one", messages: [], stream: true });
  await expect(Readable.from(stream).toArray()).rejects.toThrow("did not stream");
});

test("while the commit is under way, behind all but the last event", async () => {
  let commit: () => void = () => undefined;
  committing = new Promise((resolve) => (commit = resolve));
  upstream.respond((_request, response) => {
    response.writeHead(200, EVENTS).end(`${EVENT}data: [DONE]\n\n`);
    go = commit;
  });
  const { text, events } = await read("cat");
  expect(events).toBe(`${EVENT}data: [DONE]\n\n`);
  expect(text.split(EVENT)[1]).toMatch(/^(?:: keep-alive\n\n){2,}data: \[DONE\]\n\n$/);
});

test("never in an answer that is no stream, however long it is silent", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const everyMs = 20_000;
  const slow = await createGatewayHarness({ keepAliveMs: everyMs });
  const variants = [{ id: "v", weight: 1, upstream: { baseUrl: upstream.baseUrl, model: "m", apiKey: null } }];
  await slow.createRouter("one", {}, { variants });
  const body = JSON.stringify({ text: "x".repeat(400_000) });
  upstream.respond((_request, response) => {
    response.writeHead(200, JSON_TYPE).write(body.slice(0, 300_000));
    go = () => response.end(body.slice(300_000));
  });
  const answer = await slow.chat(call("one", null, { stream: true }));
  vi.advanceTimersByTime(3 * everyMs);
  go();
  expect(await answer.text()).toBe(body);
  vi.useRealTimers();
  await slow.close();
});
