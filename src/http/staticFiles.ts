// The Portal's files: read once, compressed by the build or once here, named by their content. Its page also answers the paths that the page understands.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Context } from "hono";
import type { Env, Portal } from "../api/deps.ts";
import { PORTAL_POLICY } from "./headers.ts";
import { Problem } from "./problem.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};
const COMPRESSIBLE = /^(text\/|application\/|image\/svg)/;
/** Below /assets/ the build names files by their content: one name is one content for ever. */
const IMMUTABLE = "public, max-age=31536000, immutable";
/** Asked for each time, answered by 304 as long as it is the same. */
const REVALIDATED = "no-cache";
const PAGE = "/index.html";
/** What the server answers itself: never the page, so that a mistyped call is told so. */
const OWN_PATHS = /^\/(?:v1|healthz|readyz|metrics|openapi\.json)(?:\/|$)/;
const BROTLI_QUALITY = 9;
/** Beside a file: the same, compressed as well as can be, for which a build has the time. */
const COMPRESSED_BY_BUILD = ".br";
const MAX_FILE_BYTES = 16 * 1024 * 1024;

type Encoding = "br" | "gzip";
interface PortalFile {
  type: string;
  etag: string;
  cacheControl: string;
  bytes: Buffer<ArrayBuffer>;
  /** Made when first asked for. */
  compressed: Partial<Record<Encoding, Promise<Buffer<ArrayBuffer>>>>;
}

/**
 * Undefined where the folder holds no page.
 *
 * @example const portal = readPortal("dist/portal");
 */
export function readPortal(dir: string): Portal | undefined {
  if (!existsSync(join(dir, PAGE))) return undefined;
  const files = new Map(
    filesBelow(dir).map((path) => [`/${relative(dir, path).split(sep).join("/")}`, readFile(dir, path)]),
  );
  return async ({ path, acceptEncoding, ifNoneMatch }) => {
    // A last part with a dot names a file; everything else is a place within the page.
    const file = files.get(path) ?? (/\.[^/]*$/.test(path) ? undefined : files.get(PAGE));
    return file === undefined ? null : await answer(file, acceptEncoding, ifNoneMatch);
  };
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(COMPRESSED_BY_BUILD))
    .map((entry) => join(entry.parentPath, entry.name));
}

function readFile(dir: string, path: string): PortalFile {
  const bytes = bytesOf(path);
  const compressed = path + COMPRESSED_BY_BUILD;
  return {
    type: TYPES[extname(path)] ?? "application/octet-stream",
    etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
    cacheControl: relative(dir, path).startsWith(`assets${sep}`) ? IMMUTABLE : REVALIDATED,
    bytes,
    compressed: existsSync(compressed) ? { br: Promise.resolve(bytesOf(compressed)) } : {},
  };
}

function bytesOf(path: string): Buffer<ArrayBuffer> {
  const bytes = readFileSync(path);
  if (bytes.length > MAX_FILE_BYTES) throw new Error(`${path} is larger than ${MAX_FILE_BYTES} bytes.`);
  return Buffer.from(bytes);
}

async function answer(file: PortalFile, acceptEncoding: string, ifNoneMatch: string): Promise<Response> {
  const headers = new Headers({
    "cache-control": file.cacheControl,
    "content-security-policy": PORTAL_POLICY,
    etag: file.etag,
    vary: "accept-encoding",
  });
  const known = ifNoneMatch.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known.includes(file.etag)) return new Response(null, { status: 304, headers });
  headers.set("content-type", file.type);
  const encoding = COMPRESSIBLE.test(file.type) ? encodingOf(acceptEncoding) : null;
  if (encoding === null) return new Response(file.bytes, { headers });
  headers.set("content-encoding", encoding);
  return new Response(await (file.compressed[encoding] ??= compress(file.bytes, encoding)), { headers });
}

function encodingOf(acceptEncoding: string): Encoding | null {
  const accepted = acceptEncoding
    .toLowerCase()
    .split(",")
    .map((part) => part.replaceAll(/\s/g, ""));
  const takes = (name: string) =>
    accepted.some((part) => part === name || (part.startsWith(`${name};`) && !/;q=0(\.0*)?$/.test(part)));
  return (["br", "gzip"] as const).find(takes) ?? null;
}

async function compress(bytes: Buffer, encoding: Encoding): Promise<Buffer<ArrayBuffer>> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
  return encoding === "br" ? await promisify(brotliCompress)(bytes, { params }) : await promisify(gzip)(bytes);
}

/** The Portal's answer to a path that no call has; null where that is not the Portal's either. */
export async function portalAnswer(c: Context<Env>, portal: Portal | undefined): Promise<Response | null> {
  const { path, method } = c.req;
  if (portal === undefined || OWN_PATHS.test(path) || (method !== "GET" && method !== "HEAD")) return null;
  const acceptEncoding = c.req.header("accept-encoding") ?? "";
  const found = await portal({ path, acceptEncoding, ifNoneMatch: c.req.header("if-none-match") ?? "" });
  if (found !== null) c.set("route", "portal");
  return found;
}

export function notThere(c: Context<Env>, portal: Portal | undefined): Problem {
  const isPage = c.req.path === "/" && portal === undefined;
  return new Problem(404, isPage ? "The Portal is not built: run `npm run build`." : "There is no such resource.");
}
