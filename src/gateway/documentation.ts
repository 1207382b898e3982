// The gateway's calls in the OpenAPI document.
import { z } from "@hono/zod-openapi";
import type { App } from "../http/env.ts";
import { scopeSentence, securityOf } from "../http/openApi.ts";
import { METADATA_HEADER, USER_HEADER } from "./identity.ts";

const openAiError = z
  .object({
    error: z
      .object({
        message: z.string().describe("What is wrong."),
        type: z.string().nullish().describe("`invalid_request_error` if the caller can correct it, else `api_error`."),
        param: z.string().nullish().describe("The wrong field."),
        code: z.union([z.string(), z.number()]).nullish().describe("A code for programs."),
      })
      .describe("The error."),
  })
  .openapi("OpenAIError", {
    example: {
      error: { message: "There is no router for this model.", type: "invalid_request_error", code: "model_not_found" },
    },
  });
const fields = {
  model: z
    .string()
    .describe("The id of a router, with or without `inworld/`. After a colon: a model hint for conditions of routes."),
  user: z
    .unknown()
    .optional()
    .describe("The user whom the call serves, 1 to 255 bytes. The user keeps its variant; the call is an exposure."),
  safety_identifier: z.unknown().optional().describe("The user, where there is no `user`."),
  metadata: z.unknown().optional().describe("Texts by name, for the conditions of routes."),
};
const said =
  "All of it but `model`, the user and `metadata` reaches the upstream unchanged, unless its variant says otherwise.";
const hello = { model: "inworld/my-router", user: "user-17" };
const chatRequest = z.looseObject(fields).openapi("ChatCompletion", {
  description: `Any body of OpenAI's Chat Completions. ${said}`,
  example: { ...hello, messages: [{ role: "user", content: "Hello" }] },
});
const responseRequest = z.looseObject(fields).openapi("ModelResponse", {
  description: `Any body of OpenAI's Responses. ${said}`,
  example: { ...hello, input: "Hello" },
});
const embeddingRequest = z.looseObject(fields).openapi("Embedding", {
  description: `Any body of OpenAI's embeddings. ${said}`,
  example: { ...hello, input: "Hello" },
});
const answer = z.looseObject({}).openapi({
  description: "The upstream's response, unchanged.",
  example: {
    id: "chatcmpl-1",
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content: "Hi!" }, finish_reason: "stop" }],
  },
});
const events = z.string().openapi({
  description: "The upstream's events, unchanged. The last one comes once the call is recorded.",
  example: 'data: {"choices":[{"delta":{"content":"Hi!"}}]}\n\ndata: [DONE]\n\n',
});
const requestHeaders = z.object({
  [USER_HEADER]: z.string().optional().describe("The user, before `user` and `safety_identifier` of the body."),
  [METADATA_HEADER]: z.string().optional().openapi({
    description: "Metadata for the conditions of routes, before that of the body.",
    example: "plan=pro, region=eu",
  }),
});
const responseHeaders = z.object({
  "x-crosscurrent-router": z.string().describe("The router that served the call."),
  "x-crosscurrent-route": z.string().describe("The route that matched the call."),
  "x-crosscurrent-assigned-variant": z.string().describe("The variant that the user was given."),
  "x-crosscurrent-variant": z.string().describe("The variant whose upstream responded."),
  "x-crosscurrent-exposure": z
    .enum(["recorded", "no-user", "unusable-user"])
    .describe("Whether the call is an exposure: it names no user, or only what cannot be one."),
});
const REFUSALS = ["400", "401", "403", "404", "413", "415", "429", "4XX", "500", "502", "503", "504", "5XX"];

export function refusals(statuses: string[]) {
  const refused = {
    description: "Refused by this server or by the upstream.",
    content: { "application/json": { schema: openAiError } },
  };
  return Object.fromEntries(statuses.map((status) => [status, refused]));
}

export function documentCalls(app: App): void {
  const shared = "A call that names its user records an exposure, which is committed before the response ends.";
  const call = (
    path: string,
    texts: { operationId: string; summary: string; description: string },
    schemas: { request: z.ZodType; hasEvents: boolean },
  ) =>
    app.openAPIRegistry.registerPath({
      method: "post",
      path,
      ...texts,
      description: `${texts.description} ${shared} ${scopeSentence("chat")}`,
      tags: ["gateway"],
      security: securityOf("chat"),
      request: {
        headers: requestHeaders,
        body: { required: true, content: { "application/json": { schema: schemas.request } } },
      },
      responses: {
        200: {
          description: "The upstream's response.",
          headers: responseHeaders,
          content: {
            "application/json": { schema: answer },
            ...(schemas.hasEvents && { "text/event-stream": { schema: events } }),
          },
        },
        ...refusals(REFUSALS),
      },
    });
  call(
    "/v1/chat/completions",
    {
      operationId: "createChatCompletion",
      summary: "Create a chat completion",
      description:
        "OpenAI's Chat Completions through a router, streaming included. The router chooses a route and a variant, " +
        "whose upstream serves the call.",
    },
    { request: chatRequest, hasEvents: true },
  );
  call(
    "/v1/responses",
    {
      operationId: "createResponse",
      summary: "Create a response",
      description: "OpenAI's Responses through a router, streaming included.",
    },
    { request: responseRequest, hasEvents: true },
  );
  call(
    "/v1/embeddings",
    {
      operationId: "createEmbedding",
      summary: "Create embeddings",
      description: "OpenAI's embeddings through a router.",
    },
    { request: embeddingRequest, hasEvents: false },
  );
}
