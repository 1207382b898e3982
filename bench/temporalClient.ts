// A client of the benchmark's Temporal, and control over its integrations.
import { Client, Connection } from "@temporalio/client";
import { createIntegrationControl, type IntegrationControl } from "../src/client/index.ts";
import type { Machine } from "./machine.ts";

export interface TemporalClient {
  client: Client;
  control: IntegrationControl;
  close(): Promise<void>;
}

export async function connectClient({ temporalAddress, config }: Machine): Promise<TemporalClient> {
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection });
  const control = createIntegrationControl(client, config.temporal.taskQueue);
  return { client, control, close: () => connection.close() };
}
