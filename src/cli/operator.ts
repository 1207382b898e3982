// The store and the Temporal client of the operators' commands, open for one command.
import type { IntegrationControl } from "../client/index.ts";
import { loadConfig } from "../config/config.ts";
import type { Store } from "../store/store.ts";
import type { Output } from "./print.ts";

export interface Operator {
  output: Output;
  store: Store;
  control: IntegrationControl;
  close(): Promise<void>;
}

export async function openOperator(output: Output): Promise<Operator> {
  const config = loadConfig(undefined, { secretKey: false });
  const { createPostgresStore } = await import("../store/createStore.ts");
  const { connectTemporal } = await import("../client/connection.ts");
  const store = createPostgresStore(config);
  const temporal = connectTemporal(config.temporal.taskQueue);
  return {
    output,
    store,
    control: temporal.control,
    close: async () => {
      await Promise.allSettled([store.close(), temporal.close()]);
    },
  };
}
