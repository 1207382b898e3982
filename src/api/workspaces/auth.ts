// Who is calling: an API key names its workspace, and so does the cookie of a session that was opened with one. The key goes as it
// is after `Basic` or `Bearer`, and before the cookie.
import type { Context, MiddlewareHandler } from "hono";
import { createTtlCache } from "../../http/ttlCache.ts";
import type { SessionStore, WorkspaceStore } from "../../store/store.ts";
import { addressOf, isSameOrigin } from "../../http/clientOrigin.ts";
import type { Env, WebSettings } from "../deps.ts";
import type { Limits } from "./signInLimits.ts";
import { Problem } from "../../http/problem.ts";
import { sessionCookie } from "./sessionCookie.ts";

/** Printable ASCII without spaces, of a bounded length: anything else is no key, and no look-up is spent on it. */
const AUTHORIZATION = /^(?:basic|bearer) +([\x21-\x7e]{1,200})$/i;
/** Methods that change nothing, whoever makes a browser use them. */
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** How long a key that was taken back may still be taken for valid. */
const KEY_TTL_MS = 1_000;
const MAX_REMEMBERED_KEYS = 1_000;

/** A call through the gateway should not cost a look-up of its key each time. */
export function rememberedKeys(workspaces: WorkspaceStore): Pick<WorkspaceStore, "authenticate"> {
  const load = (apiKey: string) => workspaces.authenticate(apiKey);
  const keys = createTtlCache({ ttlMs: KEY_TTL_MS, maxEntries: MAX_REMEMBERED_KEYS, load });
  return { authenticate: (apiKey) => keys.get(apiKey) };
}

interface Doors {
  keys: Pick<WorkspaceStore, "authenticate">;
  sessions: SessionStore;
  web: WebSettings;
  limits: Limits;
}

export function authenticate(doors: Doors): MiddlewareHandler<Env> {
  return async (c, next) => {
    const authorization = c.req.header("authorization");
    const workspaceId = await (authorization === undefined ? bySession(c, doors) : byKey(c, authorization, doors));
    await doors.limits.call?.(workspaceId);
    c.set("workspaceId", workspaceId);
    await next();
  };
}

async function byKey(c: Context<Env>, authorization: string, doors: Doors): Promise<string> {
  const apiKey = AUTHORIZATION.exec(authorization)?.[1];
  const workspaceId = apiKey === undefined ? null : await doors.keys.authenticate(apiKey);
  if (workspaceId === null) return await refuse(c, doors);
  return workspaceId;
}

/** A page of somebody else can make a browser send the cookie along, but not say that it is one of ours. */
async function bySession(c: Context<Env>, doors: Doors): Promise<string> {
  const token = sessionCookie(c, doors.web).read();
  if (token === undefined) throw unauthorized();
  if (!SAFE_METHODS.has(c.req.method) && isSameOrigin(c, doors.web) !== true) {
    throw new Problem(403, "With a session, only the Portal's own pages can change something. Use an API key instead.");
  }
  const workspace = await doors.sessions.find(token);
  if (workspace === null) return await refuse(c, doors);
  return workspace.id;
}

/** Valid keys are never refused for the sake of others: many clients may share an address. */
async function refuse(c: Context<Env>, { limits, web }: Doors): Promise<never> {
  await limits.failedKey(addressOf(c, web));
  throw unauthorized();
}

function unauthorized(): Problem {
  return new Problem(
    401,
    "Send a valid API key as `Authorization: Basic <api-key>` or `Authorization: Bearer <api-key>`.",
    // Not Basic, though that is taken too: browsers answer that challenge with a dialog of their own, before the Portal hears of it.
    { headers: { "www-authenticate": 'Bearer realm="crosscurrent"' } },
  );
}
