// Tokens of streams: upstreams are asked for them, callers see what they asked for, and who refuses is not asked again.
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startLocalUpstream, type LocalUpstream } from "../../dev/standins/upstream/server.ts";
import { DIALECTS, type Dialect } from "../../dev/standins/upstream/dialects.ts";
import type { NewVariant } from "../../src/domain/router.ts";
import { readCallBody, scanCallBody } from "../../src/gateway/callBody.ts";
import { callLine } from "../../src/gateway/callLine.ts";
import { CHAT } from "../../src/gateway/openAiApis.ts";
import { createStreamUsage } from "../../src/gateway/streamUsage.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { startRawUpstream } from "../support/gateway/rawUpstream.ts";

const lines: ReturnType<typeof callLine>[] = [];
let gateway: GatewayHarness;
const upstreams = {} as Record<Dialect, LocalUpstream>;
beforeAll(async () => {
  gateway = await createGatewayHarness({ onFinished: (...told) => void lines.push(callLine(...told)) });
  for (const dialect of DIALECTS) upstreams[dialect] = await startLocalUpstream({ dialect });
});
afterAll(async () => {
  await Promise.all(Object.values(upstreams).map((upstream) => upstream.stop()));
  await gateway.close();
});

const AZURE = { headers: { "api-key": "azure-key-0123456789" }, query: { "api-version": "2024-02-01" } };

let routers = 0;
/** A router of one variant, and calls of it. */
async function routerOf(dialect: Dialect, options: Partial<NewVariant["upstream"]> = {}) {
  const id = `r${routers++}`;
  const own = dialect === "azure" ? AZURE : {};
  const upstream = { baseUrl: upstreams[dialect].baseUrl, model: "m", apiKey: null, ...own, ...options };
  await gateway.createRouter(id, {}, { variants: [{ id: "v", weight: 1, upstream }] });
  upstreams[dialect].clear();
  return async (more: object) => {
    lines.length = 0;
    const answer = await gateway.chat(call(id, "ann", more));
    const text = await answer.text();
    const asked = upstreams[dialect].seen.map(
      ({ body }) => (JSON.parse(body) as Record<string, unknown>).stream_options,
    );
    return { status: answer.status, text, asked, tokens: lines[0]?.inputTokens };
  };
}
const chunksOf = (text: string) =>
  text
    .split("\n\n")
    .filter((event) => event.startsWith("data: {"))
    .map((event) => JSON.parse(event.slice("data: ".length)) as { choices: unknown[]; usage?: unknown });

test.each(DIALECTS)(
  "%s: a stream tells its tokens though the caller did not ask, and it sees no further chunk",
  async (dialect) => {
    const ask = await routerOf(dialect);
    for (let i = 0; i < 2; i++) {
      const { status, text, tokens } = await ask({ stream: true });
      expect(status).toBe(200);
      expect(chunksOf(text).map(({ choices }) => choices.length)).not.toContain(0);
      expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
      // Old versions of Azure tell no tokens of streams.
      expect(tokens).toBe(dialect === "azure" ? null : 8);
    }
    // Those who refuse the question are asked once, and then no more.
    const { asked } = await ask({ stream: true });
    const isRefused = dialect === "azure" || dialect === "mistral";
    const question = { include_usage: true };
    expect(asked).toEqual(isRefused ? [question, undefined, undefined, undefined] : [question, question, question]);
  },
);

test.each(DIALECTS)("%s: plain calls are asked for nothing", async (dialect) => {
  const ask = await routerOf(dialect);
  expect(await ask({})).toMatchObject({ status: 200, asked: [undefined], tokens: 8 });
  expect(await ask({ stream: false })).toMatchObject({ status: 200, asked: [undefined, undefined] });
});

describe("a caller's own options", () => {
  test("with the usage: it gets the chunk", async () => {
    const ask = await routerOf("openai");
    const { text, tokens } = await ask({ stream: true, stream_options: { include_usage: true } });
    expect(chunksOf(text).at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 8 } });
    expect(tokens).toBe(8);
  });

  test("without it: they stay, and the chunk does not come", async () => {
    const ask = await routerOf("openai");
    const options = { include_usage: false, include_obfuscation: false };
    const { text, tokens, asked } = await ask({ stream: true, stream_options: options });
    expect(asked).toEqual([{ include_usage: true, include_obfuscation: false }]);
    expect(chunksOf(text).map(({ choices }) => choices.length)).not.toContain(0);
    expect(tokens).toBe(8);
  });

  test("that are none reach the upstream as they are", async () => {
    const { asked } = await (await routerOf("ollama"))({ stream: true, stream_options: "yes" });
    expect(asked).toEqual(["yes"]);
  });

  test("of a call that is no stream are the upstream's to refuse", async () => {
    const { status, text } = await (await routerOf("openai"))({ stream_options: { include_usage: true } });
    expect([status, JSON.parse(text)]).toMatchObject([400, { error: { param: "stream_options" } }]);
  });
});

test("who refuses the question is asked again after an hour", async () => {
  const bytes = Buffer.from('{"model":"m","stream":true}');
  const scan = scanCallBody();
  scan.push(bytes);
  const body = readCallBody(bytes, scan);
  const upstream = { baseUrl: "https://u.example/v1", model: "m" };
  const usage = createStreamUsage();
  const asks = () => usage.asks("w", CHAT, body, upstream);
  expect(asks()).toBe(true);
  const now = performance.now();
  const clock = vi.spyOn(performance, "now").mockReturnValue(now);
  usage.stopAsking("w", upstream);
  expect([asks(), usage.asks("other", CHAT, body, upstream)]).toEqual([false, true]);
  // The cache looks at the clock once in a millisecond.
  await delay(5);
  clock.mockReturnValue(now + 3_600_001);
  expect(asks()).toBe(true);
  clock.mockRestore();
});

test("a refusal of the caller's own options does not keep other calls from being asked", async () => {
  const upstream = await startRawUpstream();
  const asked: unknown[] = [];
  upstream.respond((_request, response, body) => {
    const { stream_options: options } = JSON.parse(body) as { stream_options?: object };
    asked.push(options);
    if (options !== undefined && "unknown" in options) response.writeHead(400).end("stream_options.unknown: no");
    else response.writeHead(200, { "content-type": "text/event-stream" }).end('data: {"choices":[]}\n\n');
  });
  const variant = { id: "v", weight: 1, upstream: { baseUrl: upstream.baseUrl, model: "m", apiKey: null } };
  await gateway.createRouter("own-options", {}, { variants: [variant] });
  const ask = async (more: object) => (await gateway.chat(call("own-options", null, { stream: true, ...more }))).status;
  expect([await ask({ stream_options: { unknown: 1 } }), await ask({})]).toEqual([400, 200]);
  expect(asked).toEqual([{ unknown: 1, include_usage: true }, { unknown: 1 }, { include_usage: true }]);
  upstream.stop();
});

test("a variant that drops the options, or sets its own, is not asked", async () => {
  const dropping = await routerOf("openai", { body: { drop: ["stream_options"] } });
  expect(await dropping({ stream: true })).toMatchObject({ asked: [undefined], tokens: null });
  const set = { stream_options: { include_usage: false } };
  expect(await (await routerOf("openai", { body: { set } }))({ stream: true })).toMatchObject({
    asked: [set.stream_options],
    tokens: null,
  });
});
