// Runs a service as a child process: waits until it is ready, stops it in order, leaves nothing behind when the parent
// ends.
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { claim, type Claim } from "./pidFile.ts";

const LAST_LINES = 30;
const LINE_MAX_CHARS = 2_000;
/** Asked often at first, less often later: asking takes processor time from the one who is getting ready. */
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
  /** Where to remember the process, so that an orphan can be ended by the next start; none for processes without data. */
  pidFile?: string;
  /** Runs once the claim is held and before the start: nobody else touches the data then. */
  beforeStart?: () => Promise<void>;
  /** True once the service answers; asked again and again until `readyWithinMs` is over. It must not reject. */
  isReady: (pid: number) => Promise<boolean>;
  readyWithinMs?: number;
  /** What asks the service to end in order. */
  stopSignal?: NodeJS.Signals;
  /** After that long SIGKILL follows. */
  stopWithinMs?: number;
  onLog?: (line: string) => void;
  /** Told of it before it is ready, for those who may have to end it sooner. */
  onLaunched?: (service: Service) => void;
}

export interface Service {
  readonly pid: number;
  /** Resolves when the process ended, whoever ended it. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Its last lines of output. */
  lastLines(): string[];
  /** Sends a signal (none if it ended already) and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it in order, by force if it does not; harmless when it ended already. */
  stop(): Promise<void>;
}

/** Everything that must not outlive this process. */
const running = new Map<ChildProcess, NodeJS.Signals>();
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
let guarded = false;

/** Resolves once the service is ready; otherwise rejects with its last log lines, and nothing is left running. */
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
    // A process group of its own: Ctrl-C in a terminal reaches this process alone, which then stops services in order.
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
      // Once: by now the claim may be that of the next one.
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
    // `close` comes after the last output; a grandchild that holds the pipes open must not delay the end for long.
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
      // Somebody else may answer on the same port while the child is already dead.
      await Promise.race([service.exited, delay(0)]);
      if (end === null) return;
    }
    await Promise.race([service.exited, delay(pollMs)]);
  }
  const what = end ?? `was not ready within ${withinMs / 1_000} s`;
  const log = service.lastLines().join("\n  ");
  throw new Error(`${options.name} ${what}.${log === "" ? " It printed nothing." : ` Its last lines:\n  ${log}`}`);
}

/** Once: makes every end of this process that can be noticed end its services too. */
function guardParent(): void {
  if (guarded) return;
  guarded = true;
  process.on("exit", () => {
    for (const [child, signal] of running) child.kill(signal);
  });
  for (const [name, code] of Object.entries(SIGNALS)) {
    const signal = name as keyof typeof SIGNALS;
    process.on(signal, () => {
      // Another listener means that the program ends itself in order; without one the default would be to die on the spot.
      if (process.listenerCount(signal) === 1) process.exit(code);
    });
  }
}
