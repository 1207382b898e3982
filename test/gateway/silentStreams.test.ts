// Streams that are silent for long: comments keep them alive, and a failure behind a comment is an event.
import { Readable } from "node:stream";
import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { COMPLETION, JSON_TYPE, startRawUpstream, type RawUpstream } from "../support/gateway/rawUpstream.ts";

const EVENT = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';
const EVENTS = { "content-type": "text/event-stream" };

let gateway: GatewayHarness;
let upstream: RawUpstream;
/** Goes on with an answer once the caller has seen comments. */
let go: () => void = () => undefined;
beforeAll(async () => {
  gateway = await createGatewayHarness({ keepAliveMs: 20 });
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
  upstream.respond((_request, response) => {
    setTimeout(() => response.writeHead(200, JSON_TYPE).end(COMPLETION), 100);
  });
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.workspace.apiKey, maxRetries: 0 });
  const stream = await client.chat.completions.create({ model: "one", messages: [], stream: true });
  await expect(Readable.from(stream).toArray()).rejects.toThrow("did not stream");
});
