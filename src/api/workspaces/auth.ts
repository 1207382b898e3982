// Authentication: an API key or the cookie of a session names the workspace of a call, and its scopes say what the call
// may do. A key wins over a cookie.
import type { Context, MiddlewareHandler } from "hono";
import { mayDo, type Scope } from "../../domain/apiKey.ts";
import { cachedLookup, type CachedLookup } from "../../http/cache.ts";
import { clientAddress, isSameOrigin, type ProxySettings } from "../../http/clientOrigin.ts";
import type { Env } from "../../http/env.ts";
import { Problem } from "../../http/problem.ts";
import { neededScope, SAFE_METHODS } from "../../http/scopes.ts";
import type { KeyAccess, SessionStore, Store } from "../../store/store.ts";
import { sessionCookie } from "./sessionCookie.ts";
import type { Limits } from "./signInLimits.ts";

/** The key as it is after `Basic` or `Bearer`. Printable ASCII of a bounded length: nothing else is worth a look-up. */
const AUTHORIZATION = /^(?:basic|bearer) +([\x21-\x7e]{1,200})$/i;

/** How long a revoked key can still be accepted. */
const KEY_TTL_MS = 1_000;
const MAX_CACHED_KEYS = 10_000;

interface AuthDeps {
  keys: CachedLookup<KeyAccess>;
  sessions: SessionStore;
  web: ProxySettings;
  limits: Limits;
}

interface Caller {
  workspaceId: string;
  scopes: readonly Scope[];
}

export function authenticate(
  { sessions, ...store }: Pick<Store, "sessions" | "keys">,
  web: ProxySettings,
  limits: Limits,
): MiddlewareHandler<Env> {
  const load = async (apiKey: string) => {
    const access = await store.keys.authenticate(apiKey);
    if (access !== null) limits.validKey(apiKey);
    return access;
  };
  // Cached, because otherwise each call of the gateway would look its key up.
  const keys = cachedLookup({ ttlMs: KEY_TTL_MS, maxEntries: MAX_CACHED_KEYS, load });
  const deps = { keys, sessions, web, limits };
  return async (c, next) => {
    const authorization = c.req.header("authorization");
    const caller = await (authorization === undefined ? bySession(c, deps) : byKey(c, authorization, deps));
    const { workspaceId, scopes } = caller;
    const { calls } = c.get("admission");
    calls.check(workspaceId);
    calls.count(workspaceId, 1);
    c.set("workspaceId", workspaceId);
    c.set("scopes", scopes);
    const needed = neededScope(c.req.method, c.req.path);
    if (!mayDo(scopes, needed)) throw outOfScope(needed);
    await next();
  };
}

async function byKey(c: Context<Env>, authorization: string, deps: AuthDeps): Promise<Caller> {
  const apiKey = AUTHORIZATION.exec(authorization)?.[1];
  if (apiKey === undefined) return await refuse(c, deps, null);
  deps.limits.lookUp(() => clientAddress(c, deps.web), apiKey);
  const access = await deps.keys(apiKey);
  // A cached key can expire.
  if (access === null || (access.expiresAtMs ?? Infinity) <= Date.now()) return await refuse(c, deps, apiKey);
  return access;
}

/** A page of another site can make a browser send the cookie, but cannot pretend to be a page of this server. */
async function bySession(c: Context<Env>, deps: AuthDeps): Promise<Caller> {
  const token = sessionCookie(c, deps.web).read();
  if (token === undefined) throw unauthorized();
  if (!SAFE_METHODS.has(c.req.method) && isSameOrigin(c, deps.web) !== true) {
    throw new Problem(403, "With a session, only the Portal's pages can change something. Use an API key instead.");
  }
  const session = await deps.sessions.find(token);
  return session === null ? await refuse(c, deps, null) : { workspaceId: session.workspace.id, scopes: session.scopes };
}

/** Only calls with wrong keys count, so that clients with valid keys are not refused because they share an address. */
async function refuse(c: Context<Env>, { limits, web }: AuthDeps, apiKey: string | null): Promise<never> {
  await limits.failedKey(clientAddress(c, web), apiKey);
  throw unauthorized();
}

function outOfScope(needed: Scope): Problem {
  return new Problem(403, `The API key may not do this. Use a key with the scope \`${needed}\`.`);
}

function unauthorized(): Problem {
  return new Problem(
    401,
    "Send a valid API key as `Authorization: Basic <api-key>` or `Authorization: Bearer <api-key>`.",
    // Not `Basic`, though it is accepted: browsers would open their own dialog before the Portal sees the response.
    { headers: { "www-authenticate": 'Bearer realm="crosscurrent"' } },
  );
}
