// Files for browsers: the built Portal, and the page at /docs that shows the OpenAPI document.
import { serveStatic } from "@hono/node-server/serve-static";
import type { Context, Next } from "hono";
import { compress } from "hono/compress";
import { etag, RETAINED_304_HEADERS } from "hono/etag";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { App, Env } from "../http/env.ts";
import { PAGE_POLICY } from "../http/headers.ts";
import { Problem } from "../http/problem.ts";

/** Files below /assets/ are named by their content, so their content never changes. */
const IMMUTABLE = "public, max-age=31536000, immutable";
/** Browsers ask each time, and get a 304 while the file is the same. */
const REVALIDATED = "no-cache";
/** Paths that the Portal's page never serves, so that a mistyped call is a 404. */
const SERVER_PATHS = /^\/(?:v1|docs|healthz|readyz|metrics|openapi\.json)(?:\/|$)/;
const FILE_NAME = /\.[^/]*$/;
const COMPRESSED_FILE = /\.(?:br|gz|zst)$/;

/** Browsers take over the headers of a 304, so it must repeat the page's policy. */
const revalidate = () => etag({ retainedHeaders: [...RETAINED_304_HEADERS, "content-security-policy"] });

/** Serves the Portal on all paths that have no other handler. Its page serves the paths of its own routes too. */
export function servePortal(app: App, dir: string | undefined): void {
  if (dir === undefined || !existsSync(join(dir, "index.html"))) {
    app.get("/", () => {
      throw new Problem(404, "The Portal is not built: run `npm run build`.");
    });
    return;
  }
  const file = serveStatic<Env>({ root: dir, precompressed: true });
  const page = serveStatic<Env>({ path: join(dir, "index.html"), precompressed: true });
  app.use(revalidate(), compress(), async (c, next) => {
    const { path } = c.req;
    if (SERVER_PATHS.test(path) || COMPRESSED_FILE.test(path)) return next();
    return sendFile(c, next, FILE_NAME.test(path) || path === "/" ? file : page, "portal");
  });
}

const DOCS_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Crosscurrent API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
    <link rel="icon" href="/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
/** A file of its own, because the content security policy forbids inline scripts. */
const DOCS_SCRIPT = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true });\n`;

/** Serves Swagger UI at /docs, from its package alone. */
export function serveDocs(app: App): void {
  const root = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  const file = serveStatic<Env>({ root, rewriteRequestPath: (path) => path.slice("/docs".length) });
  app.use("/docs/*", revalidate(), compress());
  app.on("GET", ["/docs", "/docs/"], (c) => {
    c.set("route", "/docs");
    return c.html(DOCS_PAGE, 200, { "content-security-policy": PAGE_POLICY, "cache-control": REVALIDATED });
  });
  app.get("/docs/start.js", (c) =>
    c.body(DOCS_SCRIPT, 200, { "content-type": "text/javascript; charset=utf-8", "cache-control": REVALIDATED }),
  );
  app.get("/docs/:file", (c, next) => sendFile(c, next, file, "/docs"));
}

async function sendFile(
  c: Context<Env>,
  next: Next,
  serve: ReturnType<typeof serveStatic<Env>>,
  route: string,
): Promise<Response | void> {
  const response = await serve(c, async () => {});
  if (!(response instanceof Response)) return next();
  c.set("route", route);
  response.headers.set("cache-control", c.req.path.startsWith("/assets/") ? IMMUTABLE : REVALIDATED);
  response.headers.set("content-security-policy", PAGE_POLICY);
  response.headers.set("vary", "accept-encoding");
  return response;
}
