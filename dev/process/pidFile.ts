// Records on disk which process serves a data directory, so that the next start can end an orphan after a SIGKILL.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { identify, isRunning, type ProcessIdentity } from "./processTable.ts";

const identity = z.object({ pid: z.number().int().positive(), startedAt: z.string() });
const content = z.object({ owner: identity, child: identity.nullable() });
type Content = z.infer<typeof content>;

/** A claim on a service. While its owner lives, no other process may start the service. */
export interface Claim {
  /** Records the process that serves. */
  serves(pid: number): void;
  release(): void;
}

/** Takes the claim after it ended the orphan of a dead owner. Rejects while the owner lives. */
export async function claim(path: string, service: string, orphanSignal: NodeJS.Signals): Promise<Claim> {
  const owner = identify(process.pid);
  if (owner === null) throw new Error("this process cannot be found in the process table");
  for (let attempt = 0; attempt < 5; attempt++) {
    if (tryWrite(path, { owner, child: null })) {
      return {
        serves: (pid) => writeFileSync(path, JSON.stringify({ owner, child: identify(pid) } satisfies Content)),
        release: () => rmSync(path, { force: true }),
      };
    }
    const holder = await reapOrphan(path, orphanSignal);
    if (holder !== null) {
      throw new Error(
        `${service} is in use: process ${holder} started it and still runs. End that process first (its claim is ${path}).`,
      );
    }
  }
  throw new Error(`${service} is being started by several processes at once (${path}). Start it once.`);
}

/** Ends the orphan of a dead owner and deletes its claim. Returns the pid of the owner, and does nothing, if it lives. */
export async function reapOrphan(path: string, orphanSignal: NodeJS.Signals): Promise<number | null> {
  const previous = read(path);
  if (previous !== null && isRunning(previous.owner)) return previous.owner.pid;
  if (previous?.child != null) await end(previous.child, orphanSignal);
  rmSync(path, { force: true });
  return null;
}

/** Ends a process that is not a child of this one: by `signal`, then by SIGKILL. */
export async function end(target: ProcessIdentity, signal: NodeJS.Signals, patienceMs = 10_000): Promise<void> {
  const deadlineMs = Date.now() + patienceMs;
  trySignal(target.pid, isRunning(target) ? signal : null);
  while (isRunning(target)) {
    if (Date.now() > deadlineMs) trySignal(target.pid, "SIGKILL");
    if (Date.now() > deadlineMs + 5_000) throw new Error(`process ${target.pid} does not end, not even by SIGKILL`);
    await delay(20);
  }
}

function trySignal(pid: number, signal: NodeJS.Signals | null): void {
  try {
    if (signal !== null) process.kill(pid, signal);
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function tryWrite(path: string, value: Content): boolean {
  try {
    writeFileSync(path, JSON.stringify(value), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Returns null if the file does not exist or is incomplete. */
function read(path: string): Content | null {
  try {
    return content.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}
