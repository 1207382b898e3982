// Routers: create, list, get, change, delete.
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { orNotFound, refuseMissing } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { listOf, toList } from "../responses.ts";
import { pageQuery } from "../schemas.ts";
import { changeOf, ifMatch, tagged } from "./change.ts";
import { routerResponse, toRouterResponse } from "./responses.ts";
import { newRouter, routerParams, routerPatch } from "./schemas.ts";

export function registerRouters(app: App, { store: { routers }, upstreams }: AppDeps): void {
  const endpoint = endpointsOf(app, "routers");
  endpoint({
    method: "post",
    path: "/v1/routers",
    operationId: "createRouter",
    summary: "Create a router",
    description: "Creates a router with its routes and variants. Calls of the gateway can use it at once.",
    body: newRouter(upstreams),
    status: 201,
    response: routerResponse,
    problems: [409],
    handler: async ({ workspaceId, body }, c) =>
      tagged(c, toRouterResponse(await routers.create(workspaceId, body, changeOf(c)))),
  });
  endpoint({
    method: "get",
    path: "/v1/routers",
    operationId: "listRouters",
    summary: "List routers",
    description:
      "Returns the routers of the workspace with their routes and variants. API keys are never returned. A page ends " +
      "early once it has about 2 MB: go on with `next` until it is null.",
    query: pageQuery,
    response: listOf("routers", routerResponse),
    handler: async ({ workspaceId, query }) =>
      toList("routers", await routers.list(workspaceId, query), toRouterResponse),
  });
  endpoint({
    method: "get",
    path: "/v1/routers/{router}",
    operationId: "getRouter",
    summary: "Get a router",
    description: "Returns one router with its routes and variants.",
    params: routerParams,
    response: routerResponse,
    handler: async ({ workspaceId, params }, c) =>
      tagged(c, toRouterResponse(orNotFound("router", await routers.get(workspaceId, params.router)))),
  });
  endpoint({
    method: "patch",
    path: "/v1/routers/{router}",
    operationId: "updateRouter",
    summary: "Change a router",
    description: "Changes the description of a router or the order of its routes. Absent fields stay as they are.",
    params: routerParams,
    headers: ifMatch,
    body: routerPatch,
    response: routerResponse,
    problems: [412],
    handler: async ({ workspaceId, params, body }, c) => {
      const router = await routers.update(workspaceId, params.router, body, changeOf(c));
      return tagged(c, toRouterResponse(orNotFound("router", router)));
    },
  });
  endpoint({
    method: "delete",
    path: "/v1/routers/{router}",
    operationId: "deleteRouter",
    summary: "Delete a router",
    description: "Deletes a router with its routes and variants. The exposures that it recorded stay.",
    params: routerParams,
    headers: ifMatch,
    problems: [412],
    handler: async ({ workspaceId, params }, c) =>
      refuseMissing("router", await routers.remove(workspaceId, params.router, changeOf(c))),
  });
}
