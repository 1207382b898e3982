// Frameworks of npm, unmodified: plain, streamed and with tools, over Chat Completions and Responses.
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { tool as langChainTool } from "@langchain/core/tools";
import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool as agentTool } from "@openai/agents";
import { generateText, stepCountIs, streamText, tool } from "ai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createGatewayHarness, type GatewayHarness } from "../support/gateway/gateway.ts";

const MODEL = "inworld/one";
const HEARD = "model-a heard: Hello";
const ARGS = { city: "Zürich", days: 3 };
const parameters = z.object({ city: z.string(), days: z.number() });

let gateway: GatewayHarness;
let baseURL: string;
let apiKey: string;
beforeAll(async () => {
  gateway = await createGatewayHarness();
  await gateway.createRouter("one", { a: 1 });
  baseURL = `${gateway.url}/v1`;
  ({ apiKey } = gateway.workspace);
});
afterAll(() => gateway.close());

async function expectRecorded(user: string, calls: number) {
  const users = (await gateway.exposures("one")).map(({ userId }) => userId);
  expect(users.filter((one) => one === user)).toHaveLength(calls);
}

describe("ai", () => {
  const models = {
    responses: (headers: Record<string, string>) => createOpenAI({ baseURL, apiKey, headers })(MODEL),
    chat: (headers: Record<string, string>) => createOpenAI({ baseURL, apiKey, headers }).chat(MODEL),
    compatible: (headers: Record<string, string>) =>
      createOpenAICompatible({ name: "crosscurrent", baseURL, apiKey, headers })(MODEL),
  };

  test.each(["responses", "chat", "compatible"] as const)("%s", async (kind) => {
    const user = `ai-${kind}`;
    const model = models[kind]({ "x-crosscurrent-user": user });
    expect((await generateText({ model, prompt: "Hello" })).text).toBe(HEARD);
    let text = "";
    for await (const piece of streamText({ model, prompt: "Hello" }).textStream) text += piece;
    expect(text).toBe(HEARD);
    const asked: unknown[] = [];
    const weather = tool({
      inputSchema: parameters,
      execute: (input) => {
        asked.push(input);
        return "sunny";
      },
    });
    const options = { model, prompt: "Hello", tools: { weather }, stopWhen: stepCountIs(2) };
    expect((await generateText(options)).text).toContain("sunny");
    expect(await streamText(options).text).toContain("sunny");
    expect(asked).toEqual([ARGS, ARGS]);
    await expectRecorded(user, 6);
  });
});

describe("LangChain", () => {
  test.each([false, true])("with the Responses API: %s", async (useResponsesApi) => {
    const user = `langchain-${useResponsesApi}`;
    const model = new ChatOpenAI({
      model: MODEL,
      apiKey,
      useResponsesApi,
      maxRetries: 0,
      configuration: { baseURL, defaultHeaders: { "x-crosscurrent-user": user } },
    });
    expect((await model.invoke("Hello")).text).toBe(HEARD);
    let text = "";
    for await (const piece of await model.stream("Hello")) text += piece.text;
    expect(text).toBe(HEARD);
    const weather = langChainTool(() => "sunny", { name: "weather", description: "Forecasts", schema: parameters });
    const { tool_calls: calls } = await model.bindTools([weather]).invoke("Hello");
    expect(calls?.map(({ name, args }) => [name, args])).toEqual([["weather", ARGS]]);
    await expectRecorded(user, 3);
  });

  test("embeddings", async () => {
    const embeddings = new OpenAIEmbeddings({ model: MODEL, apiKey, configuration: { baseURL } });
    expect(await embeddings.embedDocuments(["ab"])).toEqual([[2, 0, 0.5]]);
  });
});

describe("@openai/agents", () => {
  test.each(["responses", "chat_completions"] as const)("over %s", async (api) => {
    const user = `agents-${api}`;
    setTracingDisabled(true);
    const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, defaultHeaders: { "x-crosscurrent-user": user } });
    type ItsClient = NonNullable<ConstructorParameters<typeof OpenAIProvider>[0]>["openAIClient"];
    const openAIClient = client as unknown as NonNullable<ItsClient>;
    const provider = new OpenAIProvider({ openAIClient, useResponses: api === "responses" });
    const runner = new Runner({ modelProvider: provider });
    const plain = new Agent({ name: "plain", model: MODEL });
    expect((await runner.run(plain, "Hello")).finalOutput).toBe(HEARD);
    const weather = agentTool({ name: "weather", description: "Forecasts", parameters, execute: () => "sunny" });
    const agent = new Agent({ name: "weather", model: MODEL, tools: [weather] });
    expect((await runner.run(agent, "Hello")).finalOutput).toContain("sunny");
    const streamed = await runner.run(agent, "Hello", { stream: true });
    await streamed.completed;
    expect(streamed.finalOutput).toContain("sunny");
    await expectRecorded(user, 5);
  });
});
