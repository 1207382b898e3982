// Runs a peer as a process that measures its own time, so that the start of Node or Python does not count.
import { execa } from "execa";

/** Runs it to its end and returns the milliseconds that it printed as `took N ms`. */
export async function runPeer(
  command: string,
  args: string[],
  options: { env: Record<string, string>; cwd: string },
): Promise<number> {
  const { stdout } = await execa(command, args, options);
  const took = /^took (\d+) ms$/m.exec(stdout)?.[1];
  if (took === undefined) throw new Error(`${command} did not print "took N ms".`);
  return Number(took);
}
