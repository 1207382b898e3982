// Routers, their routes and their variants: create, look at, change, delete.
import type { AppDeps } from "../deps.ts";
import { endpoint, type App } from "../../http/endpoint.ts";
import { listOf } from "../integrations/responses.ts";
import { invalid, notFound } from "../../http/problem.ts";
import { RouterChangeError } from "../../store/store.ts";
import {
  newRoute,
  newRouter,
  newVariant,
  pageQuery as query,
  routeAnswer,
  routeParams,
  routePatch,
  routerAnswer,
  routerParams,
  routerPatch,
  variantAnswer,
  variantParams,
  variantPatch,
  viewRouter,
} from "./schemas.ts";

const ROUTERS = "/v1/routers";
const ROUTER = `${ROUTERS}/{router}` as const;
const ROUTES = `${ROUTER}/routes` as const;
const ROUTE = `${ROUTES}/{route}` as const;
const VARIANTS = `${ROUTE}/variants` as const;
const VARIANT = `${VARIANTS}/{variant}` as const;
const tag = "routers";

export function registerRouters(app: App, deps: AppDeps): void {
  registerRouterCalls(app, deps);
  registerRouteCalls(app, deps);
  registerVariantCalls(app, deps);
}

function registerRouterCalls(app: App, { store: { routers }, upstreams }: AppDeps): void {
  const all = { path: ROUTERS, tag } as const;
  const body = newRouter(upstreams);
  const create = { ...all, method: "post", summary: "Create a router, with its routes and variants", body } as const;
  endpoint(app, { ...create, status: 201, answer: routerAnswer, problems: [409] }, async (call) =>
    viewRouter(await contradicting(routers.create(call.workspaceId, call.body))),
  );
  const list = { ...all, method: "get", summary: "List routers", query, status: 200 } as const;
  endpoint(app, { ...list, answer: listOf("routers", routerAnswer) }, async (call) => {
    const page = await routers.list(call.workspaceId, call.query);
    return { routers: page.items.map(viewRouter), next: page.next };
  });
  const one = { path: ROUTER, tag, params: routerParams } as const;
  const answer = routerAnswer;
  endpoint(app, { ...one, method: "get", summary: "Look at one", status: 200, answer }, async (call) =>
    viewRouter(found("router", await routers.get(call.workspaceId, call.params.router))),
  );
  const change = { ...one, method: "patch", summary: "Change the description or the order of routes" } as const;
  endpoint(app, { ...change, body: routerPatch, status: 200, answer }, async (call) => {
    const { workspaceId, params } = call;
    return viewRouter(found("router", await contradicting(routers.update(workspaceId, params.router, call.body))));
  });
  const remove = { ...one, method: "delete", summary: "Delete a router; its exposures stay", status: 204 } as const;
  endpoint(app, remove, async (call) => gone("router", await routers.remove(call.workspaceId, call.params.router)));
}

function registerRouteCalls(app: App, { store: { routers }, upstreams }: AppDeps): void {
  const all = { path: ROUTES, tag, params: routerParams } as const;
  const answer = routeAnswer;
  const add = { ...all, method: "post", summary: "Add a route, tried last", body: newRoute(upstreams) } as const;
  endpoint(app, { ...add, status: 201, answer, problems: [409] }, async ({ workspaceId, params: { router }, body }) =>
    found("router", await contradicting(routers.addRoute(workspaceId, router, body))),
  );
  const list = { ...all, method: "get", summary: "List routes in the order in which they are tried", query } as const;
  endpoint(app, { ...list, status: 200, answer: listOf("routes", answer) }, async (call) => {
    const page = found("router", await routers.listRoutes(call.workspaceId, call.params.router, call.query));
    return { routes: page.items, next: page.next };
  });
  const one = { path: ROUTE, tag, params: routeParams } as const;
  endpoint(app, { ...one, method: "get", summary: "Look at one", status: 200, answer }, async (call) => {
    const router = await routers.get(call.workspaceId, call.params.router);
    return found("route", router?.routes.find(({ id }) => id === call.params.route) ?? null);
  });
  const change = { ...one, method: "patch", summary: "Change conditions or fallback", body: routePatch } as const;
  endpoint(app, { ...change, status: 200, answer }, async ({ workspaceId, params: { router, route }, body }) =>
    found("route", await contradicting(routers.updateRoute(workspaceId, router, route, body))),
  );
  const remove = { ...one, method: "delete", summary: "Delete a route with its variants", status: 204 } as const;
  endpoint(app, remove, async ({ workspaceId, params: { router, route } }) =>
    gone("route", await routers.removeRoute(workspaceId, router, route)),
  );
}

function registerVariantCalls(app: App, { store: { routers }, upstreams }: AppDeps): void {
  const all = { path: VARIANTS, tag, params: routeParams } as const;
  const answer = variantAnswer;
  const add = { ...all, method: "post", summary: "Add a variant", body: newVariant(upstreams), status: 201 } as const;
  endpoint(app, { ...add, answer, problems: [409] }, async ({ workspaceId, params: { router, route }, body }) =>
    found("route", await contradicting(routers.addVariant(workspaceId, router, route, body))),
  );
  const list = { ...all, method: "get", summary: "List variants", query, status: 200 } as const;
  endpoint(app, { ...list, answer: listOf("variants", answer) }, async (call) => {
    const { router, route } = call.params;
    const page = found("route", await routers.listVariants(call.workspaceId, router, route, call.query));
    return { variants: page.items, next: page.next };
  });
  const one = { path: VARIANT, tag, params: variantParams } as const;
  endpoint(app, { ...one, method: "get", summary: "Look at one", status: 200, answer }, async (call) => {
    const router = await routers.get(call.workspaceId, call.params.router);
    const route = router?.routes.find(({ id }) => id === call.params.route);
    return found("variant", route?.variants.find(({ id }) => id === call.params.variant) ?? null);
  });
  const body = variantPatch(upstreams);
  const change = { ...one, method: "patch", summary: "Change weight or upstream", body, status: 200 } as const;
  endpoint(app, { ...change, answer }, async (call) => {
    const { router, route, variant } = call.params;
    const changed = routers.updateVariant(call.workspaceId, router, route, variant, call.body);
    return found("variant", await contradicting(changed));
  });
  const remove = { ...one, method: "delete", summary: "Delete a variant", status: 204 } as const;
  endpoint(app, remove, async ({ workspaceId, params: { router, route, variant } }) =>
    gone("variant", await routers.removeVariant(workspaceId, router, route, variant)),
  );
}

function found<T>(what: string, result: T | null): T {
  if (result === null) throw notFound(what);
  return result;
}

function gone(what: string, removed: boolean): undefined {
  if (!removed) throw notFound(what);
}

/** What contradicts the rest of the router is a wrong field like any other. */
async function contradicting<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (!(error instanceof RouterChangeError)) throw error;
    throw invalid([{ path: error.path, message: error.message }]);
  }
}
