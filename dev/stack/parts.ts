// Starts the parts of the development stack, each with its data, log and readiness check.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startBigQuery, type BigQuery, type BigQueryAddresses } from "../standins/bigquery/start.ts";
import { crosscurrent, nodeProgram } from "../process/program.ts";
import { portOrFree } from "../process/freePort.ts";
import type { LogFile } from "../process/logFile.ts";
import { startPostgres } from "../services/postgres.ts";
import { startService, type Service } from "../process/service.ts";
import { answers, takesWork } from "../process/ready.ts";
import { secretKey } from "./secretKey.ts";
import { startTemporal, type Temporal } from "../services/temporal.ts";

/** The usual ports. If one is in use, another free port is taken. */
const PORTS = {
  temporal: 7233,
  temporalUi: 8233,
  mixpanel: 8090,
  upstream: 8095,
  bigQuery: 9050,
  bigQueryStorage: 9060,
};

export interface Part {
  stop(): Promise<void>;
}

/** The database of DATABASE_URL if that is set; the stack does not stop it. */
export async function startDatabase(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  log: LogFile,
): Promise<Part & { url: string }> {
  const given = env["DATABASE_URL"];
  if (given !== undefined && given !== "") return { url: given, stop: () => Promise.resolve() };
  return await startPostgres({ dataDir: join(dataDir, "postgres"), onLog: log.write });
}

export async function startTemporalServer(dataDir: string, log: LogFile): Promise<Temporal> {
  return await startTemporal({
    dbFile: join(dataDir, "temporal.db"),
    port: await portOrFree(PORTS.temporal),
    uiPort: await portOrFree(PORTS.temporalUi),
    onLog: log.write,
  });
}

export async function startMixpanel(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  log: LogFile,
): Promise<Part & { url: string }> {
  const port = await portOrFree(PORTS.mixpanel);
  const url = `http://127.0.0.1:${port}`;
  const service = await startService({
    name: "The Mixpanel stand-in",
    ...nodeProgram("dev/standins/mixpanel/main"),
    env: { ...env, HOST: "127.0.0.1", PORT: String(port), DATA_DIR: join(dataDir, "mixpanel") },
    pidFile: join(dataDir, "mixpanel.pid"),
    // It refuses requests without credentials, which shows that it answers.
    isReady: () => answers(`${url}/api/app/me`, (status) => status < 500),
    onLog: log.write,
  });
  return { url, stop: () => service.stop() };
}

export async function startUpstream(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  log: LogFile,
): Promise<Part & { baseUrl: string; host: string }> {
  const host = `127.0.0.1:${await portOrFree(PORTS.upstream)}`;
  const service = await startService({
    name: "The local upstream",
    ...nodeProgram("dev/standins/upstream/main"),
    env: { ...env, HOST: "127.0.0.1", PORT: host.split(":")[1] },
    pidFile: join(dataDir, "upstream.pid"),
    isReady: () => answers(`http://${host}/__control/requests`),
    onLog: log.write,
  });
  return { baseUrl: `http://${host}/v1`, host, stop: () => service.stop() };
}

/** `onStep` receives the progress of the installation at the first start. */
export async function startLocalBigQuery(
  dataDir: string,
  log: LogFile,
  onStep: (step: string) => void,
): Promise<BigQuery> {
  return await startBigQuery({
    dataDir: join(dataDir, "bigquery"),
    port: await portOrFree(PORTS.bigQuery),
    storagePort: await portOrFree(PORTS.bigQueryStorage),
    onLog: (line) => {
      log.write(line);
      if (line.startsWith("still installing")) onStep(line);
    },
  });
}

interface Watching {
  log: LogFile;
  /** Receives the process before it is ready. */
  onLaunched: (service: Service) => void;
}

export async function startServer(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  apiUrl: string,
  { log, onLaunched }: Watching,
): Promise<Service> {
  return await startService({
    name: "The server",
    onLaunched,
    ...crosscurrent("server"),
    env,
    pidFile: join(dataDir, "server.pid"),
    isReady: () => answers(`${apiUrl}/readyz`),
    onLog: log.write,
  });
}

export async function startWorker(
  dataDir: string,
  env: NodeJS.ProcessEnv,
  temporalAddress: string,
  { log, onLaunched }: Watching,
): Promise<Service> {
  const taskQueue = env["TEMPORAL_TASK_QUEUE"] ?? "crosscurrent";
  return await startService({
    name: "The worker",
    onLaunched,
    ...crosscurrent("worker"),
    env,
    pidFile: join(dataDir, "worker.pid"),
    isReady: (pid) => takesWork(temporalAddress, taskQueue, pid),
    // The worker waits for running activities first.
    stopWithinMs: 30_000,
    onLog: log.write,
  });
}

/** The environment of server, worker and other commands: the caller's settings with the addresses of this stack. */
export function stackSettings(
  dataDir: string,
  outer: NodeJS.ProcessEnv,
  at: {
    databaseUrl: string;
    temporalAddress: string;
    mixpanelUrl: string;
    /** Host and port of the local upstream, which the gateway may call. */
    upstreamHost?: string;
    bigQuery?: BigQueryAddresses;
    apiPort: number;
    temporalUiUrl?: string;
  },
): NodeJS.ProcessEnv {
  // Without the namespace, key, certificates and profile file of another Temporal.
  const inherited = Object.entries(outer).filter(
    ([name]) => !name.startsWith("TEMPORAL_") || name === "TEMPORAL_TASK_QUEUE",
  );
  return {
    CROSSCURRENT_SECRET_KEY: secretKey(dataDir),
    ...Object.fromEntries(inherited),
    DATABASE_URL: at.databaseUrl,
    TEMPORAL_ADDRESS: at.temporalAddress,
    TEMPORAL_NAMESPACE: "default",
    TEMPORAL_CONFIG_FILE: temporalProfile(dataDir, at.temporalAddress),
    HOST: "127.0.0.1",
    PORT: String(at.apiPort),
    TEMPORAL_UI_URL: at.temporalUiUrl,
    MIXPANEL_INGESTION_URL: at.mixpanelUrl,
    MIXPANEL_DATA_URL: at.mixpanelUrl,
    MIXPANEL_API_URL: at.mixpanelUrl,
    ...(at.upstreamHost !== undefined && {
      GATEWAY_ALLOWED_HOSTS: [outer["GATEWAY_ALLOWED_HOSTS"] ?? "", at.upstreamHost].filter(Boolean).join(","),
    }),
    ...(at.bigQuery !== undefined && {
      BIGQUERY_REST_URL: at.bigQuery.restUrl,
      BIGQUERY_STORAGE_URL: at.bigQuery.storageUrl,
      IAM_CREDENTIALS_URL: at.bigQuery.iamUrl,
      IAM_URL: at.bigQuery.iamUrl,
      GOOGLE_SOURCE_PRINCIPAL: "crosscurrent@local-operator.iam.gserviceaccount.com",
      GOOGLE_SOURCE_TOKEN: at.bigQuery.sourceToken,
    }),
  };
}

/** Replaces the user's profile file, which may name certificates or a key of another Temporal. */
function temporalProfile(dataDir: string, address: string): string {
  const path = join(dataDir, "temporal.toml");
  writeFileSync(path, `[profile.default]\naddress = "${address}"\nnamespace = "default"\n`);
  return path;
}
