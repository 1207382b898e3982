// Models, Responses and embeddings: routed, recorded and refused like Chat Completions.
import OpenAI, { NotFoundError } from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { UnavailableError } from "../../src/store/errors.ts";
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

test("models are read once for many calls, and come from before while the store is down", async () => {
  let reads = 0;
  let isDown = false;
  const other = await createGatewayHarness({
    replaced: ({ routers }) => ({
      routers: {
        ...routers,
        ids: async (workspaceId) => {
          reads++;
          if (isDown) throw new UnavailableError("08006", null);
          return await routers.ids(workspaceId);
        },
      },
    }),
  });
  await other.createRouter("one", { a: 1 });
  const { models } = new OpenAI({ baseURL: `${other.url}/v1`, apiKey: other.workspace.apiKey, maxRetries: 0 });
  const nowMs = performance.now();
  const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  await models.list();
  for (let i = 0; i < 20; i++) expect((await models.retrieve("one")).id).toBe("inworld/one");
  expect(reads).toBe(1);
  isDown = true;
  clock.mockImplementation(() => nowMs + 60_000);
  expect((await models.list()).data.map(({ id }) => id)).toEqual(["inworld/one"]);
  expect(reads).toBe(2);
  clock.mockRestore();
  await other.close();
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

  test.each([false, true])("with tools, and their outputs in the next call (stream: %s)", async (stream) => {
    const weather = { type: "function" as const, name: "weather", parameters: { type: "object" }, strict: false };
    const ask = async (input: OpenAI.Responses.ResponseInput) => {
      const asked = { model: "one", input, tools: [weather], user: `r-tools-${stream}` };
      if (!stream) return await client.responses.create(asked);
      return await client.responses.stream(asked).finalResponse();
    };
    const [called] = (await ask([{ role: "user", content: "Hello" }])).output;
    if (called?.type !== "function_call") throw new Error("The tool was not called.");
    expect(JSON.parse(called.arguments)).toEqual({ city: "Zürich", days: 3 });
    const output = { type: "function_call_output" as const, call_id: called.call_id, output: "sunny" };
    expect((await ask([called, output])).output_text).toBe("model-a heard: sunny");
    expect((await usersOf("one")).filter((user) => user === `r-tools-${stream}`)).toHaveLength(2);
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
