// GET /v1/models: the routers, as OpenAI lists models. Many clients ask for it before anything else.
import { z } from "@hono/zod-openapi";
import { route } from "../http/endpoint.ts";
import type { App } from "../http/env.ts";
import { scopeSentence, securityOf } from "../http/openApi.ts";
import { refusals } from "./documentation.ts";
import type { Gateway } from "./gateway.ts";
import { parseModel, unknownModel } from "./routing.ts";

const model = z
  .object({
    id: z.string().describe("What `model` of a call names: the prefix and the id of a router."),
    object: z.literal("model").describe("Always `model`."),
    created: z.number().int().describe("When the router was created, in seconds since 1970."),
    owned_by: z.string().describe("Always `crosscurrent`."),
  })
  .openapi("Model", {
    example: { id: "inworld/my-router", object: "model", created: 1_760_000_000, owned_by: "crosscurrent" },
  });
const models = z
  .object({
    object: z.literal("list").describe("Always `list`."),
    data: z.array(model).describe("The routers, in the order of their ids."),
  })
  .openapi("Models");

export function registerModels(app: App, gateway: Gateway): void {
  const { modelPrefix } = gateway;
  document(app);
  const list = async (workspaceId: string) =>
    (await gateway.listRouters(workspaceId)).map(({ id, createdAtMs }) => ({
      id: `${modelPrefix}${id}`,
      object: "model" as const,
      created: Math.floor(createdAtMs / 1_000),
      owned_by: "crosscurrent",
    }));
  route(app, "get", "/v1/models", async (c) =>
    c.json({ object: "list", data: await list(c.get("workspaceId")) } satisfies z.input<typeof models>),
  );
  // The prefix has a slash, which some clients write as it is.
  app.get("/v1/models/:model{.+}", async (c) => {
    c.set("route", "/v1/models/{model}");
    const { routerId } = parseModel(modelPrefix, c.req.param("model"));
    const found = (await list(c.get("workspaceId"))).find(({ id }) => id === `${modelPrefix}${routerId ?? ""}`);
    if (found === undefined) throw unknownModel(modelPrefix);
    return c.json(found satisfies z.input<typeof model>);
  });
}

function document(app: App): void {
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/models",
    operationId: "listModels",
    summary: "List models",
    description: `The routers of the workspace, as OpenAI lists models. ${scopeSentence("chat")}`,
    tags: ["gateway"],
    security: securityOf("chat"),
    responses: {
      200: { description: "The routers.", content: { "application/json": { schema: models } } },
      ...refusals(["401", "403", "4XX", "5XX"]),
    },
  });
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/models/{model}",
    operationId: "getModel",
    summary: "Get a model",
    description: `One router, as OpenAI shows a model. ${scopeSentence("chat")}`,
    tags: ["gateway"],
    security: securityOf("chat"),
    request: {
      params: z.object({ model: z.string().describe("The id of a router, with or without the prefix.") }),
    },
    responses: {
      200: { description: "The router.", content: { "application/json": { schema: model } } },
      ...refusals(["401", "403", "404", "4XX", "5XX"]),
    },
  });
}
