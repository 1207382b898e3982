// Two workspaces at one server process: A calls as ever, and B does its worst from a process of its own.
import { expect } from "vitest";
import {
  createRouter,
  startServerHarness,
  type RunningProcess,
  type ServerHarness,
} from "../gateway/serverProcess.ts";
import { startCallers, type CallOfB, type Calls, type Seen } from "./callers.ts";
import { peakMemoryBytes, type Call } from "./measure.ts";

/** A process starts slowly while other tests run. */
export const START_TIMEOUT_MS = 180_000;
const A_WAITS_MS = 30_000;

export interface Workspace {
  workspaceId: string;
  apiKey: string;
}

export interface Neighbours {
  harness: ServerHarness;
  server: RunningProcess;
  a: Workspace;
  b: Workspace;
  /** Calls of A, of each kind. A has the router `my-router`. */
  ofA: Record<"chat" | "chatOfUser" | "exposure" | "configuration" | "report", Call>;
  /** A call with the key of a workspace: a POST if there is a body. */
  fetch(workspace: Workspace, path: string, json?: object): Promise<Response>;
  /** The same for B's callers. A body of bytes is sent as it is. */
  callOfB(path: string, body?: object | Uint8Array): CallOfB;
  /** Lets callers of B call. */
  callB(calls: Calls): Promise<() => Promise<Seen>>;
  /** Expects that the server answers and had no more memory than this. */
  expectUp(maxMemoryBytes: number): Promise<void>;
  close(): Promise<void>;
}

/** `settings`: those of the server that are not the default, by their names in the environment. */
export async function startNeighbours(settings: Record<string, string> = {}): Promise<Neighbours> {
  const harness = await startServerHarness();
  const [server, callers] = await Promise.all([harness.start(settings), startCallers()]);
  const a = harness.workspace;
  const b = await harness.store.workspaces.create("b");
  await createRouter(server.url, a.apiKey, harness.upstream.baseUrl, ["model"]);
  const headersOf = ({ apiKey }: Workspace) => ({
    authorization: `Basic ${apiKey}`,
    "content-type": "application/json",
  });
  const send = (workspace: Workspace, path: string, json?: object) =>
    fetch(`${server.url}${path}`, {
      method: json === undefined ? "GET" : "POST",
      headers: headersOf(workspace),
      ...(json !== undefined && { body: JSON.stringify(json) }),
      signal: AbortSignal.timeout(A_WAITS_MS),
    });
  const asA =
    (status: number, path: string, json?: object): Call =>
    async () => {
      const response = await send(a, path, json);
      await response.arrayBuffer();
      expect(response.status).toBe(status);
    };
  const chat = { model: "inworld/my-router", messages: [] };
  const exposure = { alias_id: "my-router", route_id: "default", variant_id: "model", user: "ann" };
  return {
    harness,
    server,
    a,
    b,
    ofA: {
      chat: asA(200, "/v1/chat/completions", chat),
      chatOfUser: asA(200, "/v1/chat/completions", { ...chat, user: "ann" }),
      exposure: asA(202, "/v1/exposures", { exposures: [exposure] }),
      configuration: asA(200, "/v1/routers"),
      report: asA(200, "/v1/routers/my-router/exposures"),
    },
    fetch: send,
    callOfB: (path, body) => ({
      url: `${server.url}${path}`,
      method: body === undefined ? "GET" : "POST",
      headers: headersOf(b),
      ...(body !== undefined && { body: body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body)) }),
    }),
    callB: (calls) => callers.begin(calls),
    async expectUp(maxMemoryBytes) {
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      expect(await peakMemoryBytes(server.pid)).toBeLessThan(maxMemoryBytes);
    },
    async close() {
      await callers.stop();
      await harness.close();
    },
  };
}
