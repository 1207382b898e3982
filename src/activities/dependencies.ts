import { setTimeout } from "node:timers/promises";
import type { Connection, Connector, RequestBudget, TakeLease } from "../connectors/connector.ts";
import { SyncError } from "../domain/errors.ts";
import type { Provider } from "../domain/integration.ts";
import type { Store } from "../store/store.ts";

/** What the worker gives the activities. */
export interface ActivityDependencies {
  store: Store;
  connectors: Record<Provider, Connector>;
  settings: {
    syncIntervalMs: number;
    syncJitterMs: number;
    heartbeatTimeoutMs: number;
  };
}

export interface Connected {
  connector: Connector;
  connection: Connection;
}

/** The connector of an integration and its decrypted connection, read anew for every call: new credentials work at once. */
export async function connect(dependencies: ActivityDependencies, integrationId: string): Promise<Connected> {
  const connection = await dependencies.store.integrations.connection(integrationId);
  if (connection === null) throw new SyncError("not_found", "The integration was deleted.");
  return { connector: dependencies.connectors[connection.settings.provider], connection };
}

/** Waits shorter than this (the budget per second) are spent here, longer ones durably in the workflow. */
const MAX_INLINE_WAIT_MS = 3_000;

/** The shared request budget of a project as the connectors take from it. */
export function leases(store: Store, budget: RequestBudget | null, signal?: AbortSignal): TakeLease {
  return async (kind) => {
    while (budget !== null) {
      const lease = await store.budgets.take(budget, kind);
      if (lease.granted) return;
      const waitMs = lease.retryAtMs - (await store.nowMs());
      if (waitMs > MAX_INLINE_WAIT_MS) {
        const { retryAtMs } = lease;
        throw new SyncError("rate_limited", "The project's request budget is used up for now.", { retryAtMs });
      }
      await setTimeout(Math.max(1, waitMs), undefined, { signal });
    }
  };
}
