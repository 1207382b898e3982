// The calls of OpenAI's API that the gateway serves, on Node's own request and response.
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { ProxySettings } from "../http/clientOrigin.ts";
import { route } from "../http/endpoint.ts";
import type { App } from "../http/env.ts";
import { commonHeaders } from "../http/headers.ts";
import { REQUEST_ID_HEADER } from "../http/requestId.ts";
import type { Gateway } from "./gateway.ts";
import { documentCalls } from "./documentation.ts";
import { registerModels } from "./models.ts";
import { CHAT, EMBEDDINGS, RESPONSES } from "./openAiApis.ts";

export function registerGateway(app: App, gateway: Gateway, proxy: ProxySettings): void {
  documentCalls(app);
  registerModels(app, gateway);
  for (const api of [CHAT, RESPONSES, EMBEDDINGS]) {
    route(app, "post", `/v1${api.path}`, async (c) => {
      const { incoming, outgoing } = c.env;
      if (incoming === undefined || outgoing === undefined) throw new Error("The gateway needs Node's own server.");
      const requestId = c.get("requestId");
      const headers = { ...commonHeaders(c, proxy), [REQUEST_ID_HEADER]: requestId };
      const target = { api, requestId, outgoing, headers };
      return (await gateway.serve(c.get("workspaceId"), incoming, target)) ?? RESPONSE_ALREADY_SENT;
    });
  }
}
