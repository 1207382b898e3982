// The built Portal and /docs: which paths they serve, what browsers may keep, and what every response forbids them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createHarness, type Harness } from "../support/api/harness.ts";

const PAGE = "<!doctype html><title>Portal</title>";
const SCRIPT = `console.log("${"portal ".repeat(500)}");`;
/** Stands for what the build has compressed: bytes that nothing else makes. */
const BUILT = "compressed by the build";
let dir: string;
let api: Harness;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "portal-"));
  mkdirSync(join(dir, "assets"));
  writeFileSync(join(dir, "index.html"), PAGE);
  writeFileSync(join(dir, "favicon.svg"), "<svg/>");
  writeFileSync(join(dir, "assets/index-abc.js"), SCRIPT);
  writeFileSync(join(dir, "assets/index-abc.js.br"), brotliCompressSync(SCRIPT));
  writeFileSync(join(dir, "assets/built.js"), SCRIPT);
  writeFileSync(join(dir, "assets/built.js.br"), BUILT);
  writeFileSync(join(dir, "assets/picture.png"), Buffer.from([1, 2, 3]));
  api = await createHarness({ portalDir: dir });
});
afterAll(async () => {
  await api.close();
  rmSync(dir, { recursive: true });
});

const get = async (path: string, headers: Record<string, string> = {}, method = "GET") =>
  await api.app.request(path, { method, headers });

test("the page answers every path that is a place within it", async () => {
  for (const path of ["/", "/index.html", "/routers", "/routers/my-router/", "/integrations/int_1/events"]) {
    const answer = await get(path);
    expect([path, answer.status, await answer.text()]).toEqual([path, 200, PAGE]);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
  }
  expect(api.log.text).toContain('"route":"portal"');
  expect(api.log.text).not.toContain("my-router");
});

test("it never answers for the API, for files that are not there, or to other methods", async () => {
  const paths = [
    "/v1",
    "/v1/nothing",
    "/healthz/x",
    "/readyz/",
    "/metrics/x",
    "/openapi.json/",
    "/assets/gone.js",
    "/.env",
  ];
  for (const path of paths) {
    const { status, headers } = await get(path, { authorization: `Bearer ${api.workspace.apiKey}` });
    expect([path, status, headers.get("content-type")]).toEqual([path, 404, "application/problem+json"]);
  }
  for (const path of ["/../package.json", "/..%2fpackage.json", "/assets/..%2f..%2fpackage.json", "/%00.js"]) {
    expect([path, (await get(path)).status]).toEqual([path, 404]);
  }
  expect((await get("/routers", {}, "POST")).status).toBe(404);
  const head = await get("/", {}, "HEAD");
  expect([head.status, await head.text()]).toEqual([200, ""]);
});

test("files named by their content are kept for ever, the rest is asked for again", async () => {
  const script = await get("/assets/index-abc.js");
  expect(script.headers.get("cache-control")).toContain("immutable");
  const page = await get("/");
  const etag = page.headers.get("etag") ?? "";
  const unchanged = await get("/", { "if-none-match": `"other", W/${etag}` });
  expect(unchanged.status).toBe(304);
  // Browsers take over the headers of a 304, so it must not replace the page's policy by a stricter one.
  for (const header of ["content-security-policy", "cache-control", "vary"]) {
    expect(unchanged.headers.get(header)).toBe(page.headers.get(header));
  }
  expect((await get("/", { "if-none-match": '"other"' })).status).toBe(200);
});

test("text is compressed as the browser takes it, pictures are not", async () => {
  const encoded = async (acceptEncoding: string) => {
    const answer = await get("/assets/index-abc.js", { "accept-encoding": acceptEncoding });
    expect(answer.headers.get("vary")).toBe("accept-encoding");
    return { encoding: answer.headers.get("content-encoding"), bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  for (const accepted of ["gzip, deflate, br", "br"]) {
    const { encoding, bytes } = await encoded(accepted);
    expect([encoding, brotliDecompressSync(bytes).toString()]).toEqual(["br", SCRIPT]);
  }
  for (const accepted of ["gzip", "gzip, br;q=0"]) {
    const { encoding, bytes } = await encoded(accepted);
    expect([encoding, gunzipSync(bytes).toString()]).toEqual(["gzip", SCRIPT]);
  }
  for (const accepted of ["", "identity", "br;q=0"]) {
    const { encoding, bytes } = await encoded(accepted);
    expect([encoding, bytes.toString()]).toEqual([null, SCRIPT]);
  }
  const picture = await get("/assets/picture.png", { "accept-encoding": "br" });
  expect([picture.headers.get("content-type"), picture.headers.get("content-encoding")]).toEqual(["image/png", null]);
});

test("what the build has compressed is sent as it is, to those who take it, and is no file of its own", async () => {
  const answer = await get("/assets/built.js", { "accept-encoding": "br" });
  expect([answer.headers.get("content-encoding"), await answer.text()]).toEqual(["br", BUILT]);
  expect(await (await get("/assets/built.js")).text()).toBe(SCRIPT);
  expect((await get("/assets/built.js.br")).status).toBe(404);
});

test("every answer forbids browsers what it does not need", async () => {
  for (const path of ["/", "/docs", "/v1/integrations", "/nothing.txt", "/healthz", "/openapi.json"]) {
    const { headers } = await get(path);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none';.*frame-ancestors 'none'/);
    expect(headers.has("strict-transport-security")).toBe(false);
    expect(headers.get("cache-control")).toBe(path === "/" || path === "/docs" ? "no-cache" : "no-store");
  }
  const policy = (await get("/")).headers.get("content-security-policy");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
});

test("/docs is a page of this server's files alone, which needs no key", async () => {
  const page = await get("/docs");
  const text = await page.text();
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self';");
  const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? "");
  expect(files.length).toBe(4);
  for (const path of files) {
    const file = await get(path, { "accept-encoding": "gzip" });
    const etag = file.headers.get("etag") ?? "";
    expect([path, file.status, etag]).toEqual([path, 200, expect.stringMatching(/"/)]);
    expect((await get(path, { "accept-encoding": "gzip", "if-none-match": etag })).status).toBe(304);
  }
  for (const path of ["/docs/", "/docs/nothing.js", "/docs/..%2fpackage.json", "/docs/../package.json"]) {
    expect([path, (await get(path)).status]).toEqual([path, path === "/docs/" ? 200 : 404]);
  }
  expect((await get("/docs", {}, "POST")).status).toBe(405);
});

test("without a build it says what to run", async () => {
  const bare = await createHarness({ portalDir: join(dir, "assets") });
  const answer = await bare.callAs(null)("/");
  expect(answer).toMatchObject({ status: 404, body: { detail: "The Portal is not built: run `npm run build`." } });
  await bare.close();
});
