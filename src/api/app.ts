// The HTTP API as one function of its dependencies. It opens no socket: server.ts serves it, tests call app.request().
import { OpenAPIHono } from "@hono/zod-openapi";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { CallerLeftError } from "../http/admission/refusals.ts";
import type { App, Env } from "../http/env.ts";
import { secureHeaders } from "../http/headers.ts";
import { isOpenAiPath, OpenAiError, openAiErrorResponse, toOpenAiError } from "../http/openAiError.ts";
import { serveOpenApi } from "../http/openApi.ts";
import { invalid, Problem, problemResponse } from "../http/problem.ts";
import { ConflictError, InUseError, InvalidFieldError, UnavailableError } from "../store/store.ts";
import type { AppDeps, WebSettings } from "./deps.ts";
import { registerImported } from "./events/imported.ts";
import { registerReread } from "./events/reread.ts";
import { registerEvents } from "./events/routes.ts";
import { registerExposures } from "./exposures/routes.ts";
import { registerHealth } from "./health.ts";
import { registerBrowse } from "./integrations/browse.ts";
import { registerConnectionTest } from "./integrations/connectionTest.ts";
import { createProviderSchemas } from "./integrations/providerSchemas.ts";
import { registerIntegrations } from "./integrations/routes.ts";
import { registerSetupScript } from "./integrations/setupScript.ts";
import { registerKeys } from "./keys/routes.ts";
import { registerMetricResults } from "./metrics/resultRoutes.ts";
import { registerMetrics } from "./metrics/routes.ts";
import { registerProviders } from "./providers/routes.ts";
import { registerRouterExposures } from "./routers/exposuresPerHour.ts";
import { registerRoutes } from "./routers/routeRoutes.ts";
import { registerRouters } from "./routers/routes.ts";
import { registerVariants } from "./routers/variantRoutes.ts";
import { registerRejected } from "./runs/rejectedRoutes.ts";
import { registerResend } from "./runs/resend.ts";
import { registerRuns } from "./runs/routes.ts";
import { serveDocs, servePortal } from "./staticFiles.ts";
import { authenticate } from "./workspaces/auth.ts";
import { registerSession, registerSignIn } from "./workspaces/session.ts";
import { createLimits, NO_LIMITS } from "./workspaces/signInLimits.ts";

const NO_WEB: WebSettings = {
  publicUrl: undefined,
  trustedProxies: 0,
  limits: NO_LIMITS,
  portalDir: undefined,
  temporalUi: undefined,
};

export function createApp(deps: AppDeps): App {
  const app = new OpenAPIHono<Env>();
  const web: WebSettings = { ...NO_WEB, ...deps.web };
  const limits = createLimits(web.limits);
  app.use(observe(deps, web));
  app.use(async (c, next) => {
    c.set("admission", deps.admission);
    await next();
  });
  registerSignIn(app, deps, web, limits);
  app.use("/v1/*", authenticate(deps.store, web, limits));
  registerHealth(app, deps);
  registerSession(app, deps, web);
  registerKeys(app, deps);
  registerExposures(app, deps);
  const schemas = createProviderSchemas(deps.specs, () => deps.store.nowMs());
  registerProviders(app, deps);
  registerIntegrations(app, deps, schemas, web);
  registerConnectionTest(app, deps, schemas, limits);
  registerSetupScript(app, deps, schemas);
  registerBrowse(app, deps);
  registerEvents(app, deps, schemas);
  registerImported(app, deps);
  registerReread(app, deps);
  registerRuns(app, deps);
  registerRejected(app, deps);
  registerResend(app, deps);
  registerRouters(app, deps);
  registerRoutes(app, deps);
  registerVariants(app, deps);
  registerRouterExposures(app, deps);
  registerMetrics(app, deps);
  registerMetricResults(app, deps);
  deps.registerGateway(app, web);
  serveOpenApi(app);
  // After all endpoints, so that only calls that none of them serves get here.
  app.use(methodNotAllowed({ app, onMethodNotAllowed: (c, methods) => refuseMethod(app, c, methods) }));
  serveDocs(app);
  servePortal(app, web.portalDir);
  app.notFound((c) => refusal(c, new Problem(404, "There is no such resource.")));
  app.onError((error, c) =>
    error instanceof OpenAiError ? openAiErrorResponse(error) : refusal(c, toProblem(deps, error)),
  );
  return app;
}

/** A path without parameters has its own methods, though `{id}` in another path would take its last part too. */
function refuseMethod(app: App, c: Context<Env>, methods: string[]): Response {
  const own = app.routes.flatMap(({ path, method }) => (path === c.req.path && method !== "ALL" ? [method] : []));
  if (own.includes("GET")) own.push("HEAD");
  const allow = (own.length > 0 ? own : methods).join(", ");
  return refusal(c, new Problem(405, `This path allows only ${allow}.`, { headers: { allow } }));
}

function refusal(c: Context<Env>, problem: Problem): Response {
  return isOpenAiPath(c.req.path) ? openAiErrorResponse(toOpenAiError(problem)) : problemResponse(problem);
}

const QUIET_ROUTES = new Set(["/healthz", "/readyz"]);

/** Writes one log line and one measurement for each call: path templates without ids, never a header or a body. */
function observe({ logger, metrics, traceCall }: AppDeps, web: WebSettings): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { method } = c.req;
    const call = async () => {
      const startedMs = performance.now();
      await next();
      const durationMs = performance.now() - startedMs;
      const route = c.get("route") ?? "unknown";
      // A response that the gateway streamed exists only on Node's side.
      const isSent = c.res === RESPONSE_ALREADY_SENT;
      const status = isSent ? (c.env.outgoing?.statusCode ?? 0) : c.res.status;
      const request = { method, route, status, durationMs: Math.round(durationMs * 10) / 10 };
      if (!isSent) secureHeaders(c, web);
      metrics.observeRequest(request);
      logger[QUIET_ROUTES.has(route) ? "debug" : "info"]({ ...request, workspaceId: c.get("workspaceId") }, "request");
      return request;
    };
    if (traceCall === undefined || QUIET_ROUTES.has(c.req.path)) await call();
    else await traceCall({ method, traceparent: c.req.header("traceparent") }, call);
  };
}

/** A failover takes seconds, and a process finds its end out within some more. */
const RETRY_LATER = { "retry-after": "5" };

/** Errors that callers can correct say how in the response; others are logged and get a 500 without details. */
function toProblem({ logger }: AppDeps, error: Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof CallerLeftError) return new Problem(499, error.message);
  if (error instanceof InvalidFieldError) return invalid([{ path: error.path, message: error.message }]);
  if (error instanceof InUseError) return new Problem(409, error.message, { blockers: error.blockers });
  if (error instanceof ConflictError) return new Problem(409, error.message);
  if (error instanceof UnavailableError) {
    logger.error({ err: error }, "a call failed, because the database cannot be used");
    return new Problem(503, "The database cannot be used right now. Try again later.", { headers: RETRY_LATER });
  }
  logger.error({ err: error }, "a call failed");
  return new Problem(500, "The server failed. The call can be repeated.");
}
