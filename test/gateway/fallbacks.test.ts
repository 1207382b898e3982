// Ordered fallbacks, and the circuit breaker that leaves out an upstream that keeps failing.
import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createBreakers, type BreakerRef } from "../../src/gateway/breakers.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { COMPLETION, JSON_TYPE, startRawUpstream, type RawUpstream } from "../support/gateway/rawUpstream.ts";

/** Tests move the clock, which is all that breakers look at, and nothing else stands still. */
const PAUSE_MS = 3_600_000;
const afterThePause = () => vi.setSystemTime(Date.now() + PAUSE_MS + 1);

let gateway: GatewayHarness;
const upstreams = {} as Record<"a" | "b" | "c", RawUpstream>;
beforeEach(async () => {
  gateway = await createGatewayHarness({ breakerPauseMs: PAUSE_MS });
  for (const id of ["a", "b", "c"] as const) upstreams[id] = await startRawUpstream();
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(async () => {
  vi.useRealTimers();
  for (const upstream of Object.values(upstreams)) upstream.stop();
  await gateway.close();
});

const ok = (id: "a" | "b" | "c") =>
  upstreams[id].respond((_request, response) => response.writeHead(200, JSON_TYPE).end(COMPLETION));
const down = (id: "a" | "b" | "c") =>
  upstreams[id].respond((_request, response) => response.writeHead(503).end('{"detail":"down"}'));

async function createRouter(fallbackVariantIds: string[]) {
  const variants = (["a", "b", "c"] as const).map((id) => ({
    id,
    weight: id === "a" ? 1 : 0,
    upstream: { baseUrl: upstreams[id].baseUrl, model: "m", apiKey: null },
  }));
  await gateway.createRouter("one", {}, { variants, fallbackVariantIds });
}
async function ask(user: string | null = null) {
  const answer = await gateway.chat(call("one", user));
  await answer.text();
  const { headers } = answer;
  return [answer.status, headers.get("x-crosscurrent-assigned-variant"), headers.get("x-crosscurrent-variant")];
}

test("fallbacks are asked in their order, each once; the exposure names the one that served", async () => {
  await createRouter(["c", "b"]);
  for (const id of ["a", "b", "c"] as const) down(id);
  expect(await ask()).toEqual([503, "a", "b"]);
  ok("b");
  expect(await ask("ann")).toEqual([200, "a", "b"]);
  ok("c");
  expect(await ask("bea")).toEqual([200, "a", "c"]);
  expect(upstreams.b.calls()).toBe(1);
  expect(await gateway.exposures("one")).toEqual([
    { userId: "ann", variantId: "b" },
    { userId: "bea", variantId: "c" },
  ]);
});

test("an upstream that keeps failing is left out, and serves again once it works", async () => {
  await createRouter(["b"]);
  down("a");
  ok("b");
  for (let i = 0; i < 5; i++) expect(await ask()).toEqual([200, "a", "b"]);
  expect(upstreams.a.calls()).toBe(5);
  for (let i = 0; i < 20; i++) expect(await ask()).toEqual([200, "a", "b"]);
  expect(upstreams.a.calls()).toBe(5);
  ok("a");
  afterThePause();
  for (let i = 0; i < 3; i++) expect(await ask()).toEqual([200, "a", "a"]);
});

test("if all are left out, the assigned one is asked all the same", async () => {
  await createRouter(["b"]);
  down("a");
  down("b");
  for (let i = 0; i < 5; i++) expect((await ask())[0]).toBe(503);
  down("a");
  expect(await ask()).toEqual([503, "a", "a"]);
  expect(upstreams.a.calls()).toBe(1);
});

test.each([
  ["a bad field", 400, { message: "bad" }],
  [
    "a file that is not there",
    404,
    { message: "No such File object: file-1", type: "invalid_request_error", param: "id", code: null },
  ],
  [
    "a response that is not there",
    404,
    { message: "Previous response not found.", code: "previous_response_not_found" },
  ],
])("what one call contains opens no breaker: %s", async (_what, status, error) => {
  await createRouter(["b"]);
  ok("b");
  upstreams.a.respond((_request, response) => response.writeHead(status).end(JSON.stringify({ error })));
  // A 404 falls back all the same.
  const expected = status === 404 ? [200, "a", "b"] : [status, "a", "a"];
  for (let i = 0; i < 8; i++) expect(await ask()).toEqual(expected);
  expect(upstreams.a.calls()).toBe(8);
  ok("a");
  expect(await ask()).toEqual([200, "a", "a"]);
});

test.each([
  ["OpenAI's model", '{"error":{"code":"model_not_found","message":"no"}}'],
  ["Azure's deployment", '{"error":{"code":"DeploymentNotFound","message":"no"}}'],
  ["Ollama's model", '{"error":{"message":"no","type":"not_found_error","param":null,"code":null}}'],
  ["Ollama's model in its own words", '{"error":"model \'m\' not found"}'],
  ["a path", "404 page not found"],
])("what is not there at all does: %s", async (_what, body) => {
  await createRouter(["b"]);
  ok("b");
  upstreams.a.respond((_request, response) => response.writeHead(404).end(body));
  for (let i = 0; i < 8; i++) expect(await ask()).toEqual([200, "a", "b"]);
  expect(upstreams.a.calls()).toBe(5);
});

test("an upstream whose answers break off is left out, and one whose streams say that they failed is not", async () => {
  await createRouter(["b"]);
  ok("b");
  const event = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';
  const begin = (end: (response: ServerResponse) => void) =>
    upstreams.a.respond((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(event, () => end(response));
    });
  const stream = async () => {
    const answer = await gateway.chat(call("one", null, { stream: true }));
    await answer.text().catch(() => undefined);
    return answer.headers.get("x-crosscurrent-variant");
  };
  const served: (string | null)[] = [];
  begin((response) => response.end('data: {"error":{"message":"no"}}\n\n'));
  for (let i = 0; i < 6; i++) served.push(await stream());
  begin((response) => response.destroy());
  for (let i = 0; i < 6; i++) served.push(await stream());
  expect(served).toEqual([...Array<string>(11).fill("a"), "b"]);
  // A trial that begins well ends the pause, and the next ones that break off begin it again.
  afterThePause();
  const later: (string | null)[] = [];
  for (let i = 0; i < 6; i++) later.push(await stream());
  expect(later.at(0)).toBe("a");
  expect(later.at(-1)).toBe("b");
});

describe("a breaker", () => {
  const ref: BreakerRef = { workspaceId: "w", routerId: "r", routeId: "t", variantId: "v" };
  const upstream = { baseUrl: "https://u.example/v1", model: "m", apiKey: "k" };
  type Result = "working" | "failing" | "unknown" | "begun";
  const self = (result: Result) => result;

  test("says when it opens and closes; workspaces and changed settings have their own", async () => {
    const changes: string[] = [];
    const breakers = createBreakers({
      pauseMs: PAUSE_MS,
      onChange: ({ variantId }, state) => changes.push(variantId + state),
    });
    const run = (result: Result, to = upstream, workspaceId = "w") =>
      breakers.run({ ...ref, workspaceId }, to, async () => result, self);
    for (let i = 0; i < 5; i++) await run("failing");
    expect([breakers.leftOut(), changes]).toEqual([1, ["vleft_out"]]);
    expect(await run("working")).toBeNull();
    expect(await run("working", upstream, "other")).toBe("working");
    expect(await run("working", { ...upstream, apiKey: "new" })).toBe("working");
    afterThePause();
    expect(await run("working")).toBe("working");
    expect([breakers.leftOut(), changes]).toEqual([0, ["vleft_out", "vworking"]]);
  });

  test("lets one call try; the others do not wait, and a trial that was given up proves nothing", async () => {
    const breakers = createBreakers({ pauseMs: PAUSE_MS, onChange: () => undefined });
    for (let i = 0; i < 5; i++) await breakers.run<Result>(ref, upstream, async () => "failing", self);
    let end: (result: Result) => void = () => undefined;
    afterThePause();
    const tried = breakers.run<Result>(ref, upstream, () => new Promise((resolve) => (end = resolve)), self);
    expect(await breakers.run<Result>(ref, upstream, async () => "working", self)).toBeNull();
    end("unknown");
    expect(await tried).toBe("unknown");
    expect(breakers.leftOut()).toBe(1);
  });

  test("learns of an answer that had begun only by its end", async () => {
    const breakers = createBreakers({ pauseMs: PAUSE_MS, onChange: () => undefined });
    const begin = () => breakers.run<Result>(ref, upstream, async () => "begun", self);
    const end = async (verdict: "working" | "failing") => {
      breakers.ended("w", upstream, verdict);
      await new Promise(setImmediate);
    };
    for (let i = 0; i < 10; i++) expect(await begin()).toBe("begun");
    for (let i = 0; i < 4; i++) await end("working");
    for (let i = 0; i < 4; i++) await end("failing");
    expect(breakers.leftOut()).toBe(0);
    await end("failing");
    expect(breakers.leftOut()).toBe(1);
    // Answers of before are no trial.
    afterThePause();
    await end("working");
    expect(breakers.leftOut()).toBe(1);
    expect(await begin()).toBe("begun");
    expect(breakers.leftOut()).toBe(0);
  });

  test("learns nothing of calls whose callers left", async () => {
    const breakers = createBreakers({ pauseMs: PAUSE_MS, onChange: () => undefined });
    const run = (result: Result) => breakers.run(ref, upstream, async () => result, self);
    for (let i = 0; i < 4; i++) {
      expect([await run("unknown"), await run("failing"), await run("unknown")]).toEqual([
        "unknown",
        "failing",
        "unknown",
      ]);
    }
    expect(breakers.leftOut()).toBe(0);
    await run("failing");
    expect(breakers.leftOut()).toBe(1);
  });
});
