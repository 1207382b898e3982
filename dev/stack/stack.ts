// The development stack: services, stand-ins, server and worker on this machine, each as a process.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BigQuery } from "../standins/bigquery/start.ts";
import { crosscurrent, runToEnd } from "../process/program.ts";
import { builtPortal } from "./portal.ts";
import { portOrFree } from "../process/freePort.ts";
import { keepRunning } from "../process/keepRunning.ts";
import { openLog } from "../process/logFile.ts";
import { claim, reapOrphan } from "../process/pidFile.ts";
import {
  startDatabase,
  startLocalBigQuery,
  startMixpanel,
  startServer,
  startTemporalServer,
  startUpstream,
  startWorker,
  stackSettings,
  type Part,
} from "./parts.ts";
import { writeWorkflowBundle } from "./workflowBundle.ts";

export interface StackOptions {
  /** The folder for all data that is kept between starts. */
  dataDir: string;
  /** Deletes the data first. */
  fresh: boolean;
  /** Receives each step as a text for users. */
  onStep: (step: string) => void;
  /** The settings that server and worker inherit; default: those of this process. */
  env?: NodeJS.ProcessEnv;
}

export interface Stack {
  databaseUrl: string;
  temporalAddress: string;
  temporalUiUrl: string;
  apiUrl: string;
  mixpanelUrl: string;
  /** The local OpenAI-compatible upstream, as the base URL of a variant. */
  upstreamUrl: string;
  bigQuery: BigQuery;
  /** Settings with which `crosscurrent` commands reach this stack. */
  env: NodeJS.ProcessEnv;
  /** The folder with the output of each process. */
  logDir: string;
  /** Starts the worker after `killWorker`. Resolves when it polls. A worker that ends by itself is restarted. */
  startWorker(): Promise<void>;
  /** Ends the worker by a signal, ready or not, and waits for its end. A running start rejects. */
  killWorker(signal: NodeJS.Signals): Promise<void>;
  /** Ends all parts in order. The data stays. */
  stop(): Promise<void>;
}

const API_PORT = 8080;
/** What `fresh` deletes. Installed programs and the secret key stay. */
const DATA = [
  "postgres",
  "postgres.password",
  "temporal.db",
  "temporal.db-shm",
  "temporal.db-wal",
  "mixpanel",
  "bigquery",
  "logs",
];
/** The folders in which services record their processes. */
const CLAIMS_IN = [".", "bigquery"];

/**
 * Resolves when the API answers and the worker polls.
 *
 * @example
 * const stack = await startStack({ dataDir: ".crosscurrent", fresh: false, onStep: console.error });
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const held = await claim(join(dataDir, "stack.pid"), "The development stack", "SIGINT");
  /** In the order of their start. They end in reverse order. */
  const parts: Part[] = [];
  const stop = async () => {
    for (const part of parts.splice(0).toReversed()) await part.stop();
    held.release();
  };
  try {
    if (options.fresh) await empty(dataDir, options.onStep);
    return { ...(await bringUp(dataDir, options, parts)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bringUp(dataDir: string, options: StackOptions, parts: Part[]): Promise<Omit<Stack, "stop">> {
  const { onStep, env: outer = process.env } = options;
  const logDir = join(dataDir, "logs");
  const log = (name: string) => openLog(logDir, name);
  const keep = <T extends Part>(part: T): T => {
    parts.push(part);
    return part;
  };

  onStep("starting PostgreSQL, Temporal, the Mixpanel stand-in, the local BigQuery and the local upstream");
  const workflowBundle = join(dataDir, "workflow-bundle.js");
  // Awaited with the services, so that its failure is handled.
  const portal = builtPortal();
  const services = [
    portal.then(() => ({ stop: async () => {} })),
    writeWorkflowBundle(workflowBundle),
    startDatabase(dataDir, outer, log("postgres")).then(keep),
    startTemporalServer(dataDir, log("temporal")).then(keep),
    startMixpanel(dataDir, outer, log("mixpanel")).then(keep),
    startUpstream(dataDir, outer, log("upstream")).then(keep),
    startLocalBigQuery(dataDir, log("bigquery"), onStep).then(keep),
  ] as const;
  // Waits for all, so that every started service is known and can be stopped.
  await Promise.allSettled(services);
  const [, , database, temporal, mixpanel, upstream, bigQuery] = await Promise.all(services);
  const apiPort = await portOrFree(API_PORT);
  const at = {
    databaseUrl: database.url,
    temporalAddress: temporal.address,
    mixpanelUrl: mixpanel.url,
    upstreamHost: upstream.host,
    bigQuery,
    apiPort,
    temporalUiUrl: temporal.uiUrl,
  };
  const env = { ...stackSettings(dataDir, outer, at), WORKFLOW_BUNDLE: workflowBundle, PORTAL_DIR: await portal };

  onStep("migrating");
  await runToEnd(crosscurrent("migrate"), env, "The migration");

  onStep("starting the server and the worker");
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const [serverLog, workerLog] = [log("server"), log("worker")];
  const server = keep(
    keepRunning("server", (onLaunched) => startServer(dataDir, env, apiUrl, { log: serverLog, onLaunched }), onStep),
  );
  const worker = keep(
    keepRunning(
      "worker",
      (onLaunched) => startWorker(dataDir, env, temporal.address, { log: workerLog, onLaunched }),
      onStep,
    ),
  );
  const processes = [server.start(), worker.start()];
  await Promise.allSettled(processes);
  await Promise.all(processes);
  return {
    databaseUrl: database.url,
    temporalAddress: temporal.address,
    temporalUiUrl: temporal.uiUrl,
    apiUrl,
    mixpanelUrl: mixpanel.url,
    upstreamUrl: upstream.baseUrl,
    bigQuery,
    env,
    logDir,
    startWorker: () => worker.start(),
    killWorker: (signal) => worker.kill(signal),
  };
}

/** Deletes the data after it ended all processes that a killed stack left behind. */
async function empty(dataDir: string, onStep: (step: string) => void): Promise<void> {
  onStep("emptying the data");
  for (const path of CLAIMS_IN.flatMap((folder) => claimsIn(join(dataDir, folder)))) await reapOrphan(path, "SIGINT");
  for (const name of DATA) rmSync(join(dataDir, name), { recursive: true, force: true });
}

function claimsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith(".pid") && name !== "stack.pid");
  return names.map((name) => join(folder, name));
}
