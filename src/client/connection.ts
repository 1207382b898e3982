// The connection to Temporal: where it is, the client of server and worker, and what `migrate` prepares.
import { Client, Connection, type WorkflowClientInterceptor } from "@temporalio/client";
import { loadClientConnectConfig } from "@temporalio/envconfig";
import { createDataConverter } from "../encryption/dataConverter.ts";
import type { PayloadEncryption } from "../encryption/payloadCodec.ts";
import { boundCalls } from "./boundedCalls.ts";
import { createIntegrationControl, type IntegrationControl } from "./index.ts";
import { ensureSchedules } from "./schedules.ts";
import { registerSearchAttributes } from "./searchAttributes.ts";

const DEFAULT_ADDRESS = "127.0.0.1:7233";
const CONNECT_TIMEOUT_MS = 10_000;

/** Temporal's own library reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TLS and API key. */
export function temporalAddress() {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return {
    connectionOptions: { ...connectionOptions, address: connectionOptions.address ?? DEFAULT_ADDRESS },
    namespace: namespace ?? "default",
  };
}

export interface ConnectOptions {
  taskQueue: string;
  /** That of worker versioning, for workers. */
  deploymentName?: string | undefined;
  encryption: PayloadEncryption;
  /** Of traces. */
  interceptor?: WorkflowClientInterceptor | undefined;
}

export interface Temporal {
  client: Client;
  /** Each call has a deadline, except lists, which go page by page. */
  control: IntegrationControl;
  /** Rejects if Temporal cannot be reached. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Connects with the first call, so that a server comes up (and says that it is not ready) without Temporal. */
export function connectTemporal({ taskQueue, deploymentName, encryption, interceptor }: ConnectOptions): Temporal {
  const { connectionOptions, namespace } = temporalAddress();
  const connection = Connection.lazy({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS });
  const dataConverter = createDataConverter(encryption);
  const workflow = interceptor === undefined ? [] : [interceptor];
  const client = new Client({ connection, namespace, dataConverter, interceptors: { workflow } });
  // Once used, the client's AsyncLocalStorage slows every promise: this switches it off until the next call.
  const rest = () => connection.callContextStorage.disable();
  const { bounded, settled } = boundCalls(client, rest);
  return {
    client,
    control: createIntegrationControl(client, taskQueue, bounded, deploymentName),
    ready: async () => {
      await bounded(() => connection.workflowService.describeNamespace({ namespace }));
    },
    close: async () => {
      // The client's library retries on a timer, and a retry on a closed channel throws an error that cannot be caught.
      await settled();
      await connection.close();
    },
  };
}

/** Registers search attributes and the schedules. Idempotent. Returns which attributes were missing. */
export async function prepareTemporal(
  { taskQueue, encryption }: ConnectOptions,
  reconcileIntervalMs: number,
): Promise<string[]> {
  const { connectionOptions, namespace } = temporalAddress();
  const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    const added = await registerSearchAttributes(connection, namespace);
    const client = new Client({ connection, namespace, dataConverter: createDataConverter(encryption) });
    await ensureSchedules(client, taskQueue, reconcileIntervalMs);
    return added;
  } finally {
    await connection.close();
  }
}
