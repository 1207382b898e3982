// Many open streams to one origin keep nobody else from it: one workspace has as many as it may, another one goes on.
import pLimit from "p-limit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";
import { COMPLETION, JSON_TYPE, startRawUpstream, type RawUpstream } from "../support/gateway/rawUpstream.ts";

/** More than any limit on connections that the gateway once had. */
const STREAMS = 1_040;
/** The callers share this process: more would send their calls later than the server waits for them. */
const BEGUN_AT_ONCE = 50;
const EVENT = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';

let gateway: GatewayHarness;
let upstream: RawUpstream;
beforeAll(async () => {
  gateway = await createGatewayHarness({
    limits: { workspaceGatewayCallsAtOnce: STREAMS, gatewayCallsAtOnce: 2 * STREAMS },
  });
  upstream = await startRawUpstream();
});
afterAll(async () => {
  upstream.stop();
  await gateway.close();
});

test("a workspace's streams take no connection from another workspace", { timeout: 120_000 }, async () => {
  const variants = [{ id: "v", weight: 1, upstream: { baseUrl: upstream.baseUrl, model: "m", apiKey: null } }];
  await gateway.createRouter("one", {}, { variants });
  const other = await gateway.store.workspaces.create("other");
  const route = { id: "default", conditions: {}, fallbackVariantIds: [], variants };
  await gateway.store.routers.create(other.workspaceId, { id: "one", description: null, routes: [route] });
  upstream.respond((_request, response, body) => {
    if (!body.includes('"stream":true')) response.writeHead(200, JSON_TYPE).end(COMPLETION);
    // They stay open.
    else response.writeHead(200, { "content-type": "text/event-stream" }).write(EVENT);
  });
  const leaving = new AbortController();
  const limit = pLimit(BEGUN_AT_ONCE);
  const begin = () => gateway.chat(call("one", null, { stream: true }), { signal: leaving.signal });
  const open = await Promise.all(Array.from({ length: STREAMS }, () => limit(begin)));
  expect(open.every(({ status }) => status === 200)).toBe(true);
  const refused = await gateway.chat(call("one"));
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
  const headers = { authorization: `Basic ${other.apiKey}`, "content-type": "application/json" };
  const answer = await gateway.chat(call("one"), { headers });
  expect([answer.status, await answer.text()]).toEqual([200, COMPLETION]);
  leaving.abort();
});
