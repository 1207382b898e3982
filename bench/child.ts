// A peer as a process of its own, which times itself: starting Node or Python is not held against anybody.
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Runs it to its end and answers the milliseconds that it printed as `took N ms`. */
export async function runPeer(
  command: string,
  args: string[],
  options: { env: Record<string, string>; cwd: string },
): Promise<number> {
  const { stdout } = await promisify(execFile)(command, args, {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  const took = /^took (\d+) ms$/m.exec(stdout)?.[1];
  if (took === undefined) throw new Error(`${command} did not say how long it took.`);
  return Number(took);
}
