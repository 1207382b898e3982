// The HTTP API as one function of its dependencies. It opens no socket: server.ts serves it, tests call app.request().
import { OpenAPIHono } from "@hono/zod-openapi";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler } from "hono";
import { errorResponse, GatewayError } from "../gateway/errors.ts";
import { ConflictError, InvalidCursorError } from "../store/store.ts";
import { authenticate, rememberedKeys } from "./workspaces/auth.ts";
import type { AppDeps, Env, WebSettings } from "./deps.ts";
import type { App } from "../http/endpoint.ts";
import { secureHeaders } from "../http/headers.ts";
import { createLimits, NO_LIMITS } from "./workspaces/signInLimits.ts";
import { notThere, portalAnswer } from "../http/staticFiles.ts";
import { invalid, Problem, problemResponse } from "../http/problem.ts";
import { CHAT_PATH, chatRefusal, registerChat } from "./routers/chat.ts";
import { registerBrowse } from "./integrations/browse.ts";
import { registerEvents } from "./events/routes.ts";
import { registerExposures } from "./exposures/routes.ts";
import { registerHealth } from "./health.ts";
import { createProviderSchemas } from "./integrations/providerSchemas.ts";
import { registerIntegrations } from "./integrations/routes.ts";
import { registerMetricResults } from "./metrics/results.ts";
import { registerMetrics } from "./metrics/routes.ts";
import { registerProviders } from "./providers/routes.ts";
import { registerRouterExposures } from "./routers/exposuresPerHour.ts";
import { registerRouters } from "./routers/routes.ts";
import { registerRuns } from "./runs/routes.ts";
import { registerSession, registerSignIn } from "./workspaces/session.ts";
import { registerTest } from "./integrations/connectionTest.ts";

/**
 * @example
 * const app = createApp({ store, client, connectors, exposureMaxAgeDays: 90, logger, metrics, temporalReady });
 * const response = await app.request("/healthz");
 */
export function createApp(deps: AppDeps): App {
  const app = new OpenAPIHono<Env>();
  const web: WebSettings = { ...NO_WEB, ...deps.web };
  const limits = createLimits(web.limits);
  const { sessions, workspaces } = deps.store;
  app.use(observe(deps, web));
  registerSignIn(app, deps, web, limits);
  app.use("/v1/*", authenticate({ keys: rememberedKeys(workspaces), sessions, web, limits }));
  registerHealth(app, deps);
  registerSession(app, deps, web);
  registerExposures(app, deps);
  const schemas = createProviderSchemas(deps.specs, () => deps.store.nowMs());
  registerProviders(app, deps);
  registerIntegrations(app, deps, schemas, web);
  registerTest(app, deps);
  registerBrowse(app, deps);
  registerEvents(app, deps, schemas);
  registerRuns(app, deps);
  registerRouters(app, deps);
  registerRouterExposures(app, deps);
  registerMetrics(app, deps);
  registerMetricResults(app, deps);
  registerChat(app, deps, web);
  serveOpenApi(app);
  const methodsOf = methodsByPath(app);
  app.notFound(async (c) => {
    const methods = methodsOf(c.req.path);
    if (methods.length === 0) return (await portalAnswer(c, web.portal)) ?? refusal(c, notThere(c, web.portal));
    const allow = methods.join(", ");
    return refusal(c, new Problem(405, `Only ${allow} can be used here.`, { headers: { allow } }));
  });
  app.onError((error, c) =>
    error instanceof GatewayError ? errorResponse(error) : refusal(c, toProblem(deps, error)),
  );
  return app;
}

const NO_WEB: WebSettings = {
  publicUrl: undefined,
  trustedProxies: 0,
  limits: NO_LIMITS,
  portal: undefined,
  temporalUi: undefined,
};

/** A problem document, but where OpenAI's clients call. */
function refusal(c: Context<Env>, problem: Problem): Response {
  return c.req.path === CHAT_PATH ? chatRefusal(problem) : problemResponse(problem);
}

/** One log line and one measurement per call; paths without ids, never a header or a body. */
function observe(deps: AppDeps, web: WebSettings): MiddlewareHandler<Env> {
  return async (c, next) => {
    const startedMs = performance.now();
    await next();
    const durationMs = performance.now() - startedMs;
    const route = c.get("route") ?? "unknown";
    // What the gateway has written by itself is sent: its status is that of Node's response.
    const isSent = c.res === RESPONSE_ALREADY_SENT;
    const status = isSent ? (c.env.outgoing?.statusCode ?? 0) : c.res.status;
    const request = { method: c.req.method, route, status, durationMs: Math.round(durationMs * 10) / 10 };
    if (!isSent) secureHeaders(c, web);
    deps.metrics.observeRequest(request);
    const isQuiet = route === "/healthz" || route === "/readyz" || route === "/metrics";
    deps.logger[isQuiet ? "debug" : "info"]({ ...request, workspaceId: c.get("workspaceId") }, "request");
  };
}

/** Errors that callers can mend get their own answer; all others are logged and answered without details. */
function toProblem(deps: AppDeps, error: Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof InvalidCursorError) return invalid([{ path: "cursor", message: "is no cursor of this list" }]);
  if (error instanceof ConflictError) return new Problem(409, error.message);
  deps.logger.error({ err: error }, "a call failed");
  return new Problem(500, "Something went wrong on this side. The call can be repeated.");
}

function serveOpenApi(app: App): void {
  const description = "The key as it is: `Authorization: Basic <api-key>` or `Bearer <api-key>`.";
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description,
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "crosscurrent_session",
    description:
      "From `POST /v1/session`; over https its name begins with `__Host-`. Calls that change something must come from a page of the " +
      "same origin.",
  });
  const info = {
    title: "Crosscurrent",
    version: "1",
    description: "Two-way sync between an LLM router and product analytics.",
  };
  const document = app.getOpenAPI31Document({ openapi: "3.1.0", info });
  app.get("/openapi.json", (c) => {
    c.set("route", "/openapi.json");
    return c.json(document);
  });
}

/** Which methods a path has, so that a wrong one is answered by 405 and not by 404. */
function methodsByPath(app: App): (path: string) => string[] {
  const routes = app.routes
    .filter((route) => route.method !== "ALL")
    .map(({ method, path }) => ({ method, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, "[^/]+")}$`) }));
  return (path) => [...new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))];
}
