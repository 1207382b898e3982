// What an upstream must not bring about: statuses that HTTP does not have, and the variant's key in the caller's hands.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

const KEY = "sk-proj-0123456789abcdefghijklmnopqrstuv/w+x";

let gateway: GatewayHarness;
let upstream: Server;
let respond: (request: IncomingMessage, response: ServerResponse) => void;
beforeAll(async () => {
  gateway = await createGatewayHarness();
  upstream = createServer((request, response) => {
    request.resume();
    request.on("end", () => respond(request, response));
  });
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
  const variants = [{ id: "v", weight: 1, upstream: { baseUrl, model: "m", apiKey: KEY } }];
  await gateway.createRouter("odd", {}, { variants });
  const placeholder = { id: "v", weight: 1, upstream: { baseUrl, model: "m", apiKey: "json" } };
  await gateway.createRouter("placeholder", {}, { variants: [placeholder] });
});
afterAll(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await gateway.close();
});

test.each([600, 799, 999])("a status of %d is a 502, not a failure of this server", async (status) => {
  respond = (_request, response) => response.writeHead(status).end('{"error":{"message":"odd"}}');
  const answer = await gateway.chat(call("odd"));
  expect(answer.status).toBe(502);
  expect(await answer.json()).toMatchObject({
    error: { message: expect.stringContaining(String(status)) as string, code: "upstream_error" },
  });
  expect(gateway.log.text).not.toContain('"level":"error"');
});

test("a placeholder instead of a key is looked for in no response", async () => {
  const body = '{"error":{"message":"send json"}}';
  respond = (_request, response) => response.writeHead(400, { "x-request-id": "json-1" }).end(body);
  const refused = await gateway.chat(call("placeholder"));
  expect(await refused.text()).toBe(body);
  respond = (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("{}");
  const answer = await gateway.chat(call("placeholder"));
  expect(answer.headers.get("content-type")).toBe("application/json");
  await answer.text();
});

const escaped = KEY.split("")
  .map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
  .join("");
test.each([
  ["as it is", `{"error":{"message":"bad header: Bearer ${KEY}"}}`],
  ["in part", `{"error":{"message":"no such key: ${KEY.slice(0, 25)}..."}}`],
  ["escaped", `{"error":{"message":"${escaped}"}}`],
  ["in a URL", `{"error":{"message":"/?key=${encodeURIComponent(KEY)}"}}`],
  ["as a name", `{"error":{"${KEY}":1}}`],
  ["too deep to find", `{"error":{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}}`],
])("an error that quotes the variant's key, %s, does not reach the caller", async (_how, body) => {
  respond = (_request, response) => response.writeHead(400, { "x-request-id": KEY }).end(body);
  const answer = await gateway.chat(call("odd"));
  expect(answer.status).toBe(400);
  const text = await answer.text();
  expect(text).not.toContain(KEY.slice(0, 20));
  expect(text).not.toContain("u0073");
  expect(JSON.parse(text)).toMatchObject({ error: { code: "upstream_error" } });
  expect(answer.headers.get("x-request-id")).not.toBe(KEY);
  expect(gateway.log.text).not.toContain(KEY);
});

test("the value of a header of the variant is cut out, and the reason stays; a short one is no secret", async () => {
  const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
  const headers = { "openai-organization": "org-0123456789", "x-flag": "true", "x-one": "1" };
  await gateway.createRouter(
    "headed",
    {},
    {
      variants: [{ id: "v", weight: 1, upstream: { baseUrl, model: "m", apiKey: KEY, headers } }],
    },
  );
  const message = "org-0123456789 is not a member. It is true that there is 1 more.";
  for (const status of [400, 401]) {
    respond = (_request, response) => response.writeHead(status).end(JSON.stringify({ error: { message } }));
    const { error } = (await (await gateway.chat(call("headed"))).json()) as { error: { message: string } };
    expect(error.message).toContain("[key] is not a member. It is true that there is 1 more.");
  }
});

test("any other error goes on as it came, what looks like a key included", async () => {
  const body = '{"error":{"message":"key sk-proj-********uvwx has no quota","code":"quota"},"n":1.50}';
  respond = (_request, response) => response.writeHead(400).end(body);
  expect(await (await gateway.chat(call("odd"))).text()).toBe(body);
});
