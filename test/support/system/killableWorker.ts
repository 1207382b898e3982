// Starts workers as processes and kills them. The next worker loads while the last one works, so that a kill takes little time.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import type { System } from "./system.ts";

const SCRIPT = fileURLToPath(new URL("./workerProcess.ts", import.meta.url));

export interface KillableWorkers {
  /** SIGKILLs the worker at work and puts the next one in its place. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startKillableWorkers(system: System): Promise<KillableWorkers> {
  const bundlePath = inject("workflowBundlePath");
  const load = () =>
    spawn(process.execPath, ["--import", "tsx", SCRIPT, bundlePath], {
      env: { ...process.env, ...system.env },
      stdio: ["pipe", "ignore", "inherit"],
    });
  const go = (child: ChildProcess) => child.stdin?.write("go\n");
  let working = load();
  let next = load();
  go(working);
  const end = async (child: ChildProcess) => {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  };
  return {
    kill: async () => {
      if (working.exitCode !== null) throw new Error(`the worker had ended by itself: ${working.exitCode}`);
      await end(working);
      working = next;
      go(working);
      next = load();
    },
    stop: async () => {
      await Promise.all([end(working), end(next)]);
    },
  };
}
