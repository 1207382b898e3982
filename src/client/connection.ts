import { Client, Connection } from "@temporalio/client";
import { loadClientConnectConfig } from "@temporalio/envconfig";
import { createIntegrationControl } from "./index.ts";
import type { IntegrationControl } from "./index.ts";
import { ensureReconciler } from "./reconcilerSchedule.ts";
import { registerSearchAttributes } from "./searchAttributes.ts";
import type { Config } from "../config/config.ts";

const DEFAULT_ADDRESS = "127.0.0.1:7233";
const CONNECT_TIMEOUT_MS = 10_000;

/** Where Temporal is: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TLS and API key, read by Temporal's own library. */
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
   * For when no call is under way. The client keeps a call's context in an AsyncLocalStorage, which from its first use on makes every
   * promise of the process dearer, on Node 20 a gateway's call by a seventh. This switches it off; the next call switches it on.
   */
  rest(): void;
  close(): Promise<void>;
}

/** A client that connects when it is first used, so that a server comes up (and says it is not ready) without Temporal. */
export function connectTemporal(config: Pick<Config, "temporal">): Temporal {
  const { connectionOptions, namespace } = temporalAddress();
  const connection = Connection.lazy({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS });
  const client = new Client({ connection, namespace });
  return {
    client,
    control: createIntegrationControl(client, config.temporal.taskQueue),
    ready: async () => {
      await connection.workflowService.describeNamespace({ namespace });
    },
    rest: () => connection.callContextStorage.disable(),
    close: () => connection.close(),
  };
}

/** What `migrate` does on Temporal's side: search attributes and the reconciler's schedule. Idempotent. */
export async function prepareTemporal(config: Pick<Config, "temporal" | "reconcileIntervalMs">): Promise<string[]> {
  const { connectionOptions, namespace } = temporalAddress();
  const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    const added = await registerSearchAttributes(connection, namespace);
    const client = new Client({ connection, namespace });
    await ensureReconciler(client, config.temporal.taskQueue, config.reconcileIntervalMs);
    return added;
  } finally {
    await connection.close();
  }
}
