// All connectors by provider. Their specs are in specs.ts.
import type { Config } from "../config/config.ts";
import type { Provider } from "../domain/integration.ts";
import type { OwnershipLedger } from "../domain/ownership.ts";
import { createBigQueryConnector } from "./bigquery/connector.ts";
import type { Connector } from "./connector.ts";
import { createMixpanelConnector } from "./mixpanel/connector.ts";

export type Connectors = Record<Provider, Connector>;

export function createConnectors({ providers }: Pick<Config, "providers">, ledger: OwnershipLedger): Connectors {
  const all = [createMixpanelConnector(providers.mixpanel), createBigQueryConnector(providers.bigquery, ledger)];
  return Object.fromEntries(all.map((connector) => [connector.spec.id, connector]));
}

export async function closeConnectors(connectors: Connectors): Promise<void> {
  await Promise.all(Object.values(connectors).map((connector) => connector.close()));
}
