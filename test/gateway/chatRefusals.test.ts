// Refusals of Chat Completions end to end: their status, their shape, and what of an upstream's answer goes through.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

let gateway: GatewayHarness;
beforeAll(async () => {
  gateway = await createGatewayHarness({ headersTimeoutMs: 1_000, idleTimeoutMs: 1_000 });
  await gateway.createRouter("one", { a: 1 });
});
afterAll(() => gateway.close());
afterEach(() => gateway.upstream.clear());

const variantOf = (answer: Response) => answer.headers.get("x-crosscurrent-variant");
const errorOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: Record<string, unknown> };
  return { status: answer.status, ...error };
};

describe("refusals have OpenAI's shape", () => {
  test.each([
    ["without a key", call("one"), { headers: { "content-type": "application/json" } }, 401, "invalid_api_key", null],
    ["an unknown router", call("none"), {}, 404, "model_not_found", "model"],
    ["another model", { ...call("one"), model: "gpt-4o" }, {}, 404, "model_not_found", "model"],
    ["no model", { messages: [] }, {}, 400, null, "model"],
    ["no JSON", "{", {}, 400, null, null],
    ["a list", "[]", {}, 400, null, null],
    [
      "metadata that are too long",
      call("one", null, { metadata: { a: "x".repeat(70_000) } }),
      {},
      400,
      null,
      "metadata",
    ],
  ])("%s", async (_name, body, init, status, code, param) => {
    const error = await errorOf(await gateway.chat(body, init));
    expect(error).toEqual({
      status,
      code,
      param,
      type: "invalid_request_error",
      message: expect.any(String) as string,
    });
  });

  test("another type, another method, another workspace, too large", async () => {
    const { apiKey } = await gateway.store.workspaces.create("other");
    const as = (headers: Record<string, string>) => ({
      headers: { authorization: `Bearer ${gateway.workspace.apiKey}`, "content-type": "application/json", ...headers },
    });
    expect(await errorOf(await gateway.chat("{}", as({ "content-type": "text/plain" })))).toMatchObject({
      status: 415,
    });
    expect(await errorOf(await gateway.chat(call("one"), as({ authorization: `Basic ${apiKey}` })))).toMatchObject({
      status: 404,
    });
    const large = await gateway.chat(call("one", null, { pad: "x".repeat(33 * 1024 * 1024) }));
    expect(await errorOf(large)).toMatchObject({ status: 413, type: "invalid_request_error" });
    const get = await fetch(`${gateway.url}/v1/chat/completions`, as({}));
    expect(await errorOf(get)).toMatchObject({ status: 405 });
  });

  test("what the upstream refuses passes through, its headers picked, its word on the key not", async () => {
    const headers = { "retry-after": "7", "set-cookie": "a=b", "www-authenticate": "Basic", "x-ratelimit-limit": "1" };
    gateway.upstream.order({ kind: "status", status: 429, headers });
    const limited = await gateway.chat(call("one", "limited"));
    expect(await errorOf(limited)).toMatchObject({ status: 429, code: "ordered" });
    expect(limited.headers.get("retry-after")).toBe("7");
    expect(limited.headers.get("x-ratelimit-limit")).toBe("1");
    expect(limited.headers.has("set-cookie") || limited.headers.has("www-authenticate")).toBe(false);
    gateway.upstream.order({ kind: "status", status: 500, body: "<html>" });
    expect(await errorOf(await gateway.chat(call("one")))).toMatchObject({ status: 500, code: "upstream_error" });
    gateway.upstream.order({ kind: "status", status: 401, body: { error: { message: "bad key sk-a" } } });
    const refused = await errorOf(await gateway.chat(call("one")));
    expect(refused).toMatchObject({ status: 401, code: "upstream_auth" });
    expect(JSON.stringify(refused)).not.toContain("sk-a");
    gateway.upstream.order({ kind: "status", status: 307, headers: { location: gateway.upstream.baseUrl } });
    expect(await errorOf(await gateway.chat(call("one")))).toMatchObject({ status: 502, code: "upstream_redirect" });
    expect(gateway.upstream.seen).toHaveLength(4);
    expect(await gateway.exposures("one")).not.toContainEqual({ variantId: "a", userId: "limited" });
  });

  test("an upstream that is not there or silent", async () => {
    gateway.upstream.order({ kind: "reset" }, { kind: "reset" });
    expect(await errorOf(await gateway.chat(call("one")))).toMatchObject({ status: 502, code: "upstream_unreachable" });
    gateway.upstream.order({ kind: "hang" });
    const late = await gateway.chat(call("one"));
    expect(variantOf(late)).toBe("a");
    expect(await errorOf(late)).toMatchObject({ status: 504, code: "upstream_timeout" });
  });

  test("headers of an answer: cookies and hop-by-hop ones stay behind", async () => {
    const headers = { "set-cookie": "a=b", "x-request-id": "req_1", connection: "x-hop", "x-hop": "1", server: "x" };
    gateway.upstream.order({ kind: "headers", headers });
    const answer = await gateway.chat(call("one"));
    expect(answer.headers.get("x-upstream-request-id")).toBe("req_1");
    expect(answer.headers.get("x-request-id")).toBe(gateway.upstream.seen[0]?.headers["x-request-id"]);
    for (const name of ["set-cookie", "x-hop", "server"]) expect(answer.headers.has(name)).toBe(false);
  });
});
