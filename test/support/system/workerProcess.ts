// A worker in a process of its own, for tests that kill it: loads everything, waits for a line on stdin, then works.
import { once } from "node:events";
import { DefaultLogger, NativeConnection, Runtime } from "@temporalio/worker";
import { loadConfig } from "../../../src/config/config.ts";
import { createConnectors } from "../../../src/providers/registry.ts";
import { createPostgresStore } from "../../../src/store/createStore.ts";
import { connectTemporal, temporalAddress } from "../../../src/client/connection.ts";
import { createWorker } from "../../../src/worker.ts";

const bundlePath = process.argv[2] ?? "";
Runtime.install({ logger: new DefaultLogger("ERROR") });
const config = loadConfig();
await once(process.stdin, "data");
// A test run that was killed itself leaves no worker behind.
process.stdin.on("end", () => process.exit(1)).resume();
const { connectionOptions, namespace } = temporalAddress();
const connection = await NativeConnection.connect(connectionOptions);
const store = createPostgresStore(config);
const parts = {
  config,
  connection,
  namespace,
  store,
  connectors: createConnectors(config, store.ownership),
  bundlePath,
};
const worker = await createWorker({ ...parts, control: connectTemporal(config.temporal).control });
await worker.run();
