// One local BigQuery for a whole test run: the first test that needs it starts it, and it ends with the run.
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LOCAL_DIR } from "../../paths.ts";
import { withLock } from "../../process/lock.ts";
import { nodeProgram } from "../../process/program.ts";
import { identify, isRunning } from "../../process/processTable.ts";
import { BigQueryControl } from "./control.ts";
import type { BigQueryAddresses } from "./start.ts";

const SHARED_DIR = join(LOCAL_DIR, "test-bigquery");
/** Includes the installation at the first start. */
const READY_WITHIN_MS = 300_000;
const POLL_MS = 50;

export interface SharedBigQuery extends BigQueryAddresses {
  control: BigQueryControl;
}

/**
 * Returns the local BigQuery of this test run. It belongs to the parent of this process, which in a test is vitest, and
 * ends with it. The first start installs it, which takes a minute: give the calling hook `SHARED_START_TIMEOUT_MS`.
 */
export async function startSharedBigQuery(ownerPid = process.ppid): Promise<SharedBigQuery> {
  mkdirSync(SHARED_DIR, { recursive: true });
  const file = join(SHARED_DIR, `${ownerPid}.json`);
  const addresses = await withLock(`${file}.lock`, "the shared BigQuery's start", READY_WITHIN_MS, async () => {
    const known = read(file);
    if (known !== null) return known;
    removeDead();
    return await launch(ownerPid, file);
  });
  return { ...addresses, control: new BigQueryControl(addresses.restUrl) };
}

export const SHARED_START_TIMEOUT_MS = READY_WITHIN_MS;

/** The content of the address file that the keeper writes. */
export interface SharedState extends BigQueryAddresses {
  keeper: { pid: number; startedAt: string };
}

function read(file: string): BigQueryAddresses | null {
  if (!existsSync(file)) return null;
  const { keeper, ...addresses } = JSON.parse(readFileSync(file, "utf8")) as SharedState;
  return isRunning(keeper) ? addresses : null;
}

/** Starts the keeper detached, because the test file that starts it ends before the run does. */
async function launch(ownerPid: number, file: string): Promise<BigQueryAddresses> {
  rmSync(file, { force: true });
  const logPath = `${file}.log`;
  const log = openSync(logPath, "w");
  const { command, args } = nodeProgram("dev/standins/bigquery/sharedEmulatorKeeper", String(ownerPid), file);
  const keeper = spawn(command, args, { detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  let ended = false;
  keeper.once("exit", () => (ended = true));
  keeper.unref();
  const timeout = AbortSignal.timeout(READY_WITHIN_MS);
  while (!ended && !timeout.aborted) {
    const known = read(file);
    if (known !== null) return known;
    await delay(POLL_MS);
  }
  keeper.kill();
  throw new Error(`The shared BigQuery did not start:\n${readFileSync(logPath, "utf8").slice(-4_000)}`);
}

function removeDead(): void {
  for (const name of readdirSync(SHARED_DIR)) {
    const pid = Number(/^(\d+)\.json/.exec(name)?.[1]);
    if (identify(pid) === null) rmSync(join(SHARED_DIR, name), { force: true });
  }
}
