// How the stack starts the project's own programs: from source through tsx, or as compiled, just as this file itself
// runs.
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const IS_SOURCE = import.meta.filename.endsWith(".ts");
const OUTPUT_MAX_BYTES = 1 << 20;
const COMMAND_WITHIN_MS = 120_000;

export interface Program {
  command: string;
  args: string[];
}

/** The `crosscurrent` command. */
export function crosscurrent(...args: string[]): Program {
  return program(IS_SOURCE ? "../../src/cli/main.ts" : "../../src/cli/main.js", args);
}

/** The Mixpanel stand-in, as a process of its own. */
export function mixpanelStandIn(): Program {
  return program(IS_SOURCE ? "../standins/mixpanel/main.ts" : "../standins/mixpanel/main.js", []);
}

/** The local OpenAI-compatible upstream, as a process of its own. */
export function localUpstream(): Program {
  return program(IS_SOURCE ? "../standins/upstream/main.ts" : "../standins/upstream/main.js", []);
}

/** Runs a command to its end; the error of a failed one shows what it said. */
export async function runToEnd({ command, args }: Program, env: NodeJS.ProcessEnv, what: string): Promise<string> {
  try {
    const options = { env, timeout: COMMAND_WITHIN_MS, maxBuffer: OUTPUT_MAX_BYTES };
    return (await promisify(execFile)(command, args, options)).stdout;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`${what} failed: ${(stderr ?? "").trim() || message}`, { cause: error });
  }
}

function program(path: string, args: string[]): Program {
  const file = resolve(import.meta.dirname, path);
  return { command: process.execPath, args: IS_SOURCE ? ["--import", tsx(), file, ...args] : [file, ...args] };
}

/** By its address, since the children may run in any folder. */
function tsx(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
}
