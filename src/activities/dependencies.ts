// What the worker gives the activities, and how they reach an integration's provider.
import { SyncError } from "../domain/errors.ts";
import type { Provider } from "../domain/integration.ts";
import type { Connector } from "../providers/connector.ts";
import type { Store } from "../store/store.ts";

export interface ActivityDependencies {
  store: Store;
  connectors: Record<Provider, Connector>;
  settings: ActivitySettings;
}

export interface ActivitySettings {
  syncIntervalMs: number;
  syncJitterMs: number;
  heartbeatTimeoutMs: number;
  stallTimeoutMs: number;
  /** How many passes of one integration's import are read side by side. */
  passesAtOnce: number;
  /** How many runs a workspace may start in a minute after its first few; 0 for any number. */
  runStartsPerMinute: number;
  /** Bulk activities that one process works on at once, of each provider and of one workspace. */
  bulkAtOnce: number;
  bulkPerWorkspace: number;
  /** Those of one workspace that may wait here for a turn. */
  bulkWaitingPerWorkspace: number;
  /** The task queue of a provider's bulk activities. */
  bulkTaskQueue: (provider: Provider) => string;
}

/** What reaching a provider takes. */
export type Reach = Pick<ActivityDependencies, "store" | "connectors">;

/** Reads the connection, decrypted, anew for every call, so that new credentials work at once. */
export async function connect(dependencies: Reach, integrationId: string) {
  const connection = await dependencies.store.integrations.connection(integrationId);
  if (connection === null) throw new SyncError("not_found", "The integration was deleted.");
  return { connector: connectorOf(dependencies, connection.provider), connection };
}

/** An integration may be of a provider that this worker, unlike another version of it, does not have. */
export function connectorOf({ connectors }: Pick<ActivityDependencies, "connectors">, provider: Provider): Connector {
  const connector = connectors[provider];
  if (connector === undefined) throw new SyncError("bug", `This version has no provider ${provider}.`);
  return connector;
}
