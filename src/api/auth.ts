// Who is calling: an API key names its workspace. `Basic <api-key>` carries the key as it is, like `Bearer <api-key>`.
import type { MiddlewareHandler } from "hono";
import type { WorkspaceStore } from "../store/store.ts";
import type { Env } from "./deps.ts";
import { Problem } from "./problem.ts";

/** Printable ASCII without spaces, of a bounded length: anything else is no key, and no look-up is spent on it. */
const AUTHORIZATION = /^(?:basic|bearer) +([\x21-\x7e]{1,200})$/i;

export function authenticate(workspaces: WorkspaceStore): MiddlewareHandler<Env> {
  return async (c, next) => {
    const apiKey = AUTHORIZATION.exec(c.req.header("authorization") ?? "")?.[1];
    const workspaceId = apiKey === undefined ? null : await workspaces.authenticate(apiKey);
    if (workspaceId === null) {
      throw new Problem(
        401,
        "Send a valid API key as `Authorization: Basic <api-key>` or `Authorization: Bearer <api-key>`.",
        {
          headers: { "www-authenticate": 'Basic realm="crosscurrent", Bearer realm="crosscurrent"' },
        },
      );
    }
    c.set("workspaceId", workspaceId);
    await next();
  };
}
