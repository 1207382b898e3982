// Runs code in a separate process, which a test can kill.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { resolve } from "node:path";

export interface Script {
  pid: number;
  /** Its first line on stdout, parsed as JSON. */
  first: unknown;
  /** Sends a signal and waits for the end. Returns how it ended. */
  kill(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Waits for the end. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

const ROOT = resolve(import.meta.dirname, "../../..");

/** `code` is an ES module that may import "./dev/….ts"; it must print one line of JSON. */
export async function startScript(code: string): Promise<Script> {
  const absolute = code.replaceAll('"./', `"${ROOT}/`);
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", absolute], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const errors: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  const ended = once(child, "exit").then(() => ({ code: child.exitCode, signal: child.signalCode }));
  const line = once(createInterface({ input: child.stdout }), "line").then((values) => String(values[0]));
  const first = await Promise.race([line, ended.then(() => null)]);
  if (first === null) throw new Error(`the script ended before it printed a line:\n${errors.join("")}`);
  return {
    pid: child.pid ?? 0,
    first: JSON.parse(first) as unknown,
    ended,
    kill: async (signal) => {
      child.kill(signal);
      return await ended;
    },
  };
}
