// A Temporal server that suggests continue-as-new after so few events that every run is cut in the middle.
import { Connection } from "@temporalio/client";
import { registerSearchAttributes } from "../../../src/client/searchAttributes.ts";
import { startTemporal } from "../../../dev/services/temporal.ts";

const SUGGEST_AFTER_EVENTS = 60;

/** End it by `stop()`. */
export async function startShortHistories(): Promise<{ address: string; stop(): Promise<void> }> {
  const server = await startTemporal({
    dynamicConfig: { "limit.historyCount.suggestContinueAsNew": SUGGEST_AFTER_EVENTS },
  });
  const connection = await Connection.connect({ address: server.address });
  await registerSearchAttributes(connection, "default");
  await connection.close();
  return server;
}
