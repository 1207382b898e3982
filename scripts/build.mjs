// `npm run build`: compiles src/ into dist/, builds the Portal, bundles the workflows in each form, and makes the fixed entry
// dist/cli/main.js. In a checkout it compiles dev/ too, for `crosscurrent dev` and the benchmarks; the image has no dev/.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { bundleWorkflowCode } from "@temporalio/worker";

const root = resolve(import.meta.dirname, "..");
const dist = resolve(root, "dist");

rmSync(dist, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const configs = ["tsconfig.build.json", ...(existsSync(resolve(root, "dev")) ? ["tsconfig.build.dev.json"] : [])];
for (const config of configs) execFileSync(process.execPath, [tsc, "-p", config], { cwd: root, stdio: "inherit" });
// The one file of src/ that is not TypeScript: Temporal's library loads it by its path.
copyFileSync(
  resolve(root, "src/encryption/failureConverter.cjs"),
  resolve(dist, "src/encryption/failureConverter.cjs"),
);

// The variable goes before Vite's mode.
process.env.NODE_ENV = "production";
const { build } = await import("vite");
await build({ configFile: resolve(root, "src/portal/vite.config.ts"), logLevel: "warn" });

const { bundleName, bundleParts, WORKFLOWS_PATH } = await import(resolve(dist, "src/workflowBundle.js"));
const forms = [false, true].flatMap((isTraced) => [false, true].map((isEncrypted) => ({ isTraced, isEncrypted })));
for (const form of forms) {
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS_PATH,
    ...bundleParts(form),
    // What it says on success is of no interest; failures are thrown.
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error },
  });
  writeFileSync(resolve(dist, bundleName(form)), code);
}

mkdirSync(resolve(dist, "cli"), { recursive: true });
const entry = resolve(dist, "cli/main.js");
writeFileSync(entry, '#!/usr/bin/env node\nimport "../src/cli/main.js";\n');
chmodSync(entry, 0o755);
