// Chat Completions end to end: who is served by what, what is recorded, and what comes back.
import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

let gateway: GatewayHarness;
beforeAll(async () => {
  gateway = await createGatewayHarness({ headersTimeoutMs: 1_000, idleTimeoutMs: 1_000 });
  await gateway.createRouter("half", { a: 1, b: 1 });
  await gateway.createRouter("safe", { a: 1, b: 0 }, { fallbackVariantIds: ["b"] });
  await gateway.createRouter("one", { a: 1 });
});
afterAll(() => gateway.close());
afterEach(() => gateway.upstream.clear());

const variantOf = (answer: Response) => answer.headers.get("x-crosscurrent-variant");
const errorOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: Record<string, unknown> };
  return { status: answer.status, ...error };
};

describe("a call", () => {
  test("reaches the variant's upstream with its key and model and comes back with its headers", async () => {
    const answer = await gateway.chat(call("one", "ann", { temperature: 0.5 }), {});
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { content: "model-a heard: Hello" } }] });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-length": String(Buffer.byteLength(text)),
      "x-frame-options": "DENY",
      "x-crosscurrent-router": "one",
      "x-crosscurrent-route": "default",
      "x-crosscurrent-variant": "a",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    const [seen] = gateway.upstream.seen;
    expect(seen?.headers.authorization).toBe("Bearer sk-a");
    expect(JSON.parse(seen?.body ?? "")).toEqual({ ...call("one", null, { temperature: 0.5 }), model: "model-a" });
    expect(JSON.stringify(seen)).not.toContain(gateway.workspace.apiKey);
    expect(await gateway.exposures("one")).toEqual([{ variantId: "a", userId: "ann" }]);
    expect(gateway.log.text).not.toMatch(/ann|sk-a|Hello/);
  });

  test("goes on byte by byte but for the model: digits, order, unknown and doubled fields", async () => {
    const text = `{ "seed": 12345678901234567890, "x": [{"model":"inner \\"}"}], "mod\\u0065l" : "first",
      "n":1.10e+2, "messages": [], "model":"inworld/one" , "ünknown": {"a":"]}"} }`;
    expect((await gateway.chat(text)).status).toBe(200);
    expect(gateway.upstream.seen[0]?.body).toBe(
      text.replace('"first"', '"model-a"').replace('"inworld/one"', '"model-a"'),
    );
  });

  test("keeps its user's variant, and without a user goes by weight and is not recorded", async () => {
    const users = Array.from({ length: 30 }, (_, i) => `user ${i}`);
    const first = await Promise.all(users.map(async (user) => variantOf(await gateway.chat(call("half", user)))));
    const again = await Promise.all(users.map(async (user) => variantOf(await gateway.chat(call("half", user)))));
    expect(again).toEqual(first);
    expect(new Set(first)).toEqual(new Set(["a", "b"]));
    await eventually(async () => (await gateway.exposures("half")).length === 60);
    const nobody = await Promise.all(users.map(async () => variantOf(await gateway.chat(call("half")))));
    expect(new Set(nobody)).toEqual(new Set(["a", "b"]));
    const recorded = await gateway.exposures("half");
    expect(recorded).toHaveLength(60);
    expect(new Set(recorded.map(({ userId, variantId }) => `${userId} ${variantId}`)).size).toBe(30);
  });

  test("takes the first route whose conditions hold", async () => {
    const { store, workspace, upstream } = gateway;
    const route = (id: string, conditions: object) => ({
      id,
      conditions,
      fallbackVariantIds: [],
      variants: [
        {
          id: "v",
          weight: 1,
          upstream: {
            baseUrl: upstream.baseUrl,
            model: id,
            apiKey: null,
          },
        },
      ],
    });
    const routes = [route("pro", { metadata: { plan: ["pro", "team"] } }), route("fast", { models: ["fast"] })];
    await store.routers.create(workspace.workspaceId, { id: "many", description: null, routes });
    const routeOf = async (body: object) => (await gateway.chat(body)).headers.get("x-crosscurrent-route");
    expect(await routeOf(call("many", null, { metadata: { plan: "team" } }))).toBe("pro");
    expect(await routeOf(call("many:fast", null, { metadata: { plan: "free" } }))).toBe("fast");
    expect(await errorOf(await gateway.chat(call("many")))).toMatchObject({ status: 404, code: "no_route" });
  });
});

