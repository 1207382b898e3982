// All connectors by provider, over one shared pool of connections.
import type { Config } from "../config.ts";
import type { Connector } from "./connector.ts";
import { createHttpClient } from "./http.ts";
import { createMixpanelConnector } from "./mixpanel/connector.ts";

export interface Connectors extends Record<"mixpanel", Connector> {
  /** Waits for what is under way and closes the connections. */
  close(): Promise<void>;
}

export function createConnectors(config: Config): Connectors {
  const http = createHttpClient();
  return {
    mixpanel: createMixpanelConnector({ ...config.mixpanel, http }),
    close: () => http.close(),
  };
}
