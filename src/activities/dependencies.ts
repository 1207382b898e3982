// What the worker gives the activities, and how they reach an integration's provider.
import { SyncError } from "../domain/errors.ts";
import type { Provider } from "../domain/integration.ts";
import type { Connector } from "../providers/connector.ts";
import type { Store } from "../store/store.ts";

export interface ActivityDependencies {
  store: Store;
  connectors: Record<Provider, Connector>;
  settings: { syncIntervalMs: number; syncJitterMs: number; heartbeatTimeoutMs: number };
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
