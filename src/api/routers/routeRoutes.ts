// The routes of a router: add, list, get, change, delete.
import { endpoint } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import type { AppDeps } from "../deps.ts";
import { orNotFound, refuseMissing } from "../errors.ts";
import { listOf, toList } from "../responses.ts";
import { pageQuery } from "../schemas.ts";
import { routeResponse } from "./responses.ts";
import { newRoute, routeParams, routePatch, routerParams } from "./schemas.ts";

export function registerRoutes(app: App, deps: AppDeps): void {
  const { store, upstreams } = deps;
  const { routers } = store;
  endpoint(app, {
    method: "post",
    path: "/v1/routers/{router}/routes",
    operationId: "createRoute",
    summary: "Add a route",
    description: "Adds a route with its variants to a router. It becomes the last route that the gateway tries.",
    tag: "routers",
    params: routerParams,
    body: newRoute(upstreams),
    status: 201,
    response: routeResponse,
    problems: [409],
    handler: async ({ workspaceId, params: { router }, body }) =>
      orNotFound("router", await routers.addRoute(workspaceId, router, body)),
  });
  endpoint(app, {
    method: "get",
    path: "/v1/routers/{router}/routes",
    operationId: "listRoutes",
    summary: "List routes",
    description: "Returns the routes of a router, in the order in which the gateway tries them.",
    tag: "routers",
    params: routerParams,
    query: pageQuery,
    status: 200,
    response: listOf("routes", routeResponse),
    handler: async ({ workspaceId, params: { router }, query }) =>
      toList("routes", orNotFound("router", await routers.listRoutes(workspaceId, router, query)), (route) => route),
  });
  endpoint(app, {
    method: "get",
    path: "/v1/routers/{router}/routes/{route}",
    operationId: "getRoute",
    summary: "Get a route",
    description: "Returns one route with its variants.",
    tag: "routers",
    params: routeParams,
    status: 200,
    response: routeResponse,
    handler: async ({ workspaceId, params }) => {
      const router = await routers.get(workspaceId, params.router);
      return orNotFound("route", router?.routes.find(({ id }) => id === params.route) ?? null);
    },
  });
  registerChanges(app, deps);
}

function registerChanges(app: App, { store: { routers } }: AppDeps): void {
  endpoint(app, {
    method: "patch",
    path: "/v1/routers/{router}/routes/{route}",
    operationId: "updateRoute",
    summary: "Change a route",
    description: "Changes the conditions or the fallback of a route. Absent fields stay as they are.",
    tag: "routers",
    params: routeParams,
    body: routePatch,
    status: 200,
    response: routeResponse,
    handler: async ({ workspaceId, params: { router, route }, body }) =>
      orNotFound("route", await routers.updateRoute(workspaceId, router, route, body)),
  });
  endpoint(app, {
    method: "delete",
    path: "/v1/routers/{router}/routes/{route}",
    operationId: "deleteRoute",
    summary: "Delete a route",
    description: "Deletes a route with its variants. The exposures that it recorded stay.",
    tag: "routers",
    params: routeParams,
    status: 204,
    handler: async ({ workspaceId, params: { router, route } }) =>
      refuseMissing("route", await routers.removeRoute(workspaceId, router, route)),
  });
}
