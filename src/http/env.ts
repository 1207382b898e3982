// The app, and what its context carries for one request.
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Scope } from "../domain/apiKey.ts";
import type { IncomingMessage, ServerResponse } from "node:http";

export interface Env {
  /** Present if a Node server made the call. The gateway streams on them without web streams in between. */
  Bindings: { incoming?: IncomingMessage; outgoing?: ServerResponse };
  Variables: {
    /** Set by the authentication of every call under /v1. */
    workspaceId: string;
    /** What the key of the call may do. Set with the workspace. */
    scopes: readonly Scope[];
    /** The path template of the endpoint: ids must not get into logs and metrics. */
    route: string;
  };
}

export type App = OpenAPIHono<Env>;
