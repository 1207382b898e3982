// Tells whether a process that was started earlier still runs, surely the same one and not another under its old
// number.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process number alone is reused by the system; with its start time it is not. */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
}

/** Null when there is no such process, or when it is dead and only waits to be reaped. */
export function identify(pid: number): ProcessIdentity | null {
  const startedAt = process.platform === "linux" ? linuxStart(pid) : psStart(pid);
  return startedAt === null ? null : { pid, startedAt };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt;
}

/** Its command line; empty when it cannot be read. */
export function commandLine(pid: number): string {
  try {
    return process.platform === "linux"
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      : execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}

function linuxStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name in parentheses and may hold anything, so count from behind it: state, then start time.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields[0] ?? "X";
    return state === "Z" || state === "X" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function psStart(pid: number): string | null {
  try {
    const line = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return line === "" || line.startsWith("Z") ? null : line.slice(line.indexOf(" ") + 1).trim();
  } catch {
    return null;
  }
}
