// What one workspace may have of the gateway at once: calls and bytes of bodies. Refusals have OpenAI's shape.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

const MAX_BODY_BYTES = 1_000_000;

let gateway: GatewayHarness;
beforeAll(async () => {
  gateway = await createGatewayHarness({
    limits: { workspaceGatewayCallsAtOnce: 2, workspaceBodyBytes: MAX_BODY_BYTES },
  });
  await gateway.createRouter("one", { a: 1 });
});
afterAll(() => gateway.close());
afterEach(() => gateway.upstream.clear());

const refusal = { type: "invalid_request_error", param: null, code: null };

test("calls at once: one more is a 429 that says when to try again, until one of them ends", async () => {
  gateway.upstream.order({ kind: "hang" }, { kind: "hang" });
  const stop = new AbortController();
  const hanging = [1, 2].map(() => gateway.chat(call("one"), { signal: stop.signal }).catch(() => null));
  await eventually(() => gateway.upstream.seen.length === 2);
  const refused = await gateway.chat(call("one"));
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(await refused.json()).toMatchObject({ error: refusal });
  stop.abort();
  await Promise.all(hanging);
  await eventually(async () => (await gateway.chat(call("one"))).status === 200);
});

test("bytes of bodies at once: they are given back when the upstream answers", async () => {
  const long = { padding: "x".repeat(MAX_BODY_BYTES * 0.6) };
  gateway.upstream.order({ kind: "hang" });
  const stop = new AbortController();
  const hanging = gateway.chat(call("one", null, long), { signal: stop.signal }).catch(() => null);
  await eventually(() => gateway.upstream.seen.length === 1);
  const refused = await gateway.chat(call("one", null, long));
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect((await gateway.chat(call("one"))).status).toBe(200);
  stop.abort();
  await hanging;
  for (let i = 0; i < 3; i++)
    await eventually(async () => (await gateway.chat(call("one", null, long))).status === 200);
});

test.each([
  ["lists within each other", `{"model":"inworld/one","messages":${"[".repeat(201)}`, /more than 200 lists/],
  ["a thousand fields", `{${'"a":1,'.repeat(1_000)}"model":"inworld/one"}`, /more than 1000 fields/],
  ["the same field again and again", `{${'"user":"u",'.repeat(1_000)}"model":"inworld/one"}`, /more than 1000 fields/],
  [
    "metadata without an end",
    JSON.stringify({ ...call("one"), metadata: { a: "x".repeat(70_000) } }),
    /`metadata` is longer/,
  ],
])("a body with %s is a 400 of every call", async (_, body, message) => {
  for (const path of ["chat/completions", "responses", "embeddings"]) {
    const headers = { authorization: `Basic ${gateway.workspace.apiKey}`, "content-type": "application/json" };
    const refused = await fetch(`${gateway.url}/v1/${path}`, { method: "POST", headers, body });
    expect(refused.status).toBe(400);
    const { error } = (await refused.json()) as { error: { message: string } };
    expect(error.message).toMatch(message);
  }
  expect(gateway.upstream.seen).toEqual([]);
});
