// A PostgreSQL of one test file, which the test can freeze, stop and start again.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../dev/process/freePort.ts";
import { startPostgres } from "../../../dev/services/postgres.ts";
import { migrate } from "../../../src/store/postgres/migrate.ts";

export interface OwnPostgres {
  url: string;
  /** Stops all its processes where they are: connections stay, and nothing answers. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it for good. */
  remove(): Promise<void>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), "crosscurrent-postgres-"));
  // PostgreSQL may run as another user, who must be able to enter it.
  chmodSync(folder, 0o755);
  const dataDir = join(folder, "data");
  const port = await freePort();
  const start = () => startPostgres({ dataDir, port, durable: false });
  let running = await start();
  const { url } = running;
  await migrate(url);
  const freeze = () => {
    // The postmaster first: once it is frozen, no further session begins.
    signal([postmasterOf(dataDir)], "SIGSTOP");
    signal(sessionsOf(postmasterOf(dataDir)), "SIGSTOP");
  };
  const thaw = () => signal([...sessionsOf(postmasterOf(dataDir)), postmasterOf(dataDir)], "SIGCONT");
  return {
    url,
    freeze,
    thaw,
    stop: () => running.stop(),
    start: async () => {
      running = await start();
    },
    remove: async () => {
      thaw();
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function postmasterOf(dataDir: string): number {
  return Number.parseInt(readFileSync(`${dataDir}/postmaster.pid`, "utf8"), 10);
}

function sessionsOf(postmaster: number): number[] {
  const table = execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" });
  return table.split("\n").flatMap((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    return pid !== undefined && parent === postmaster ? [pid] : [];
  });
}

function signal(pids: number[], name: "SIGSTOP" | "SIGCONT"): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // A session that has ended meanwhile.
    }
  }
}
