// The services of a benchmark, each a process with empty data: PostgreSQL, Temporal, the Mixpanel stand-in, and a local
// BigQuery if the benchmark needs one.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import pg from "pg";
import { startBigQuery, type BigQuery } from "../dev/standins/bigquery/start.ts";
import { runToEnd, type Program } from "../dev/process/program.ts";
import { freePort } from "../dev/process/freePort.ts";
import { openLog } from "../dev/process/logFile.ts";
import { MixpanelControl } from "../dev/standins/mixpanel/control.ts";
import { LOCAL_DIR } from "../dev/paths.ts";
import { startPostgres } from "../dev/services/postgres.ts";
import { startService, type Service } from "../dev/process/service.ts";
import { answers, takesWork } from "../dev/process/ready.ts";
import { stackSettings } from "../dev/stack/parts.ts";
import { startTemporal } from "../dev/services/temporal.ts";
import { loadConfig, type Config } from "../src/config/config.ts";
import { createPostgresStore } from "../src/store/createStore.ts";
import type { Store } from "../src/store/store.ts";

const DIST = resolve(import.meta.dirname, "../dist");
const BENCH_DIR = join(LOCAL_DIR, "bench");
/** Server and worker run as the image and Compose run them. */
export const NODE_OPTIONS = {
  worker: nodeOptionsIn("Dockerfile", /\bNODE_OPTIONS=(\S+)/),
  server: nodeOptionsIn("docker-compose.yml", /^ {2}server:\n(?: {4}.*\n)*? {6}NODE_OPTIONS: (\S+)/m),
};
/** It holds millions of rows and shares the processors with the programs under test, so it must use few of them. */
const STAND_IN_FLAGS = ["--max-old-space-size=8192", "--min-semi-space-size=256", "--max-semi-space-size=256"];

export interface Machine {
  store: Store;
  /** That of the worker, without the settings that a benchmark gives it. */
  config: Config;
  sql: pg.Pool;
  databaseUrl: string;
  temporalAddress: string;
  mixpanel: MixpanelControl;
  /** A directory for files of this benchmark. */
  dir: string;
  /** Each line that PostgreSQL logs from now on. */
  onPostgresLog(listener: (line: string) => void): void;
  /** A worker process; the caller stops it. */
  startWorker(settings?: NodeJS.ProcessEnv): Promise<Service>;
  /** A server process and its address; the caller stops it. */
  startServer(settings?: NodeJS.ProcessEnv): Promise<{ service: Service; url: string }>;
  stop(): Promise<void>;
}

export interface BigQueryMachine extends Machine {
  bigQuery: BigQuery;
}

/** Runs the compiled programs, as in production. `npm run build` must come first. */
export function startMachine(name: string): Promise<Machine> {
  return start(name, (dir, stops) => bringUp(dir, stops, undefined));
}

/** The same with a local BigQuery. Its first start installs it. */
export function startBigQueryMachine(name: string): Promise<BigQueryMachine> {
  return start(name, async (dir, stops) => {
    const onLog = openLog(join(dir, "logs"), "bigquery").write;
    const bigQuery = await startBigQuery({ dataDir: join(dir, "bigquery"), onLog });
    stops.push(() => bigQuery.stop());
    return { ...(await bringUp(dir, stops, bigQuery)), bigQuery };
  });
}

type Stops = (() => Promise<unknown>)[];
type Kept = "dir" | "stop";

async function start<T>(
  name: string,
  parts: (dir: string, stops: Stops) => Promise<T>,
): Promise<T & Pick<Machine, Kept>> {
  const dir = join(BENCH_DIR, name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  const stops: Stops = [];
  const stop = async () => {
    for (const each of stops.splice(0).toReversed()) await each();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    return { ...(await parts(dir, stops)), dir, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bringUp(dir: string, stops: Stops, bigQuery: BigQuery | undefined): Promise<Omit<Machine, Kept>> {
  const logs = join(dir, "logs");
  const postgresLog: ((line: string) => void)[] = [openLog(logs, "postgres").write];
  const postgres = await startPostgres({
    dataDir: join(dir, "postgres"),
    onLog: (line) => postgresLog.forEach((listener) => listener(line)),
  });
  stops.push(() => postgres.stop());
  const temporal = await startTemporal({ stateDir: dir, onLog: openLog(logs, "temporal").write });
  stops.push(() => temporal.stop());
  const mixpanel = await startStandIn(openLog(logs, "mixpanel").write);
  stops.push(() => mixpanel.service.stop());
  const env: NodeJS.ProcessEnv = {
    ...stackSettings(dir, process.env, {
      databaseUrl: postgres.url,
      temporalAddress: temporal.address,
      mixpanelUrl: mixpanel.url,
      bigQuery,
      apiPort: 0,
    }),
    TEMPORAL_TASK_QUEUE: "bench",
    MIXPANEL_SETTLE_SECONDS: "0",
    // There is nothing to repair, and only the measured runs may start.
    RECONCILE_INTERVAL_SECONDS: "86400",
    LOG_LEVEL: "warn",
  };
  await runToEnd(compiled("cli/main.js", "migrate"), env, "The migration");
  const config = loadConfig(env);
  const store = createPostgresStore(config);
  stops.push(() => store.close());
  const sql = new pg.Pool({ connectionString: postgres.url });
  stops.push(() => sql.end());
  const control = new MixpanelControl(mixpanel.url);
  stops.push(() => control.close());
  return {
    store,
    config,
    sql,
    databaseUrl: postgres.url,
    temporalAddress: temporal.address,
    mixpanel: control,
    onPostgresLog: (listener) => void postgresLog.push(listener),
    startWorker: (settings) =>
      startService({
        name: "The worker",
        ...compiled("cli/main.js", "worker"),
        env: {
          ...env,
          NODE_OPTIONS: NODE_OPTIONS.worker,
          ...settings,
        },
        isReady: (pid) => takesWork(temporal.address, "bench", pid),
        stopWithinMs: 3e4,
        onLog: openLog(logs, "worker").write,
      }),
    startServer: (settings) =>
      startServer(
        {
          ...env,
          ...settings,
        },
        openLog(logs, "server").write,
      ),
  };
}

async function startStandIn(onLog: (line: string) => void): Promise<{ service: Service; url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const service = await startService({
    name: "The Mixpanel stand-in",
    command: process.execPath,
    args: [...STAND_IN_FLAGS, join(DIST, "dev/standins/mixpanel/main.js")],
    env: { ...process.env, HOST: "127.0.0.1", PORT: String(port) },
    isReady: () => answers(`${url}/api/app/me`, (status) => status < 500),
    onLog,
  });
  return { service, url };
}

async function startServer(
  env: NodeJS.ProcessEnv,
  onLog: (line: string) => void,
): Promise<{ service: Service; url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const service = await startService({
    name: "The server",
    ...compiled("cli/main.js", "server"),
    env: { ...env, PORT: String(port), NODE_OPTIONS: NODE_OPTIONS.server },
    isReady: () => answers(`${url}/readyz`),
    onLog,
  });
  return { service, url };
}

function compiled(path: string, ...args: string[]): Program {
  return { command: process.execPath, args: [join(DIST, path), ...args] };
}

function nodeOptionsIn(file: string, pattern: RegExp): string {
  const options = pattern.exec(readFileSync(resolve(import.meta.dirname, "..", file), "utf8"))?.[1];
  if (options === undefined) throw new Error(`${file} sets no NODE_OPTIONS any more: change bench/machine.ts.`);
  return options;
}
