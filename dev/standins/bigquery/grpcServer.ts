// The front's gRPC server, in plaintext: the Storage Read API.
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from "node:net";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import {
  Server,
  ServerCredentials,
  type handleUnaryCall,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { holdConnection } from "../shared/faults.ts";
import { createSession, splitStream } from "./createSession.ts";
import { EmulatorRead, SERVICE, WINDOW_BYTES } from "./emulatorRead.ts";
import { NoAnswer, type StruckFault } from "./faults.ts";
import { asServiceError, grpcFault, GrpcError, unauthenticatedCall } from "./grpcError.ts";
import { createReadSessionRequest, readRowsRequest, splitReadStreamRequest } from "./messages.ts";
import type { Project } from "./project.ts";
import { readRows, ResetConnection, type RowsCall } from "./readRows.ts";
import type { Principal } from "./roles.ts";
import { projectIdOf } from "./sessions.ts";
import type { EmulatorState } from "./emulatorState.ts";

const same = (bytes: Buffer) => bytes;

export interface GrpcServer {
  port: number;
  stop(): Promise<void>;
}

export async function startGrpcServer(state: EmulatorState, host: string, port: number): Promise<GrpcServer> {
  const emulator = new EmulatorRead(state.engine.grpcAddress);
  const sockets = new Map<string, Socket>();
  const server = new Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    "grpc-node.flow_control_window": WINDOW_BYTES,
  });
  server.addService(DEFINITION, implementation(state, emulator, sockets));
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  // The front accepts the connections itself, so that it can reset one.
  const tcp: TcpServer = createServer((socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(peer, socket);
    socket.once("close", () => sockets.delete(peer));
    socket.on("error", () => undefined);
    injector.injectConnection(socket);
  });
  tcp.listen(port, host);
  await once(tcp, "listening");
  return {
    port: (tcp.address() as AddressInfo).port,
    stop: async () => {
      const closed = once(tcp, "close");
      tcp.close();
      injector.destroy();
      server.forceShutdown();
      for (const socket of sockets.values()) socket.destroy();
      emulator.close();
      await closed;
    },
  };
}

const methods = { CreateReadSession: false, ReadRows: true, SplitReadStream: false };
const DEFINITION: ServiceDefinition = Object.fromEntries(
  Object.entries(methods).map(([name, responseStream]) => [
    name,
    {
      path: `/${SERVICE}/${name}`,
      requestStream: false,
      responseStream,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    },
  ]),
);

function implementation(
  state: EmulatorState,
  emulator: EmulatorRead,
  sockets: Map<string, Socket>,
): UntypedServiceImplementation {
  const reset = (call: { getPeer(): string }) => sockets.get(call.getPeer())?.resetAndDestroy();
  const unary =
    (
      method: string,
      projectOf: (bytes: Buffer) => string,
      run: (account: Principal, bytes: Buffer) => Promise<Buffer>,
    ): handleUnaryCall<Buffer, Buffer> =>
    (call, answer) => {
      const project = state.project(projectOf(call.request));
      served(state, project, method, call, (account) => run(account, call.request))
        .then((bytes) => answer(null, bytes))
        .catch((error: unknown) => (error instanceof ResetConnection ? reset(call) : answer(asServiceError(error))));
    };
  return {
    CreateReadSession: unary(
      "CreateReadSession",
      (bytes) => projectIdOf(createReadSessionRequest.decode(bytes).parent ?? ""),
      (account, bytes) => createSession(state, emulator, account, bytes),
    ),
    SplitReadStream: unary(
      "SplitReadStream",
      (bytes) => projectIdOf(splitReadStreamRequest.decode(bytes).name ?? ""),
      (account, bytes) => splitStream(state, emulator, account, bytes),
    ),
    ReadRows: (call: RowsCall) => {
      const project = state.project(projectIdOf(readRowsRequest.decode(call.request).readStream ?? ""));
      served(state, project, "ReadRows", call, (account, fault) => readRows(state, emulator, account, call, fault))
        .then(() => call.end())
        .catch((error: unknown) =>
          error instanceof ResetConnection ? reset(call) : call.emit("error", asServiceError(error)),
        );
    },
  };
}

/** What all calls share: authentication, faults, counting. */
async function served<T>(
  state: EmulatorState,
  project: Project,
  method: string,
  call: ServerUnaryCall<Buffer, Buffer> | RowsCall,
  run: (account: Principal, fault: StruckFault | null) => Promise<T>,
): Promise<T> {
  let code: number | null = 0;
  try {
    const account = state.accounts.bearer(call.metadata.get("authorization").at(0)?.toString());
    if (account === null) throw unauthenticatedCall();
    const fault = project.faults.strikeOperation(method);
    await strike(fault, call);
    const result = await run(account, fault);
    if (fault?.kind === "reset_after") throw new ResetConnection();
    return result;
  } catch (error) {
    code = error instanceof ResetConnection || error instanceof NoAnswer ? null : (asServiceError(error).code ?? 2);
    throw error;
  } finally {
    project.count(method, code);
  }
}

async function strike(fault: StruckFault | null, call: { readonly cancelled: boolean }): Promise<void> {
  if (fault === null) return;
  if (fault.kind === "slow") await delay(fault.delayMs);
  if (fault.kind === "reset") throw new ResetConnection();
  if (fault.kind === "hang") {
    await holdConnection(fault, () => call.cancelled);
    throw new GrpcError(1, "cancelled");
  }
  const error = grpcFault(fault);
  if (error !== null) throw error;
}
