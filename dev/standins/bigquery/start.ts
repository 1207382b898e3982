// Starts the local BigQuery: the emulator, and the front before it, as two processes.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { assertPortFree } from "../../process/freePort.ts";
import { nodeProgram } from "../../process/program.ts";
import { startService, type Service } from "../../process/service.ts";
import { BigQueryControl } from "./control.ts";
import { startEmulator, type Emulator } from "./emulator.ts";

export interface BigQueryOptions {
  /** Where datasets, tables, accounts and used job ids are kept; default: in memory alone. */
  dataDir?: string;
  /** Default: free ones. */
  port?: number;
  storagePort?: number;
  /** Default: the one of the last start with this data, else a random one. */
  sourceToken?: string;
  onLog?: (line: string) => void;
}

export interface BigQueryAddresses {
  /** BIGQUERY_REST_URL */
  restUrl: string;
  /** BIGQUERY_STORAGE_URL */
  storageUrl: string;
  /** IAM_CREDENTIALS_URL */
  iamUrl: string;
  /** GOOGLE_SOURCE_TOKEN */
  sourceToken: string;
}

export interface BigQuery extends BigQueryAddresses {
  control: BigQueryControl;
  stop(): Promise<void>;
}

/** Resolves when both answer. The first start installs the emulator, which takes about a minute. */
export async function startBigQuery(options: BigQueryOptions = {}): Promise<BigQuery> {
  const dataDir = options.dataDir === undefined ? undefined : resolve(options.dataDir);
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const emulator = await startEmulator({
    ...(dataDir === undefined ? {} : { dataDir: join(dataDir, "emulator"), pidFile: join(dataDir, "emulator.pid") }),
    onLog: options.onLog,
  });
  try {
    const { front, restUrl, storageUrl } = await startFront(emulator, dataDir, options);
    const control = new BigQueryControl(restUrl);
    return {
      restUrl,
      storageUrl,
      iamUrl: restUrl,
      sourceToken: await control.sourceToken(),
      control,
      stop: async () => {
        await control.close();
        await front.stop();
        await emulator.stop();
      },
    };
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

async function startFront(
  emulator: Emulator,
  dataDir: string | undefined,
  options: BigQueryOptions,
): Promise<{ front: Service; restUrl: string; storageUrl: string }> {
  const { port, storagePort } = options;
  if (port !== undefined) await assertPortFree(port, "The local BigQuery", "another port");
  if (storagePort !== undefined) await assertPortFree(storagePort, "The local BigQuery's gRPC", "another port");
  let addresses: { restUrl: string; storageUrl: string } | null = null;
  const front = await startService({
    name: "The local BigQuery",
    ...nodeProgram("dev/standins/bigquery/main"),
    env: {
      ...process.env,
      HOST: "127.0.0.1",
      PORT: String(port ?? 0),
      GRPC_PORT: String(storagePort ?? 0),
      EMULATOR_REST_URL: emulator.restUrl,
      EMULATOR_GRPC_ADDRESS: emulator.grpcAddress,
      DATA_DIR: dataDir ?? "",
      SOURCE_TOKEN: options.sourceToken ?? "",
    },
    ...(dataDir === undefined ? {} : { pidFile: join(dataDir, "front.pid") }),
    isReady: () => Promise.resolve(addresses !== null),
    onLog: (line) => {
      const [, restUrl, storage] = READY_LINE.exec(line) ?? [];
      if (restUrl !== undefined && storage !== undefined) addresses = { restUrl, storageUrl: `http://${storage}` };
      options.onLog?.(line);
    },
  });
  return { front, ...(addresses ?? { restUrl: "", storageUrl: "" }) };
}

/** Printed by main.ts with its ports, so that another front is not taken for this one. */
const READY_LINE = /^local BigQuery ready: (\S+), gRPC on (\S+)$/;
