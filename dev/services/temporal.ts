// The Temporal development server with its UI, as a child process.
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Connection } from "@temporalio/client";
import { assertPortFree, freePort, retryTakenPort } from "../process/freePort.ts";
import { startService } from "../process/service.ts";
import { temporalCli } from "./temporalCli.ts";

export interface TemporalOptions {
  /** A database file, kept after a stop; default: in memory. */
  dbFile?: string;
  /** The folder for the record of the process; default: that of the database file, or none. */
  stateDir?: string;
  /** Defaults: free ones. */
  port?: number;
  uiPort?: number;
  /** Dynamic configuration in addition to that of fairness. */
  dynamicConfig?: Record<string, string | number | boolean>;
  onLog?: (line: string) => void;
}

export interface Temporal {
  address: string;
  uiUrl: string;
  stop(): Promise<void>;
}

/** Resolves when a client can connect and the namespace `default` exists. */
export async function startTemporal(options: TemporalOptions = {}): Promise<Temporal> {
  const command = await temporalCli({ onLog: options.onLog });
  if (options.port !== undefined) await assertPortFree(options.port, "Temporal", "another port, or TEMPORAL_ADDRESS");
  if (options.uiPort !== undefined) await assertPortFree(options.uiPort, "Temporal's UI", "another port");
  const dbFile = options.dbFile === undefined ? undefined : resolve(options.dbFile);
  if (dbFile !== undefined) mkdirSync(dirname(dbFile), { recursive: true });
  const stateDir = options.stateDir ?? (dbFile === undefined ? undefined : dirname(dbFile));
  // Also for given ports, because the server takes further ports for itself.
  return await retryTakenPort(async () => {
    const port = options.port ?? (await freePort());
    const uiPort = options.uiPort ?? (await freePort());
    const address = `127.0.0.1:${port}`;
    const service = await startService({
      name: "Temporal",
      command,
      args: [...serverArgs(port, uiPort, dbFile), ...dynamicConfigArgs(options.dynamicConfig ?? {})],
      pidFile: stateDir === undefined ? undefined : `${stateDir}/temporal.pid`,
      isReady: () => answers(address),
      readyWithinMs: 120_000,
      onLog: options.onLog,
    });
    return { address, uiUrl: `http://127.0.0.1:${uiPort}`, stop: () => service.stop() };
  });
}

function serverArgs(port: number, uiPort: number, dbFile: string | undefined): string[] {
  return [
    "server",
    "start-dev",
    "--ip=127.0.0.1",
    `--port=${port}`,
    `--ui-port=${uiPort}`,
    "--log-level=warn",
    "--log-format=json",
    // Workspaces share workers fairly, by their fairness key.
    "--dynamic-config-value=frontend.enableFairness=true",
    "--dynamic-config-value=matching.enableFairness=true",
    ...(dbFile === undefined ? [] : [`--db-filename=${dbFile}`]),
  ];
}

function dynamicConfigArgs(values: Record<string, string | number | boolean>): string[] {
  return Object.entries(values).flatMap(([key, value]) => [
    "--dynamic-config-value",
    `${key}=${JSON.stringify(value)}`,
  ]);
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 });
    try {
      await connection.workflowService.describeNamespace({ namespace: "default" });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}
