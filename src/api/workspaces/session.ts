// Signing in and out in a browser: an API key opens a session, whose cookie replaces the key in calls under /v1.
import { z } from "@hono/zod-openapi";
import { mayDo, SCOPES } from "../../domain/apiKey.ts";
import { clientAddress, isHttps, isHttpsPage, isSameOrigin } from "../../http/clientOrigin.ts";
import { endpointsOf } from "../../http/endpoint.ts";
import type { App } from "../../http/env.ts";
import { Problem } from "../../http/problem.ts";
import type { AppDeps, WebSettings } from "../deps.ts";
import { sessionCookie } from "./sessionCookie.ts";
import type { Limits } from "./signInLimits.ts";

const MAX_KEY_CHARS = 200;
const NO_READER =
  "This API key can neither read nor change anything. Sign in with a key with the scope `read` or `admin`.";
const newSession = z
  .strictObject({ apiKey: z.string().min(1).max(MAX_KEY_CHARS).describe("An API key of the workspace.") })
  .openapi("NewSession", { example: { apiKey: "<api-key>" } });
const workspaceFields = {
  id: z.string().describe("The id of the workspace."),
  name: z.string().describe("The name of the workspace."),
};
const workspace = { id: "ws_3f9a", name: "Acme" };
const sessionResponse = z
  .object({
    workspace: z.object(workspaceFields).describe("The workspace that the session belongs to."),
    scopes: z.array(z.enum(SCOPES)).describe("What the session may do: what the key that opened it may."),
  })
  .openapi("Session", { example: { workspace, scopes: ["admin"] } });
const workspaceResponse = z
  .object({
    ...workspaceFields,
    temporalUiUrl: z.string().nullable().describe("The address of Temporal's UI, if the operator has set it."),
  })
  .openapi("Workspace", { example: { ...workspace, temporalUiUrl: null } });

const HTTPS_UNKNOWN =
  "browsers use https, but this server was not told: set PUBLIC_URL or TRUSTED_PROXIES, so that they stay with https";

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

/** The one call under /v1 without a key or a session: it must be registered before the authentication. */
export function registerSignIn(app: App, { store, logger }: AppDeps, web: WebSettings, limits: Limits): void {
  const warnOfHttps = once(() => logger.warn({}, HTTPS_UNKNOWN));
  const endpoint = endpointsOf(app, "workspace");
  endpoint({
    method: "post",
    path: "/v1/session",
    operationId: "signIn",
    summary: "Sign in",
    description:
      "Opens a session with an API key and sets its cookie. For browsers: other clients send the key itself.",
    open: true,
    body: newSession,
    status: 201,
    response: sessionResponse,
    handler: async ({ body: { apiKey } }, c) => {
      // A page of another site must not sign a browser in to a workspace of its choice.
      if (isSameOrigin(c, web) === false) throw new Problem(403, "Only the Portal's pages can sign in.");
      const address = clientAddress(c, web);
      await limits.signIn(address, apiKey);
      limits.lookUp(() => address, apiKey);
      if (isHttpsPage(c) && !isHttps(c, web)) warnOfHttps();
      const key = await store.keys.authenticate(apiKey);
      if (key !== null && !mayDo(key.scopes, "read")) throw new Problem(403, NO_READER);
      const opened = key && (await store.sessions.open(apiKey));
      if (opened === null) {
        await limits.failedKey(address, apiKey);
        throw new Problem(401, "The API key is not valid.");
      }
      limits.validKey(apiKey);
      sessionCookie(c, web).write(opened.token);
      return { workspace: opened.workspace, scopes: opened.scopes };
    },
  });
}

export function registerSession(app: App, { store }: AppDeps, web: WebSettings): void {
  const endpoint = endpointsOf(app, "workspace");
  const find = async (workspaceId: string) => {
    const found = await store.workspaces.get(workspaceId);
    if (found === null) throw new Error("The workspace of a valid key does not exist.");
    return found;
  };
  endpoint({
    method: "get",
    path: "/v1/session",
    operationId: "getSession",
    summary: "Get the session",
    description: "Returns the workspace of the session or of the key. A 401 means that the user has to sign in.",
    response: sessionResponse,
    handler: async ({ workspaceId }, c) => ({ workspace: await find(workspaceId), scopes: [...c.get("scopes")] }),
  });
  endpoint({
    method: "delete",
    path: "/v1/session",
    operationId: "signOut",
    summary: "Sign out",
    description: "Ends the session and clears its cookie. A call with a key has no session, so nothing happens.",
    handler: async (_call, c) => {
      const cookie = sessionCookie(c, web);
      const token = cookie.read();
      if (token === undefined || c.req.header("authorization") !== undefined) return undefined;
      await store.sessions.end(token);
      cookie.clear();
      return undefined;
    },
  });
  endpoint({
    method: "get",
    path: "/v1/workspace",
    operationId: "getWorkspace",
    summary: "Get the workspace",
    description: "Returns the workspace that the key or the session belongs to.",
    response: workspaceResponse,
    handler: async ({ workspaceId }) => ({ ...(await find(workspaceId)), temporalUiUrl: web.temporalUi?.url ?? null }),
  });
}
