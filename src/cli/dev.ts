// Loads the development stack, which is part of a checkout but not of the production image.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface DevStack {
  runDev(options: { fresh: boolean }): Promise<void>;
}

/** `root` is the folder that holds `src`, from source or compiled. */
export async function loadDevStack(root = join(import.meta.dirname, "../..")): Promise<DevStack> {
  // The path is computed, so that the compiler does not follow it and src/ is compiled without dev/.
  const path = join(root, `dev/stack/main.${import.meta.filename.endsWith(".ts") ? "ts" : "js"}`);
  if (!existsSync(path)) {
    throw new Error(
      "`crosscurrent dev` needs a checkout of Crosscurrent, and this installation has none. " +
        "Clone the repository and run `npm ci` and `npm run dev`. To run in production, start `server` and `worker`.",
    );
  }
  return (await import(pathToFileURL(path).href)) as DevStack;
}
