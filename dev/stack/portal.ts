// Builds the Portal once per state of its source, so that later starts are immediate.
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { runToEnd, type Program } from "../process/program.ts";
import { LOCAL_DIR } from "../paths.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SOURCES = ["src/portal", "docs/customers", "docs/images", "package-lock.json"];
const KEPT_MS = 7 * 24 * 3_600_000;

/**
 * Returns the folder of the built Portal. Several processes may build at once; the first result stays.
 *
 * @example const dir = await builtPortal();
 */
export async function builtPortal(): Promise<string> {
  const builds = join(LOCAL_DIR, "portal");
  const dir = join(builds, fingerprint());
  if (existsSync(dir)) return dir;
  mkdirSync(builds, { recursive: true });
  dropOld(builds);
  const outDir = join(builds, `.${randomUUID()}`);
  // This variable overrides Vite's mode. The value of a test run would give React's development build.
  const env = { ...process.env, NODE_ENV: "production" };
  await runToEnd(viteBuild(outDir), env, "Building the Portal");
  try {
    renameSync(outDir, dir);
  } catch (error) {
    rmSync(outDir, { recursive: true, force: true });
    if (!existsSync(dir)) throw error;
  }
  return dir;
}

function viteBuild(outDir: string): Program {
  const vite = join(dirname(createRequire(import.meta.url).resolve("vite/package.json")), "bin/vite.js");
  const config = join(ROOT, "src/portal/vite.config.ts");
  return {
    command: process.execPath,
    args: [vite, "build", "--config", config, "--outDir", outDir, "--emptyOutDir", "--logLevel", "warn"],
  };
}

/** A hash of the content, since the time stamps of a fresh clone are all new. */
function fingerprint(): string {
  const hash = createHash("sha256");
  for (const path of SOURCES.flatMap((source) => filesBelow(join(ROOT, source)))) {
    hash.update(path.slice(ROOT.length)).update("\0").update(readFileSync(path)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function dropOld(builds: string): void {
  for (const name of readdirSync(builds)) {
    const path = join(builds, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}
