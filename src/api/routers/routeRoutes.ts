// The routes of a router: add, list, get, change, delete.
import type { Context } from "hono";
import type { Route, Versioned } from "../../domain/router.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App, Env } from "../../http/env.ts";
import { orNotFound, refuseMissing } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { listOf, toList } from "../responses.ts";
import { pageQuery } from "../schemas.ts";
import { changeOf, ifMatch, tagged } from "./change.ts";
import { toRouteResponse, versionedRoute } from "./responses.ts";
import { newRoute, routeParams, routePatch, routerParams } from "./schemas.ts";

export function registerRoutes(app: App, { store: { routers }, upstreams }: AppDeps): void {
  const endpoint = endpointsOf(app, "routers");
  endpoint({
    method: "post",
    path: "/v1/routers/{router}/routes",
    operationId: "createRoute",
    summary: "Add a route",
    description: "Adds a route with its variants to a router. It becomes the last route that the gateway tries.",
    params: routerParams,
    headers: ifMatch,
    body: newRoute(upstreams),
    status: 201,
    response: versionedRoute,
    problems: [409, 412],
    handler: async ({ workspaceId, params: { router }, body }, c) =>
      shown(c, orNotFound("router", await routers.addRoute(workspaceId, router, body, changeOf(c)))),
  });
  endpoint({
    method: "get",
    path: "/v1/routers/{router}/routes",
    operationId: "listRoutes",
    summary: "List routes",
    description: "Returns the routes of a router, in the order in which the gateway tries them.",
    params: routerParams,
    query: pageQuery,
    response: listOf("routes", versionedRoute),
    handler: async ({ workspaceId, params: { router }, query }) =>
      toList("routes", orNotFound("router", await routers.listRoutes(workspaceId, router, query)), toRouteResponse),
  });
  endpoint({
    method: "get",
    path: "/v1/routers/{router}/routes/{route}",
    operationId: "getRoute",
    summary: "Get a route",
    description: "Returns one route with its variants.",
    params: routeParams,
    response: versionedRoute,
    handler: async ({ workspaceId, params }, c) => {
      const router = orNotFound("route", await routers.get(workspaceId, params.router));
      const route = orNotFound("route", router.routes.find(({ id }) => id === params.route) ?? null);
      return shown(c, { ...route, version: router.version });
    },
  });
  endpoint({
    method: "patch",
    path: "/v1/routers/{router}/routes/{route}",
    operationId: "updateRoute",
    summary: "Change a route",
    description: "Changes the conditions or the fallbacks of a route. Absent fields stay as they are.",
    params: routeParams,
    headers: ifMatch,
    body: routePatch,
    response: versionedRoute,
    problems: [412],
    handler: async ({ workspaceId, params: { router, route }, body }, c) =>
      shown(c, orNotFound("route", await routers.updateRoute(workspaceId, router, route, body, changeOf(c)))),
  });
  endpoint({
    method: "delete",
    path: "/v1/routers/{router}/routes/{route}",
    operationId: "deleteRoute",
    summary: "Delete a route",
    description: "Deletes a route with its variants. The exposures that it recorded stay.",
    params: routeParams,
    headers: ifMatch,
    problems: [412],
    handler: async ({ workspaceId, params: { router, route } }, c) =>
      refuseMissing("route", await routers.removeRoute(workspaceId, router, route, changeOf(c))),
  });
}

const shown = (c: Context<Env>, route: Versioned<Route>) => tagged(c, toRouteResponse(route));
