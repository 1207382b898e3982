// POST /v1/chat/completions, as OpenAI documents it: the gateway serves it on Node's own request and response.
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { z } from "@hono/zod-openapi";
import type { ProxySettings } from "../http/clientOrigin.ts";
import { route } from "../http/endpoint.ts";
import type { App } from "../http/env.ts";
import { commonHeaders } from "../http/headers.ts";
import { SECURITY } from "../http/openApi.ts";
import type { Gateway } from "./gateway.ts";

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
const chatRequest = z
  .looseObject({
    model: z
      .string()
      .describe("`inworld/` and the id of a router. After a colon: a model hint for the conditions of routes."),
    user: z
      .string()
      .min(1)
      .max(255)
      .nullish()
      .describe("The user whom the call serves. The user keeps its variant, and the call records an exposure."),
    metadata: z.unknown().optional().describe("Texts by name, for the conditions of routes."),
  })
  .openapi("ChatCompletion", {
    description: "Any body of OpenAI's Chat Completions. All of it but `model` reaches the upstream unchanged.",
    example: { model: "inworld/my-router", user: "user-17", messages: [{ role: "user", content: "Hello" }] },
  });
const chatResponse = z.looseObject({}).openapi({
  description: "The upstream's response, unchanged.",
  example: {
    id: "chatcmpl-1",
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content: "Hi!" }, finish_reason: "stop" }],
  },
});
const chatStream = z.string().openapi({
  description: "The upstream's events, unchanged. The last one is `[DONE]`, once the exposure is committed.",
  example: 'data: {"choices":[{"delta":{"content":"Hi!"}}]}\n\ndata: [DONE]\n\n',
});
const chatHeaders = z.object({
  "x-crosscurrent-router": z.string().describe("The router that served the call."),
  "x-crosscurrent-route": z.string().describe("The route that matched the call."),
  "x-crosscurrent-variant": z.string().describe("The variant whose upstream responded."),
});
const REFUSALS = ["400", "401", "403", "404", "413", "415", "429", "4XX", "500", "502", "503", "504", "5XX"];

export function registerChat(app: App, gateway: Gateway, proxy: ProxySettings): void {
  const refused = {
    description: "Refused by this server or by the upstream.",
    content: { "application/json": { schema: openAiError } },
  };
  app.openAPIRegistry.registerPath({
    method: "post",
    path: "/v1/chat/completions",
    operationId: "createChatCompletion",
    summary: "Create a chat completion",
    description:
      "OpenAI's Chat Completions through a router, streaming included. The router chooses a route and a variant, " +
      "whose upstream serves the call. A call with `user` records an exposure, which is committed before the " +
      "response ends.",
    tags: ["gateway"],
    security: SECURITY,
    request: { body: { required: true, content: { "application/json": { schema: chatRequest } } } },
    responses: {
      200: {
        description: "The upstream's response.",
        headers: chatHeaders,
        content: { "application/json": { schema: chatResponse }, "text/event-stream": { schema: chatStream } },
      },
      ...Object.fromEntries(REFUSALS.map((status) => [status, refused])),
    },
  });
  route(app, "post", "/v1/chat/completions", async (c) => {
    const { incoming, outgoing } = c.env;
    if (incoming === undefined || outgoing === undefined) throw new Error("The gateway needs Node's own server.");
    const headers = commonHeaders(c, proxy);
    const response = await gateway.serve(c.get("workspaceId"), incoming, { outgoing, headers });
    return response ?? RESPONSE_ALREADY_SENT;
  });
}
