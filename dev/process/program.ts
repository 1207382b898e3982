// The project's own programs as child processes: from source through tsx, or compiled, as this file itself runs.
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { execa, ExecaError } from "execa";

const IS_SOURCE = import.meta.filename.endsWith(".ts");
const ROOT = resolve(import.meta.dirname, "../..");
const OUTPUT_MAX_BYTES = 1 << 20;
const COMMAND_WITHIN_MS = 120_000;

export interface Program {
  command: string;
  args: string[];
}

/**
 * A program of the project by its path without extension.
 *
 * @example nodeProgram("dev/standins/mixpanel/main", "--port", "8400")
 */
export function nodeProgram(path: string, ...args: string[]): Program {
  const file = resolve(ROOT, `${path}.${IS_SOURCE ? "ts" : "js"}`);
  if (!IS_SOURCE) return { command: process.execPath, args: [file, ...args] };
  // tsx by its address, since a child may run in any folder.
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return { command: process.execPath, args: ["--import", tsx, file, ...args] };
}

/** The `crosscurrent` command. */
export function crosscurrent(...args: string[]): Program {
  return nodeProgram("src/cli/main", ...args);
}

/** Runs a command to its end and returns its stdout. If the command fails, the error holds its stderr. */
export async function runToEnd({ command, args }: Program, env: NodeJS.ProcessEnv, what: string): Promise<string> {
  try {
    const options = { env, extendEnv: false, timeout: COMMAND_WITHIN_MS, maxBuffer: OUTPUT_MAX_BYTES };
    return (await execa(command, args, options)).stdout;
  } catch (error) {
    throw new Error(`${what} failed: ${failureText(error)}`, { cause: error });
  }
}

/** The stderr of a failed command, or why it did not start. */
export function failureText(error: unknown): string {
  if (!(error instanceof ExecaError)) return String(error);
  return (error.stderr ?? "").trim() || error.shortMessage;
}
