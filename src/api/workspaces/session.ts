// Signing in and out in a browser: an API key becomes a session, which every call under /v1 takes instead of the key.
import { z } from "@hono/zod-openapi";
import { addressOf, isSameOrigin } from "../../http/clientOrigin.ts";
import type { AppDeps, WebSettings } from "../deps.ts";
import { endpoint, type App } from "../../http/endpoint.ts";
import type { Limits } from "./signInLimits.ts";
import { Problem } from "../../http/problem.ts";
import { sessionCookie } from "./sessionCookie.ts";

const PATH = "/v1/session";
const MAX_KEY_CHARS = 200;
const tag = "workspace";
const newSession = z.strictObject({ apiKey: z.string().min(1).max(MAX_KEY_CHARS) }).openapi("NewSession");
const workspace = z.object({ id: z.string(), name: z.string() });
const session = z.object({ workspace }).openapi("Session");
const workspaceAnswer = workspace.extend({
  temporalUiUrl: z.string().nullable().openapi({ description: "Where Temporal's UI is, if the operator says so." }),
});

/** The one call under /v1 without a key or a session: registered before they are asked for. */
export function registerSignIn(app: App, { store }: AppDeps, web: WebSettings, limits: Limits): void {
  const definition = {
    method: "post",
    path: PATH,
    summary: "Sign in with an API key; answers a session cookie",
    tag,
    open: true,
    body: newSession,
    status: 201,
    answer: session,
  } as const;
  endpoint(app, definition, async ({ body: { apiKey } }, c) => {
    // Nobody else's page signs a browser in to a workspace of its choice.
    if (isSameOrigin(c, web) === false) throw new Problem(403, "Only the Portal's own pages can sign in.");
    await limits.signIn(addressOf(c, web), apiKey);
    const opened = await store.sessions.open(apiKey);
    if (opened === null) throw new Problem(401, "This is no valid API key.");
    sessionCookie(c, web).write(opened.token);
    return { workspace: opened.workspace };
  });
}

export function registerSession(app: App, { store }: AppDeps, web: WebSettings): void {
  const find = async (workspaceId: string) => {
    const found = await store.workspaces.get(workspaceId);
    if (found === null) throw new Error("The workspace of a valid key is gone.");
    return found;
  };
  endpoint(
    app,
    { method: "get", path: PATH, summary: "Who is signed in", tag, status: 200, answer: session },
    async ({ workspaceId }) => ({ workspace: await find(workspaceId) }),
  );
  endpoint(app, { method: "delete", path: PATH, summary: "Sign out", tag, status: 204 }, async (_call, c) => {
    const cookie = sessionCookie(c, web);
    const token = cookie.read();
    // A call with a key has no session to end.
    if (token === undefined || c.req.header("authorization") !== undefined) return undefined;
    await store.sessions.end(token);
    cookie.clear();
    return undefined;
  });
  endpoint(
    app,
    { method: "get", path: "/v1/workspace", summary: "Whose key this is", tag, status: 200, answer: workspaceAnswer },
    async ({ workspaceId }) => ({
      ...(await find(workspaceId)),
      temporalUiUrl: web.temporalUi?.url ?? null,
    }),
  );
}
