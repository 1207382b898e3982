// The connection to Temporal: where it is, the client of the server and the worker, and what `migrate` prepares.
import { Client, Connection } from "@temporalio/client";
import { loadClientConnectConfig } from "@temporalio/envconfig";
import { createIntegrationControl } from "./index.ts";
import type { IntegrationControl } from "./index.ts";
import { ensureReconciler } from "./reconcilerSchedule.ts";
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

export interface Temporal {
  client: Client;
  control: IntegrationControl;
  /** Rejects if Temporal cannot be reached. */
  ready(): Promise<void>;
  /**
   * To be called while no call is under way. The client keeps the context of a call in an AsyncLocalStorage, which makes every promise of
   * the process slower once it was used (on Node 20 a gateway call by a seventh). This switches it off until the next call.
   */
  rest(): void;
  close(): Promise<void>;
}

/** Connects with the first call, so that a server comes up (and says that it is not ready) without Temporal. */
export function connectTemporal(taskQueue: string): Temporal {
  const { connectionOptions, namespace } = temporalAddress();
  const connection = Connection.lazy({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS });
  const client = new Client({ connection, namespace });
  return {
    client,
    control: createIntegrationControl(client, taskQueue),
    ready: async () => {
      await connection.workflowService.describeNamespace({ namespace });
    },
    rest: () => connection.callContextStorage.disable(),
    close: () => connection.close(),
  };
}

/** Registers the search attributes and the reconciler's schedule. Idempotent. Returns the names of attributes that were missing. */
export async function prepareTemporal(taskQueue: string, reconcileIntervalMs: number): Promise<string[]> {
  const { connectionOptions, namespace } = temporalAddress();
  const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    const added = await registerSearchAttributes(connection, namespace);
    const client = new Client({ connection, namespace });
    await ensureReconciler(client, taskQueue, reconcileIntervalMs);
    return added;
  } finally {
    await connection.close();
  }
}
