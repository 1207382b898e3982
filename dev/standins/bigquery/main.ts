// The front as a process of its own: `tsx dev/standins/bigquery/main.ts`, told by the environment where the emulator is.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Engine } from "./engine.ts";
import { startGrpcServer } from "./grpcServer.ts";
import { createHttpServer } from "./httpServer.ts";
import { EmulatorState } from "./emulatorState.ts";

const PARENT_POLL_MS = 500;
const { env } = process;
const host = env["HOST"] ?? "127.0.0.1";
const emulatorUrl = env["EMULATOR_REST_URL"];
const emulatorGrpc = env["EMULATOR_GRPC_ADDRESS"];
if (emulatorUrl === undefined || emulatorGrpc === undefined)
  throw new Error(
    "EMULATOR_REST_URL and EMULATOR_GRPC_ADDRESS must say where bqemulator is (dev/standins/bigquery/start.ts does).",
  );

const state = new EmulatorState(
  new Engine(emulatorUrl, emulatorGrpc),
  env["DATA_DIR"] || null,
  env["SOURCE_TOKEN"] || null,
);
const http = createHttpServer(state);
http.listen(Number(env["PORT"] ?? 0), host);
await once(http, "listening");
const grpc = await startGrpcServer(state, host, Number(env["GRPC_PORT"] ?? 0));
process.stdout.write(
  `local BigQuery ready: http://${host}:${(http.address() as AddressInfo).port}, gRPC on ${host}:${grpc.port}\n`,
);

async function stop(): Promise<void> {
  http.close();
  http.closeAllConnections();
  await grpc.stop();
  await state.engine.close();
  state.close();
  process.exit(0);
}
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());

// Nobody may be left behind, not even after a SIGKILL of the parent.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) void stop();
}, PARENT_POLL_MS).unref();
