// Upstreams that behave like OpenAI, Azure, Gemini, Mistral, vLLM and Ollama: their rules, and their errors.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DIALECTS, MODEL_WITHOUT_TOOLS, RETIRED_MODEL, type Dialect } from "../../dev/standins/upstream/dialects.ts";
import { startLocalUpstream, type LocalUpstream } from "../../dev/standins/upstream/server.ts";
import type { NewVariant } from "../../src/domain/router.ts";
import { call, createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

let gateway: GatewayHarness;
const upstreams = {} as Record<Dialect, LocalUpstream>;
beforeAll(async () => {
  gateway = await createGatewayHarness();
  for (const dialect of DIALECTS) upstreams[dialect] = await startLocalUpstream({ dialect });
});
afterAll(async () => {
  await Promise.all(Object.values(upstreams).map((upstream) => upstream.stop()));
  await gateway.close();
});

let routers = 0;
/** Calls a router whose only variant has these options. */
async function chat(dialect: Dialect, upstream: Partial<NewVariant["upstream"]>, more: object = {}) {
  const id = `r${routers++}`;
  const { baseUrl } = upstreams[dialect];
  const variant = { id: "v", weight: 1, upstream: { baseUrl, model: "m", apiKey: "sk-0123456789abcdef", ...upstream } };
  await gateway.createRouter(id, {}, { variants: [variant] });
  const answer = await gateway.chat(call(id, "ann", more));
  return { status: answer.status, body: (await answer.json()) as { error?: Record<string, unknown> } };
}
const seenBy = (dialect: Dialect) => {
  const last = upstreams[dialect].seen.at(-1);
  return { ...last, fields: JSON.parse(last?.body ?? "{}") as Record<string, unknown> };
};

describe("OpenAI", () => {
  test("takes routing metadata and user without its 400, and stored metadata as it is", async () => {
    expect((await chat("openai", {}, { metadata: { plan: "pro" } })).status).toBe(200);
    expect(Object.keys(seenBy("openai").fields)).toEqual(["model", "messages"]);
    const stored = { metadata: { plan: "pro" }, store: true };
    expect((await chat("openai", {}, stored)).status).toBe(200);
    expect(seenBy("openai").fields).toMatchObject(stored);
    expect((await chat("openai", { forwardMetadata: true }, { metadata: { a: "b" } })).body.error?.param).toBe(
      "metadata",
    );
  });

  test("one router serves models that disagree on max_tokens", async () => {
    const refused = await chat("openai", { model: "gpt-5" }, { max_tokens: 10 });
    expect(refused).toMatchObject({
      status: 400,
      body: { error: { param: "max_tokens", code: "unsupported_parameter" } },
    });
    const body = { rename: { max_tokens: "max_completion_tokens" } };
    expect((await chat("openai", { model: "gpt-5", body }, { max_tokens: 10 })).status).toBe(200);
    expect(seenBy("openai").fields).toMatchObject({ model: "gpt-5", max_completion_tokens: 10 });
  });

  test("a refused key loses only the key", async () => {
    const { status, body } = await chat("openai", { apiKey: "wrong-key-0123456789" });
    expect(status).toBe(401);
    expect(body.error).toMatchObject({ code: "upstream_auth" });
    expect(body.error?.message).toContain("Incorrect API key provided");
    expect(body.error?.message).not.toMatch(/wrong-ke|6789/);
  });
});

test("Azure: its own header and a query, no bearer", async () => {
  expect((await chat("azure", { apiKey: null })).status).toBe(401);
  const azure = { apiKey: null, headers: { "api-key": "azure-key-0123456789" } };
  expect((await chat("azure", azure)).body.error?.message).toBe("Resource not found");
  const query = { "api-version": "2024-10-21" };
  expect((await chat("azure", { ...azure, query })).status).toBe(200);
  const { url, headers } = seenBy("azure");
  expect(url).toBe("/openai/deployments/local/chat/completions?api-version=2024-10-21");
  expect([headers?.["api-key"], headers?.authorization]).toEqual(["azure-key-0123456789", undefined]);
});

test("Gemini: its lists of errors become OpenAI's error", async () => {
  const { status, body } = await chat("gemini", {}, { temperature: 3 });
  expect(status).toBe(400);
  expect(body.error).toMatchObject({ message: "temperature out of range", code: "INVALID_ARGUMENT" });
});

test("Mistral: no field that the caller did not mean for it", async () => {
  expect((await chat("mistral", {}, { metadata: { plan: "pro" } })).status).toBe(200);
  const refused = await chat("mistral", { forwardUser: "plain" });
  expect(refused.status).toBe(422);
  expect(refused.body.error?.message).toContain("Extra inputs are not permitted");
  const body = { drop: ["seed", "logprobs"], set: { safe_prompt: true } };
  expect((await chat("mistral", { body }, { seed: 1, logprobs: true })).status).toBe(200);
  expect(seenBy("mistral").fields).toMatchObject({ safe_prompt: true });
});

test("vLLM: its flat errors become OpenAI's error", async () => {
  const { status, body } = await chat("vllm", {}, { stream_options: { include_usage: true } });
  expect(status).toBe(400);
  const message = "Stream options can only be defined when `stream=True`.";
  expect(body.error).toMatchObject({ message, type: "BadRequestError", code: 400 });
});

test("Ollama: what its model cannot do reaches the caller as it said it", async () => {
  const tools = [{ type: "function", function: { name: "weather" } }];
  const { status, body } = await chat("ollama", { model: MODEL_WITHOUT_TOOLS }, { tools });
  expect([status, body.error]).toMatchObject([
    400,
    { message: expect.stringContaining("does not support tools") as string, type: "api_error" },
  ]);
  expect((await chat("ollama", {}, { tools })).status).toBe(200);
});

test.each(DIALECTS)("%s: the reason for a retired model reaches the caller in OpenAI's shape", async (dialect) => {
  const azure = { headers: { "api-key": "k".repeat(20) }, query: { "api-version": "1" } };
  const { status, body } = await chat(dialect, { model: RETIRED_MODEL, ...(dialect === "azure" && azure) });
  expect([400, 404]).toContain(status);
  expect(body.error?.message).toMatch(/not exist|not found|Invalid model/);
});
