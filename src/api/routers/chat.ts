// POST /v1/chat/completions, as OpenAI documents it: the gateway serves it, on Node's own request and response.
import { z } from "@hono/zod-openapi";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { AppDeps, WebSettings } from "../deps.ts";
import { handle, SECURITY, type App } from "../../http/endpoint.ts";
import { nodeHeaders } from "../../http/headers.ts";
import { errorResponse, GatewayError } from "../../gateway/errors.ts";
import type { Problem } from "../../http/problem.ts";

export const CHAT_PATH = "/v1/chat/completions";

const id = z.string();
const errorSchema = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string().nullish(),
      param: z.string().nullish(),
      code: z.union([z.string(), z.number()]).nullish(),
    }),
  })
  .openapi("OpenAIError");
const body = z
  .looseObject({
    model: z.string().openapi({
      description: "`inworld/` and the router's id; after a colon, a model hint for the conditions of routes.",
      example: "inworld/my-router",
    }),
    user: z.string().min(1).max(255).nullish().openapi({
      description: "Whom the call serves, 1 to 255 bytes: keeps the variant for this user and records an exposure.",
    }),
    metadata: z.unknown().optional().openapi({
      description: "Texts by name, for the conditions of routes; of any other form it is the upstream's to judge.",
    }),
  })
  .openapi("ChatCompletion", { description: "Any body of OpenAI's Chat Completions; passed on but for `model`." });

export function registerChat(app: App, { gateway }: AppDeps, web: WebSettings): void {
  const refused = { description: "Refused, by this server or by the upstream.", content: json(errorSchema) };
  const statuses = ["400", "401", "403", "404", "413", "415", "429", "4XX", "500", "502", "504", "5XX"];
  const headers = z.object({
    "x-crosscurrent-router": id,
    "x-crosscurrent-route": id,
    "x-crosscurrent-variant": id.openapi({ description: "The variant that answered." }),
  });
  app.openAPIRegistry.registerPath({
    method: "post",
    path: CHAT_PATH,
    summary: "Chat Completions through a router, streaming included",
    tags: ["gateway"],
    security: SECURITY,
    request: { body: { required: true, content: json(body) } },
    responses: {
      200: {
        description: "What the upstream answers.",
        headers,
        content: { ...json(z.looseObject({})), "text/event-stream": { schema: z.string() } },
      },
      ...Object.fromEntries(statuses.map((status) => [status, refused])),
    },
  });
  handle(app, "post", CHAT_PATH, async (c) => {
    const { incoming, outgoing } = c.env;
    if (incoming === undefined || outgoing === undefined) throw new Error("Chat Completions need Node's own server.");
    const answer = { outgoing, headers: nodeHeaders(c, web) };
    return (await gateway.serve(c.get("workspaceId"), incoming, answer)) ?? RESPONSE_ALREADY_SENT;
  });
}

function json<S extends z.ZodType>(schema: S) {
  return { "application/json": { schema } };
}

/** A refusal that the API made on this path, in the words that OpenAI's clients understand. */
export function chatRefusal(problem: Problem): Response {
  const codes: Partial<Record<number, string>> = { 401: "invalid_api_key" };
  const code = codes[problem.status];
  const { status, message, headers } = problem;
  return errorResponse(new GatewayError(status, message, { ...(code !== undefined && { code }), headers }));
}
