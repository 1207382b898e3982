// The variants of a route: add, list, get, change, delete.
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { orNotFound, refuseMissing } from "../../http/problem.ts";
import type { AppDeps } from "../deps.ts";
import { listOf } from "../responses.ts";
import { pageQuery } from "../schemas.ts";
import { changeOf, ifMatch, tagged } from "./change.ts";
import { versionedVariant } from "./responses.ts";
import { newVariant, routeParams, variantParams, variantPatch } from "./schemas.ts";

export function registerVariants(app: App, { store: { routers }, upstreams }: AppDeps): void {
  const endpoint = endpointsOf(app, "routers");
  endpoint({
    method: "post",
    path: "/v1/routers/{router}/routes/{route}/variants",
    operationId: "createVariant",
    summary: "Add a variant",
    description: "Adds a variant to a route. Its weight moves as few users as possible from other variants to it.",
    params: routeParams,
    headers: ifMatch,
    body: newVariant(upstreams),
    status: 201,
    response: versionedVariant,
    problems: [409, 412],
    handler: async ({ workspaceId, params: { router, route }, body }, c) =>
      tagged(c, orNotFound("route", await routers.addVariant(workspaceId, router, route, body, changeOf(c)))),
  });
  endpoint({
    method: "get",
    path: "/v1/routers/{router}/routes/{route}/variants",
    operationId: "listVariants",
    summary: "List variants",
    description: "Returns the variants of a route with their weights and upstreams. API keys are never returned.",
    params: routeParams,
    query: pageQuery,
    response: listOf("variants", versionedVariant),
    handler: async ({ workspaceId, params: { router, route }, query }) => {
      const page = orNotFound("route", await routers.listVariants(workspaceId, router, route, query));
      return { variants: page.items, next: page.next };
    },
  });
  endpoint({
    method: "get",
    path: "/v1/routers/{router}/routes/{route}/variants/{variant}",
    operationId: "getVariant",
    summary: "Get a variant",
    description: "Returns one variant. `hasApiKey` says whether a key for the upstream is stored.",
    params: variantParams,
    response: versionedVariant,
    handler: async ({ workspaceId, params }, c) => {
      const router = orNotFound("variant", await routers.get(workspaceId, params.router));
      const route = router.routes.find(({ id }) => id === params.route);
      const variant = orNotFound("variant", route?.variants.find(({ id }) => id === params.variant) ?? null);
      return tagged(c, { ...variant, version: router.version });
    },
  });
  registerVariantChanges(endpoint, routers, upstreams);
}

function registerVariantChanges(
  endpoint: ReturnType<typeof endpointsOf>,
  routers: AppDeps["store"]["routers"],
  upstreams: AppDeps["upstreams"],
): void {
  endpoint({
    method: "patch",
    path: "/v1/routers/{router}/routes/{route}/variants/{variant}",
    operationId: "updateVariant",
    summary: "Change a variant",
    description: "Changes the weight or the upstream of a variant. Absent fields stay as they are, the API key too.",
    params: variantParams,
    headers: ifMatch,
    body: variantPatch(upstreams),
    response: versionedVariant,
    problems: [412],
    handler: async ({ workspaceId, params: { router, route, variant }, body }, c) => {
      const changed = await routers.updateVariant(workspaceId, router, route, variant, body, changeOf(c));
      return tagged(c, orNotFound("variant", changed));
    },
  });
  endpoint({
    method: "delete",
    path: "/v1/routers/{router}/routes/{route}/variants/{variant}",
    operationId: "deleteVariant",
    summary: "Delete a variant",
    description: "Deletes a variant. Only its users get another variant.",
    params: variantParams,
    headers: ifMatch,
    problems: [412],
    handler: async ({ workspaceId, params: { router, route, variant } }, c) =>
      refuseMissing("variant", await routers.removeVariant(workspaceId, router, route, variant, changeOf(c))),
  });
}