describe("a stream", () => {
  test("passes through byte by byte, token by token, and its exposure is committed before it ends", async () => {
    const asked = { stream: true, stream_options: { include_usage: true } };
    const direct = await fetch(`${gateway.upstream.baseUrl}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ ...call("one"), model: "model-a", ...asked }),
    });
    const expected = await direct.text();
    gateway.upstream.order({ kind: "pace", delayMs: 20 });
    const answer = await gateway.chat(call("one", "stream", asked));
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const pieces: string[] = [];
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) pieces.push(piece);
    expect(pieces.join("")).toBe(expected);
    expect(pieces.length).toBeGreaterThan(3);
    expect(await gateway.exposures("one")).toContainEqual({ variantId: "a", userId: "stream" });
  });

  test("that breaks off or falls silent upstream breaks off here", async () => {
    for (const kind of ["cut", "stall"] as const) {
      gateway.upstream.order({ kind, afterEvents: 2 });
      const answer = await gateway.chat(call("one", kind, { stream: true }));
      await expect(answer.text()).rejects.toThrow("terminated");
    }
    const users = (await gateway.exposures("one")).map(({ userId }) => userId);
    expect(users).not.toContain("cut");
  });

  test("that breaks off says so, where clients take the end of the connection for the end of the answer", async () => {
    gateway.upstream.order({ kind: "cut", afterEvents: 2 });
    const asked = httpRequest(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Basic ${gateway.workspace.apiKey}`,
        "content-type": "application/json",
        connection: "close",
      },
    });
    asked.end(JSON.stringify(call("one", "closing", { stream: true })));
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    let text = "";
    answer.on("data", (piece: Buffer) => (text += piece.toString()));
    answer.on("error", () => undefined);
    await new Promise((resolve) => answer.once("close", resolve));
    expect(answer.complete).toBe(false);
    const events = text.split("\n\n").filter((event) => event !== "");
    expect(JSON.parse(events.at(-1)!.slice("data: ".length))).toMatchObject({ error: { code: "upstream_broken" } });
    expect(events).toHaveLength(3);
  });

  test("whose reader leaves is given up upstream, and stays recorded", async () => {
    gateway.upstream.order({ kind: "stall", afterEvents: 2 });
    const leave = new AbortController();
    const answer = await gateway.chat(call("one", "gone"), {
      signal: leave.signal,
      body: JSON.stringify(call("one", "gone", { stream: true })),
    });
    await answer.body!.getReader().read();
    leave.abort();
    await eventually(() => gateway.upstream.seen[0]?.abandoned === true);
    await eventually(async () => (await gateway.exposures("one")).some(({ userId }) => userId === "gone"));
    expect(gateway.upstream.seen).toHaveLength(1);
  });

  test("waits upstream for a reader who is slow, without gathering it here", async () => {
    const PIECE = Buffer.alloc(256 * 1024, "x");
    const PIECES = 256;
    let sent = 0;
    const flood = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { "content-type": "text/event-stream" });
      const more = () => {
        while (sent < PIECES) {
          sent++;
          if (response.write(PIECE)) continue;
          response.once("drain", more);
          return;
        }
        response.end("data: [DONE]\n\n");
      };
      more();
    });
    flood.listen(0, "127.0.0.1");
    await once(flood, "listening");
    const baseUrl = `http://127.0.0.1:${(flood.address() as AddressInfo).port}`;
    const variants = [{ id: "v", weight: 1, upstream: { baseUrl, model: "m", apiKey: null } }];
    await gateway.createRouter("flood", {}, { variants });
    const answer = await gateway.chat(call("flood", "slow", { stream: true }));
    // Nothing is read: what is under way fills up, and then nothing moves any more.
    let [seen, still] = [-1, 0];
    await eventually(() => {
      [seen, still] = sent === seen ? [seen, still + 1] : [sent, 0];
      return still > 100;
    });
    expect(sent).toBeLessThan(PIECES / 2);
    expect((await answer.arrayBuffer()).byteLength).toBe(PIECES * PIECE.length + "data: [DONE]\n\n".length);
    flood.closeAllConnections();
    flood.close();
  });

  test("before it begins: a caller who leaves ends the call upstream, and nothing is recorded", async () => {
    gateway.upstream.order({ kind: "hang" });
    const leave = new AbortController();
    const pending = gateway.chat(call("one", "early"), { signal: leave.signal });
    await eventually(() => gateway.upstream.seen.length === 1);
    leave.abort();
    await expect(pending).rejects.toThrow("aborted");
    await eventually(() => gateway.upstream.seen[0]?.abandoned === true);
    expect(await gateway.exposures("one")).not.toContainEqual({ variantId: "a", userId: "early" });
  });
});

describe("the fallback", () => {
  // An upstream that mostly failed is left out, whatever it would do now.
  beforeEach(async () => {
    for (let i = 0; i < 5; i++) await (await gateway.chat(call("one"))).text();
  });

  test.each([
    { kind: "status", status: 500 },
    { kind: "status", status: 429 },
    { kind: "reset" },
    { kind: "hang" },
  ] as const)("serves after $kind $status, and is the exposure", async (fault) => {
    // A closed connection is tried once more.
    gateway.upstream.order(...(fault.kind === "reset" ? [fault, fault] : [fault]));
    const user = JSON.stringify(fault);
    const answer = await gateway.chat(call("safe", user));
    expect([answer.status, variantOf(answer)]).toEqual([200, "b"]);
    await answer.text();
    expect((await gateway.exposures("safe")).filter(({ userId }) => userId === user)).toEqual([
      { variantId: "b", userId: user },
    ]);
    const keys = new Set(gateway.upstream.seen.map(({ headers }) => headers.authorization));
    expect([...keys]).toEqual(["Bearer sk-a", "Bearer sk-b"]);
  });

  test("does not serve after a refusal of the call itself", async () => {
    gateway.upstream.order({ kind: "status", status: 400 });
    const answer = await gateway.chat(call("safe", "bad"));
    expect([answer.status, variantOf(answer)]).toEqual([400, "a"]);
    expect((await gateway.exposures("safe")).some(({ userId }) => userId === "bad")).toBe(false);
  });

  test("that fails too answers with its own failure", async () => {
    gateway.upstream.order({ kind: "status", status: 500 }, { kind: "status", status: 503 });
    const answer = await gateway.chat(call("safe"));
    expect([answer.status, variantOf(answer)]).toEqual([503, "b"]);
  });
});
