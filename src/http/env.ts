// The app, and what its context carries for one request.
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Scope } from "../domain/apiKey.ts";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Admission } from "./admission/admission.ts";
import type { Caller } from "./admission/fairQueue.ts";
import { CallerLeftError } from "./admission/refusals.ts";

export interface Env {
  /** Present if a Node server made the call. The gateway streams on them without web streams in between. */
  Bindings: { incoming?: IncomingMessage; outgoing?: ServerResponse };
  Variables: {
    /** Set for every call. */
    admission: Admission;
    /** Set by the authentication of every call under /v1. */
    workspaceId: string;
    /** What the key of the call may do. Set with the workspace. */
    scopes: readonly Scope[];
    /** The path template of the endpoint: ids must not get into logs and metrics. */
    route: string;
  };
}

export type App = OpenAPIHono<Env>;

/** The caller's side of the call; undefined without a Node server, as in tests. */
export function callerOf(c: Context<Env>): Caller {
  const bindings: Env["Bindings"] | undefined = c.env;
  return bindings?.outgoing;
}

/** Aborted with a CallerLeftError when the caller leaves. */
export function untilLeft(c: Context<Env>): AbortSignal {
  const controller = new AbortController();
  const caller = callerOf(c);
  const leave = () => controller.abort(new CallerLeftError());
  if (caller?.destroyed === true) leave();
  else caller?.once("close", leave);
  return controller.signal;
}
