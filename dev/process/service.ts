// Runs a service as a child process: waits until it is ready, stops it in order, and ends it when the parent ends.
// It uses node:child_process instead of execa, which waits for the output pipes that a grandchild may hold open, and
// which ends no detached child when the parent ends.
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { claim, type Claim } from "./pidFile.ts";

const LAST_LINES = 30;
const LINE_MAX_CHARS = 2_000;
/** The interval grows, because each check takes processor time from the service that is starting. */
const POLL_MIN_MS = 20;
const POLL_MAX_MS = 300;

export interface ServiceOptions {
  /** For messages, e.g. "Temporal". */
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** Records the process, so that the next start can end an orphan. Not needed for processes without data. */
  pidFile?: string;
  /** Runs before the start, when no other process uses the data. */
  beforeStart?: () => Promise<void>;
  /** Returns true when the service answers. It is called repeatedly for `readyWithinMs`, and must not reject. */
  isReady: (pid: number) => Promise<boolean>;
  readyWithinMs?: number;
  /** The signal that ends the service in order; default: SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** SIGKILL follows after this time. */
  stopWithinMs?: number;
  onLog?: (line: string) => void;
  /** Receives the service before it is ready, for callers that may end it earlier. */
  onLaunched?: (service: Service) => void;
}

export interface Service {
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** The last lines of output. */
  lastLines(): string[];
  /** Sends a signal, unless it has ended, and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends the service in order, or by force after `stopWithinMs`. Does nothing if it has ended. */
  stop(): Promise<void>;
}

/** The children that must not outlive this process, with their stop signals. */
const running = new Map<ChildProcess, NodeJS.Signals>();
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
let guarded = false;

/** Resolves when the service is ready. Otherwise it ends the process and rejects with its last lines of output. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const held =
    options.pidFile === undefined ? null : await claim(options.pidFile, options.name, options.stopSignal ?? "SIGTERM");
  const lines: string[] = [];
  let child: ChildProcess;
  try {
    await options.beforeStart?.();
    child = launch(options, lines);
  } catch (error) {
    held?.release();
    throw error;
  }
  const service = supervise(child, options, lines, held);
  try {
    if (child.pid !== undefined) held?.serves(child.pid);
    options.onLaunched?.(service);
    await untilReady(service, child, options);
    return service;
  } catch (error) {
    await service.stop();
    throw error;
  }
}

function launch(options: ServiceOptions, lines: string[]): ChildProcess {
  guardParent();
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    uid: options.uid,
    gid: options.gid,
    // In its own process group, because Ctrl-C must reach this process only, which then stops the services in order.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on("line", (text) => {
      const line = text.slice(0, LINE_MAX_CHARS);
      lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
      options.onLog?.(line);
    });
  }
  running.set(child, options.stopSignal ?? "SIGTERM");
  return child;
}

function supervise(child: ChildProcess, options: ServiceOptions, lines: string[], held: Claim | null): Service {
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    let isEnded = false;
    const ended = (code: number | null, signal: NodeJS.Signals | null) => {
      // Only once: the claim may belong to the next start by now.
      if (isEnded) return;
      isEnded = true;
      running.delete(child);
      held?.release();
      resolve({ code, signal });
    };
    child.once("error", (error) => {
      lines.push(error.message);
      // An error before the start (no such command) has no exit after it.
      if (child.pid === undefined) ended(null, null);
    });
    // `close` comes after the last output, but a grandchild that holds the pipes open must not delay the end.
    child.once("exit", (code, signal) => setTimeout(ended, 500, code, signal).unref());
    child.once("close", ended);
  });
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  return {
    pid: child.pid ?? 0,
    exited,
    lastLines: () => [...lines],
    kill,
    stop: async () => {
      const force = setTimeout(() => child.kill("SIGKILL"), options.stopWithinMs ?? 15_000);
      await kill(options.stopSignal ?? "SIGTERM");
      clearTimeout(force);
    },
  };
}

async function untilReady(service: Service, child: ChildProcess, options: ServiceOptions): Promise<void> {
  const withinMs = options.readyWithinMs ?? 60_000;
  const timeout = AbortSignal.timeout(withinMs);
  let end: string | null = null;
  void service.exited.then(({ code, signal }) => {
    end = child.pid === undefined ? "could not be started" : `ended at once (${signal ?? `exit code ${code}`})`;
  });
  for (let pollMs = POLL_MIN_MS; !timeout.aborted && end === null; pollMs = Math.min(pollMs * 1.3, POLL_MAX_MS)) {
    if (await options.isReady(service.pid)) {
      // Another process may answer on the same port although the child has ended.
      await Promise.race([service.exited, delay(0)]);
      if (end === null) return;
    }
    await Promise.race([service.exited, delay(pollMs)]);
  }
  const what = end ?? `was not ready within ${withinMs / 1_000} s`;
  const log = service.lastLines().join("\n  ");
  throw new Error(`${options.name} ${what}.${log === "" ? " It printed nothing." : ` Its last lines:\n  ${log}`}`);
}

/** Makes sure, once, that all services end when this process ends, except by SIGKILL. */
function guardParent(): void {
  if (guarded) return;
  guarded = true;
  process.on("exit", () => {
    for (const [child, signal] of running) child.kill(signal);
  });
  for (const [name, code] of Object.entries(SIGNALS)) {
    const signal = name as keyof typeof SIGNALS;
    process.on(signal, () => {
      // If there is another listener, the program ends in order by itself. Otherwise it must exit here.
      if (process.listenerCount(signal) === 1) process.exit(code);
    });
  }
}
