// Every field that OpenAI's own client knows reaches the upstream unharmed. A new one of the client fails to compile here.
import type { ChatCompletionCreateParamsBase } from "openai/resources/chat/completions/completions";
import type { EmbeddingCreateParams } from "openai/resources/embeddings";
import type { ResponseCreateParamsBase } from "openai/resources/responses/responses";
import { expect, test } from "vitest";
import { readCallBody, scanCallBody } from "../../src/gateway/callBody.ts";
import { forwardedBody } from "../../src/gateway/forwardedBody.ts";

const tools = [
  { type: "function", function: { name: "weather", strict: true, parameters: { $defs: { a: { $ref: "#" } } } } },
];
const shared = {
  metadata: { plan: "pro" },
  model: "inworld/one",
  moderation: { model: "omni-moderation-latest" },
  parallel_tool_calls: false,
  prompt_cache_key: "key",
  prompt_cache_options: { mode: "auto" },
  prompt_cache_retention: "24h",
  safety_identifier: "ann",
  service_tier: "flex",
  store: true,
  stream: true,
  temperature: 0.7,
  tools,
  top_logprobs: 3,
  top_p: 0.9,
  user: "ann",
};

const chat: Record<keyof ChatCompletionCreateParamsBase, unknown> = {
  ...shared,
  messages: [
    { role: "developer", content: "Be \u2028 brief" },
    {
      role: "user",
      content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA", detail: "high" } }],
    },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
    },
    { role: "tool", tool_call_id: "c", content: "sunny" },
  ],
  audio: { format: "mp3", voice: "alloy" },
  frequency_penalty: -0.5,
  function_call: "auto",
  functions: [{ name: "f" }],
  logit_bias: { "50256": -100 },
  logprobs: true,
  max_completion_tokens: 100,
  max_tokens: 100,
  modalities: ["text", "audio"],
  n: 2,
  prediction: { type: "content", content: "x" },
  presence_penalty: 0.5,
  reasoning_effort: "xhigh",
  response_format: { type: "json_schema", json_schema: { name: "s", strict: true, schema: { type: "object" } } },
  seed: 9_007_199_254_740_991,
  stop: ["\n", "END"],
  stream_options: { include_usage: true, include_obfuscation: false },
  tool_choice: { type: "function", function: { name: "weather" } },
  verbosity: "low",
  web_search_options: { search_context_size: "low" },
};

const responses: Record<keyof ResponseCreateParamsBase, unknown> = {
  ...shared,
  background: false,
  context_management: [{ type: "compaction" }],
  conversation: { id: "conv_1" },
  include: ["reasoning.encrypted_content"],
  input: [{ role: "user", content: [{ type: "input_file", file_id: "file-1" }] }],
  instructions: "Be brief",
  max_output_tokens: 100,
  previous_response_id: "resp_1",
  prompt: { id: "pmpt_1", variables: { city: "Zürich" } },
  reasoning: { effort: "high", summary: "auto" },
  stream_options: { include_obfuscation: false },
  text: { format: { type: "text" }, verbosity: "low" },
  tool_choice: { type: "allowed_tools", mode: "auto", tools: [] },
  truncation: "auto",
};

const embeddings: Record<keyof EmbeddingCreateParams, unknown> = {
  input: [[1, 2], [3]],
  model: "inworld/one",
  dimensions: 3,
  encoding_format: "base64",
  user: "ann",
};

test.each(Object.entries({ chat, responses, embeddings }))("%s", (_api, fields) => {
  const text = JSON.stringify(fields);
  const bytes = Buffer.from(text);
  const scan = scanCallBody();
  scan.push(bytes);
  const upstream = { baseUrl: "https://u.example/v1", model: "gpt", forwardUser: "plain" as const };
  const call = { user: "ann", isStoredByDefault: true, hashUser: (user: string) => user };
  const sent = Buffer.concat(forwardedBody(readCallBody(bytes, scan), upstream, call));
  expect(sent.toString()).toBe(text.replace("inworld/one", "gpt"));
});
