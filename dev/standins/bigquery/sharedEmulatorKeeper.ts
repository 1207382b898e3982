// Runs the shared BigQuery while its owner lives: `tsx dev/standins/bigquery/sharedEmulatorKeeper.ts OWNER_PID ADDRESS_FILE`.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { identify, isRunning } from "../../process/processTable.ts";
import type { SharedState } from "./sharedEmulator.ts";
import { startBigQuery } from "./start.ts";

const POLL_MS = 300;
const [ownerPid, file] = process.argv.slice(2);
const owner = identify(Number(ownerPid));
const keeper = identify(process.pid);
if (owner === null || keeper === null || file === undefined)
  throw new Error("usage: sharedEmulatorKeeper.ts OWNER_PID ADDRESS_FILE");

const { restUrl, storageUrl, iamUrl, sourceToken, stop } = await startBigQuery({ onLog: (line) => console.log(line) });
const state: SharedState = { restUrl, storageUrl, iamUrl, sourceToken, keeper };
// Renamed when complete, because other processes may read it at any time.
writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
renameSync(`${file}.new`, file);

while (isRunning(owner)) await delay(POLL_MS);
await stop();
for (const path of [file, `${file}.log`, `${file}.lock`]) rmSync(path, { force: true });
