// Two workspaces at one server process: A calls as ever, and B does its worst from a process of its own. A second
// installation, of B alone, shows what of that is due to the processors of this machine (measure.ts).
import { expect } from "vitest";
import { createRouter, startServerHarness, type RunningProcess, type ServerHarness } from "../gateway/serverProcess.ts";
import { startCallers, type CallOfB, type Callers, type Calls, type Seen } from "./callers.ts";
import { expectUndisturbed, peakMemoryBytes, type Call, type Pace } from "./measure.ts";

/** Processes start slowly while other tests run. */
export const START_TIMEOUT_MS = 180_000;
const A_WAITS_MS = 30_000;
const WARM_UP_CALLS = 10;

export interface Workspace {
  workspaceId: string;
  apiKey: string;
}

/** One server process with its database. */
export interface Installation {
  harness: ServerHarness;
  server: RunningProcess;
  a: Workspace;
  b: Workspace;
  /** A call with the key of a workspace: a POST if there is a body. */
  fetch(workspace: Workspace, path: string, json?: object): Promise<Response>;
  /** A call for B's callers. Bytes are sent as they are. */
  callOfB(path: string, body?: object | Uint8Array): CallOfB;
}

export interface Worst extends Omit<Calls, "calls"> {
  calls: (at: Installation) => CallOfB[];
  /** What B may get besides a 429. */
  statuses: number[];
}

export interface Neighbours extends Installation {
  /** Runs the preparation of what B needs in both installations. */
  prepare(work: (at: Installation) => Promise<void>): Promise<void>;
  /** Calls of A, of each kind. A has the router `my-router`. */
  ofA: Record<"chat" | "chatOfUser" | "exposure" | "configuration" | "report", Call>;
  /** A call of A, which expects this status. */
  callOfA(status: number, path: string, json?: object): Call;
  /** See measure.ts. Returns what B got beside A. */
  expectUndisturbed(kinds: Record<string, Call>, worst: Worst, pace?: Partial<Pace>): Promise<Seen>;
  /** The most memory that the server had. Rejects if it does not answer. */
  peakMemoryBytes(): Promise<number>;
  close(): Promise<void>;
}

/** `settings`: those of the servers that are not the default, by their names in the environment. */
export async function startNeighbours(settings: Record<string, string> = {}): Promise<Neighbours> {
  const [here, elsewhere, callers] = await Promise.all([install(settings), install(settings), startCallers()]);
  const { a, server } = here;
  await createRouter(server.url, a.apiKey, here.harness.upstream.baseUrl, ["model"]);
  const callOfA =
    (status: number, path: string, json?: object): Call =>
    async () => {
      const response = await here.fetch(a, path, json);
      await response.arrayBuffer();
      expect(response.status).toBe(status);
    };
  const chat = { model: "inworld/my-router", messages: [] };
  const exposure = { alias_id: "my-router", route_id: "default", variant_id: "model", user: "ann" };
  return {
    ...here,
    prepare: async (work) => {
      await work(here);
      await work(elsewhere);
    },
    ofA: {
      chat: callOfA(200, "/v1/chat/completions", chat),
      chatOfUser: callOfA(200, "/v1/chat/completions", { ...chat, user: "ann" }),
      exposure: callOfA(202, "/v1/exposures", { exposures: [exposure] }),
      configuration: callOfA(200, "/v1/routers"),
      report: callOfA(200, "/v1/routers/my-router/exposures"),
    },
    callOfA,
    expectUndisturbed: async (kinds, worst, pace) => {
      const seen: Seen = { statuses: {}, retryAfter: null };
      const burdens = { beside: burden(callers, worst, here, seen), elsewhere: burden(callers, worst, elsewhere) };
      // Code that runs for the first time is slow.
      for (const begin of Object.values(burdens)) {
        const end = await begin();
        for (const call of Object.values(kinds)) for (let i = 0; i < WARM_UP_CALLS; i++) await call();
        await end();
      }
      await expectUndisturbed(kinds, burdens, pace);
      return seen;
    },
    async peakMemoryBytes() {
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
      return await peakMemoryBytes(server.pid);
    },
    async close() {
      await callers.stop();
      await Promise.all([here.harness.close(), elsewhere.harness.close()]);
    },
  };
}

async function install(settings: Record<string, string>): Promise<Installation> {
  const harness = await startServerHarness();
  const server = await harness.start(settings);
  const headersOf = ({ apiKey }: Workspace) => ({
    authorization: `Basic ${apiKey}`,
    "content-type": "application/json",
  });
  const b = await harness.store.workspaces.create("b");
  return {
    harness,
    server,
    a: harness.workspace,
    b,
    fetch: (workspace, path, json) =>
      fetch(`${server.url}${path}`, {
        method: json === undefined ? "GET" : "POST",
        headers: headersOf(workspace),
        ...(json !== undefined && { body: JSON.stringify(json) }),
        signal: AbortSignal.timeout(A_WAITS_MS),
      }),
    callOfB: (path, body) => ({
      url: `${server.url}${path}`,
      method: body === undefined ? "GET" : "POST",
      headers: headersOf(b),
      ...(body !== undefined && { body: body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body)) }),
    }),
  };
}

/** Adds what the callers got to `total`. */
function burden(callers: Callers, worst: Worst, at: Installation, total?: Seen) {
  const { calls, statuses, ...rest } = worst;
  return async () => {
    const end = await callers.begin({ ...rest, calls: calls(at) });
    return async () => {
      const seen = await end();
      const unexpected = Object.keys(seen.statuses).filter((status) => ![0, 429, ...statuses].includes(Number(status)));
      expect(unexpected).toEqual([]);
      if (total === undefined) return;
      for (const [status, count] of Object.entries(seen.statuses)) {
        total.statuses[Number(status)] = (total.statuses[Number(status)] ?? 0) + count;
      }
      total.retryAfter ??= seen.retryAfter;
    };
  };
}
