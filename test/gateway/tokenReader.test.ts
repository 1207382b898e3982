// Tokens of answers, whatever pieces their bytes come in.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createTokenReader } from "../../src/gateway/tokenReader.ts";

const tokens = (inputTokens: number, outputTokens: number, cachedInputTokens = 0) => ({
  inputTokens,
  cachedInputTokens,
  outputTokens,
});

const CHAT = { usage: { prompt_tokens: 9, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 4 } } };
const RESPONSE = {
  tools: [{ parameters: { properties: { usage: { type: "string" }, other: {} } } }],
  usage: { input_tokens: 7, input_tokens_details: { cached_tokens: 0 }, output_tokens: 2 },
};
const quoted = { content: '"usage": {"prompt_tokens": 1, "completion_tokens": 1}' };
const stream = (...events: unknown[]) => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");

const ANSWERS: [string, string, object | null][] = [
  ["a body of Chat Completions", JSON.stringify({ ...quoted, ...CHAT }), tokens(9, 3, 4)],
  ["with the usage first and spaces", JSON.stringify({ ...CHAT, ...quoted }, null, 2), tokens(9, 3, 4)],
  ["a body of Responses, whose tools have a usage too", JSON.stringify(RESPONSE), tokens(7, 2)],
  ["the same, the other way round", JSON.stringify({ usage: RESPONSE.usage, tools: RESPONSE.tools }), tokens(7, 2)],
  ["embeddings", JSON.stringify({ data: [], usage: { prompt_tokens: 5, total_tokens: 5 } }), tokens(5, 0)],
  ["a stream", `${stream({ ...quoted, usage: null }, CHAT)}data: [DONE]\n\n`, tokens(9, 3, 4)],
  [
    "a stream that counts on and on",
    stream(
      { usage: { prompt_tokens: 9, completion_tokens: 1 } },
      { usage: { prompt_tokens: 9, completion_tokens: 2 } },
    ),
    tokens(9, 2),
  ],
  ["a stream of Responses", stream({ type: "response.completed", response: RESPONSE }), tokens(7, 2)],
  ["no usage", JSON.stringify(quoted), null],
  ["a usage of something else", JSON.stringify({ usage: { prompt_tokens: "9" }, b: { usage: {} } }), null],
  ["a usage without an end", `{"usage": {"prompt_tokens": 9, "x": "${"y".repeat(20_000)}`, null],
];

test.each(ANSWERS)("%s", (_what, text, expected) => {
  const bytes = Buffer.from(text);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: bytes.length }), { maxLength: 20 }), (cuts) => {
      const reader = createTokenReader();
      const places = [...new Set([0, ...cuts, bytes.length])].toSorted((a, b) => a - b);
      for (const [i, at] of places.entries()) reader.push(bytes.subarray(at, places[i + 1] ?? bytes.length));
      expect(reader.usage()).toEqual(expected);
    }),
    { numRuns: 50 },
  );
  const reader = createTokenReader();
  for (const byte of bytes) reader.push(Buffer.from([byte]));
  expect(reader.usage()).toEqual(expected);
});
