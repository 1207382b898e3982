// Models, Responses and embeddings: routed, recorded and refused like Chat Completions.
import OpenAI, { NotFoundError } from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

let gateway: GatewayHarness;
let client: OpenAI;
beforeAll(async () => {
  gateway = await createGatewayHarness();
  await gateway.createRouter("one", { a: 1 });
  await gateway.createRouter("two", { a: 1, b: 0 }, { fallbackVariantIds: ["b"] });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.workspace.apiKey, maxRetries: 0 });
});
afterAll(() => gateway.close());
afterEach(() => gateway.upstream.clear());

const usersOf = async (router: string) => (await gateway.exposures(router)).map(({ userId }) => userId);

describe("models", () => {
  test("are the routers of the workspace, by name and one by one", async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id, object, owned_by }) => [id, object, owned_by])).toEqual([
      ["inworld/one", "model", "crosscurrent"],
      ["inworld/two", "model", "crosscurrent"],
    ]);
    expect((await client.models.retrieve("inworld/one")).id).toBe("inworld/one");
    expect((await client.models.retrieve("two")).id).toBe("inworld/two");
    const slash = await fetch(`${gateway.url}/v1/models/inworld/one`, {
      headers: { authorization: `Bearer ${gateway.workspace.apiKey}` },
    });
    expect(await slash.json()).toMatchObject({ id: "inworld/one" });
    await expect(client.models.retrieve("inworld/none")).rejects.toBeInstanceOf(NotFoundError);
  });

  test("of another workspace are not listed, and without a key nothing is", async () => {
    const { apiKey } = await gateway.store.workspaces.create("other");
    const of = (key: string) => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 }).models.list();
    expect((await of(apiKey)).data).toEqual([]);
    await expect(of("cck_wrong")).rejects.toMatchObject({ status: 401, code: "invalid_api_key" });
  });
});

describe("responses", () => {
  test("plain, with the exposure committed", async () => {
    const response = await client.responses.create({ model: "inworld/one", input: "Hello", user: "r-plain" });
    expect(response.output_text).toBe("model-a heard: Hello");
    expect(await usersOf("one")).toContain("r-plain");
    expect(gateway.upstream.seen[0]?.url).toBe("/v1/responses");
  });

  test("streamed: the last event comes once the exposure is committed", async () => {
    const stream = await client.responses.create({
      model: "inworld/one",
      input: "Hello",
      safety_identifier: "r-stream",
      stream: true,
    });
    let text = "";
    let recorded: string[] = [];
    for await (const event of stream) {
      if (event.type === "response.output_text.delta") text += event.delta;
      if (event.type === "response.completed") recorded = await usersOf("one");
    }
    expect(text).toBe("model-a heard: Hello");
    expect(recorded).toContain("r-stream");
  });

  test("that begin with an error fall back", async () => {
    const body =
      'event: response.created\ndata: {"type":"response.created"}\n\nevent: error\ndata: {"type":"error","message":"no"}\n\n';
    const headers = { "content-type": "text/event-stream" };
    gateway.upstream.order({ kind: "status", status: 200, body, headers });
    const stream = await client.responses.create({ model: "two", input: "Hello", user: "r-fell", stream: true });
    const types: string[] = [];
    for await (const { type } of stream) types.push(type);
    expect(types.at(-1)).toBe("response.completed");
    expect(await gateway.exposures("two")).toContainEqual({ userId: "r-fell", variantId: "b" });
  });

  test("keep metadata, as OpenAI stores them unless told otherwise", async () => {
    await client.responses.create({ model: "one", input: "Hello", metadata: { plan: "pro" } });
    await client.responses.create({ model: "one", input: "Hello", metadata: { plan: "pro" }, store: false });
    const sent = gateway.upstream.seen.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(sent.map(({ metadata }) => metadata)).toEqual([{ plan: "pro" }, undefined]);
  });
});

test("embeddings, as numbers and as base64", async () => {
  const floats = await client.embeddings.create({
    model: "one",
    input: ["ab", "c"],
    encoding_format: "float",
    user: "e",
  });
  expect(floats.data.map(({ embedding }) => embedding)).toEqual([
    [2, 0, 0.5],
    [1, 1, 0.5],
  ]);
  expect(await usersOf("one")).toContain("e");
  expect((await client.embeddings.create({ model: "one", input: "ab" })).data[0]?.embedding).toEqual([2, 0, 0.5]);
});

test.each([
  "/v1/chat/completions",
  "/v1/responses",
  "/v1/embeddings",
  "/v1/models",
  "/v1/models/none",
  "/v1/chat/none",
])("%s refuses in OpenAI's shape", async (path) => {
  for (const method of ["POST", "GET", "DELETE"]) {
    const answer = await fetch(`${gateway.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${gateway.workspace.apiKey}`, "content-type": "application/json" },
      ...(method === "POST" && { body: '{"model":"none","input":"x"}' }),
    });
    if (answer.status === 200) continue;
    expect(answer.headers.get("content-type")).toContain("application/json");
    const { error } = (await answer.json()) as { error: { message: string; type: string } };
    expect([typeof error.message, error.type]).toEqual(["string", "invalid_request_error"]);
  }
});
