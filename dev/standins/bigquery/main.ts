// The front as a process: `tsx dev/standins/bigquery/main.ts`. The environment says where the emulator is.
import { listen, stopOnSignal } from "../shared/httpServer.ts";
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
  throw new Error("EMULATOR_REST_URL and EMULATOR_GRPC_ADDRESS must be set (dev/standins/bigquery/start.ts does so).");

const state = new EmulatorState(
  new Engine(emulatorUrl, emulatorGrpc),
  env["DATA_DIR"] || null,
  env["SOURCE_TOKEN"] || null,
);
const http = await listen(createHttpServer(state), { host, port: Number(env["PORT"] ?? 0) });
const grpc = await startGrpcServer(state, host, Number(env["GRPC_PORT"] ?? 0));
process.stdout.write(`local BigQuery ready: http://${http.host}, gRPC on ${host}:${grpc.port}\n`);

async function stop(): Promise<void> {
  await http.stop();
  await grpc.stop();
  await state.engine.close();
  state.close();
  process.exit(0);
}
stopOnSignal(stop);

// Ends also after a SIGKILL of the parent, so that no orphan stays.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) void stop();
}, PARENT_POLL_MS).unref();
