// Who is calling: an API key names its workspace. `Basic <api-key>` carries the key as it is, like `Bearer <api-key>`.
import type { MiddlewareHandler } from "hono";
import { createTtlCache } from "../gateway/ttlCache.ts";
import type { WorkspaceStore } from "../store/store.ts";
import type { Env } from "./deps.ts";
import { Problem } from "./problem.ts";

/** Printable ASCII without spaces, of a bounded length: anything else is no key, and no look-up is spent on it. */
const AUTHORIZATION = /^(?:basic|bearer) +([\x21-\x7e]{1,200})$/i;

/** How long a key that was taken back may still be taken for valid. */
const KEY_TTL_MS = 1_000;
const MAX_REMEMBERED_KEYS = 1_000;

/** A call through the gateway should not cost a look-up of its key each time. */
export function rememberedKeys(workspaces: WorkspaceStore): Pick<WorkspaceStore, "authenticate"> {
  const load = (apiKey: string) => workspaces.authenticate(apiKey);
  const keys = createTtlCache({ ttlMs: KEY_TTL_MS, maxEntries: MAX_REMEMBERED_KEYS, load });
  return { authenticate: (apiKey) => keys.get(apiKey) };
}

export function authenticate(workspaces: Pick<WorkspaceStore, "authenticate">): MiddlewareHandler<Env> {
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
