// All connectors by provider, over one shared pool of connections.
import type { Config } from "../config/config.ts";
import type { Provider } from "../domain/integration.ts";
import { createBigQueryConnector } from "./bigquery/connector.ts";
import type { Connector } from "./connector.ts";
import { createHttpClient } from "./http.ts";
import { createMixpanelConnector } from "./mixpanel/connector.ts";

export interface Connectors extends Record<Provider, Connector> {
  /** Waits for what is under way and closes the connections. */
  close(): Promise<void>;
}

export function createConnectors(config: Config): Connectors {
  const http = createHttpClient();
  const bigquery = createBigQueryConnector(config.bigquery);
  return {
    mixpanel: createMixpanelConnector({ ...config.mixpanel, http }),
    bigquery,
    close: async () => {
      await Promise.all([http.close(), bigquery.close()]);
    },
  };
}
