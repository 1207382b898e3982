// The system's API and the built Portal on a real port.
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { builtPortal } from "../../dev/portal.ts";
import { createHttpServer, drain } from "../../src/server.ts";
import type { System } from "./system.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/** Stands in for the API's sessions until it has them: a cookie for a key. */
export async function startPortal(system: System): Promise<{ url: string; stop(): Promise<void> }> {
  const dir = await builtPortal();
  const sessions = new Map<string, { authorization: string; name: string }>();
  const server = createHttpServer(async (request) => {
    const { pathname } = new URL(request.url);
    const cookie = /session=([^;]+)/.exec(request.headers.get("cookie") ?? "")?.[1] ?? "";
    if (pathname === "/v1/session") return session(system, sessions, request, cookie);
    if (!pathname.startsWith("/v1/")) return file(dir, pathname);
    const headers = new Headers(request.headers);
    const known = sessions.get(cookie);
    if (known !== undefined) headers.set("authorization", known.authorization);
    const body = request.method === "GET" ? undefined : await request.arrayBuffer();
    return system.app.request(request.url, { method: request.method, headers, body });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => drain(server, 1_000) };
}

async function session(
  system: System,
  sessions: Map<string, { authorization: string; name: string }>,
  request: Request,
  cookie: string,
): Promise<Response> {
  if (request.method === "DELETE") {
    sessions.delete(cookie);
    return new Response(null, { status: 204 });
  }
  if (request.method === "GET") {
    const known = sessions.get(cookie);
    if (known === undefined) return Response.json({ detail: "Sign in.", errors: [] }, { status: 401 });
    return Response.json({ workspace: { id: "ws", name: known.name } });
  }
  const { apiKey } = (await request.json()) as { apiKey: string };
  const authorization = `Basic ${apiKey}`;
  const answer = await system.app.request("/v1/integrations", { headers: { authorization } });
  if (!answer.ok) return Response.json({ detail: "This is no valid API key.", errors: [] }, { status: 401 });
  const id = randomUUID();
  sessions.set(id, { authorization, name: "test" });
  const headers = { "set-cookie": `session=${id}; HttpOnly; SameSite=Strict; Path=/` };
  return Response.json({ workspace: { id: "ws", name: "test" } }, { status: 201, headers });
}

function file(dir: string, pathname: string): Response {
  const path = join(dir, pathname);
  const found = pathname !== "/" && existsSync(path) ? path : join(dir, "index.html");
  return new Response(readFileSync(found), { headers: { "content-type": TYPES[extname(found)] ?? "text/plain" } });
}
