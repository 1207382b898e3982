// Chat Completions through the gateway: the latency that it adds to a streaming call, its rate against a bare proxy, and
// its memory with many streams at once. All calls are recorded, with their tokens.
// Upstream, gateway, proxy and load generator are separate processes.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { compareRates, rounded, runPairs, type Comparison } from "./comparison.ts";
import { startMachine, type Machine } from "./machine.ts";
import type { BenchOptions } from "./options.ts";
import { memoryOf } from "./processFigures.ts";

const PEERS = resolve(import.meta.dirname, "peers");
const UPSTREAM = resolve(import.meta.dirname, "../dist/dev/standins/upstream/main.js");
/** Enough connections to use a processor fully on both sides. */
const CONNECTIONS = 128;
const RATE_CALLS = 20_000;
const LATENCY_CALLS = 200;
/** The time between two tokens of a fast model. */
const PACE_MS = 5;
const MAX_ADDED_MS = 1.5;
const STREAMS = 1_000;
const MAX_STREAMS_MB = 400;

interface Peer {
  /** The first address in its output. */
  url: string;
  stop: () => Promise<void>;
}

export async function benchGateway({ scale, onStep }: BenchOptions): Promise<Comparison[]> {
  onStep("starting PostgreSQL, Temporal, upstreams and the server");
  const machine = await startMachine("gateway");
  const peers: Peer[] = [];
  try {
    const keep = async (started: Promise<Peer>) => {
      const peer = await started;
      peers.push(peer);
      return peer.url;
    };
    const quick = await keep(startPeer([UPSTREAM]));
    const paced = await keep(startPeer([UPSTREAM, "--pace-ms", String(PACE_MS)]));
    const bare = await keep(startPeer([resolve(PEERS, "bareProxy.mjs"), quick]));
    const hosts = [quick, paced].map((url) => new URL(url).host).join(",");
    const { service, url } = await machine.startServer({ GATEWAY_ALLOWED_HOSTS: hosts });
    const served = `${url}/v1`;
    const keys = { quick: await createRouter(machine, quick), paced: await createRouter(machine, paced) };
    const comparisons = [
      ...(await latencies({ direct: paced, served, key: keys.paced, calls: Math.ceil(LATENCY_CALLS * scale), onStep })),
    ];
    for (const stream of [false, true]) {
      onStep(`${stream ? "streamed" : "plain"} calls, ${CONNECTIONS} connections`);
      const calls = Math.ceil(RATE_CALLS * scale);
      const rates = await runPairs(
        () => rate({ url: served, key: keys.quick, calls, stream }),
        () => rate({ url: bare, key: "none", calls, stream }),
        onStep,
      );
      const against = `a bare undici proxy, ${stream ? "streamed" : "plain"} calls`;
      comparisons.push(compareRates({ bench: "gateway", against, unit: "calls/s", goal: 0.6 }, rates));
    }
    await service.stop();
    const calls = Math.ceil(STREAMS * 5 * scale);
    comparisons.push(await streamsMemory(machine, { hosts, key: keys.paced, calls, onStep }));
    return comparisons;
  } finally {
    for (const peer of peers) await peer.stop();
    await machine.stop();
  }
}

/** The peak of a new server that only carries these streams, as many at once as there are connections. */
async function streamsMemory(
  machine: Machine,
  { hosts, key, calls, onStep }: { hosts: string; key: string; calls: number; onStep: (step: string) => void },
): Promise<Comparison> {
  onStep(`${calls} streams, ${STREAMS} at once`);
  const { service, url } = await machine.startServer({ GATEWAY_ALLOWED_HOSTS: hosts });
  await load("rate", { url: `${url}/v1`, key, calls, stream: true, connections: STREAMS });
  const ours = Math.ceil(memoryOf(service.pid).peakMb);
  await service.stop();
  const against = `${STREAMS} streams at once`;
  const ratio = rounded(MAX_STREAMS_MB / ours);
  return { bench: "gateway", against, ours, theirs: MAX_STREAMS_MB, unit: "MB", ratio, goal: 1 };
}

/** Creates a workspace with the router that the load generator calls. Returns its API key. */
async function createRouter({ store }: Machine, baseUrl: string): Promise<string> {
  const { workspaceId, apiKey } = await store.workspaces.create("bench");
  const variants = ["a", "b"].map((id) => ({ id, weight: 1, upstream: { baseUrl, model: id, apiKey: "sk-local" } }));
  const routes = [{ id: "default", conditions: {}, fallbackVariantIds: [], variants }];
  await store.routers.create(workspaceId, { id: "my-router", description: null, routes });
  return apiKey;
}

interface Latencies {
  direct: string;
  served: string;
  key: string;
  calls: number;
  onStep: (step: string) => void;
}

/** Alternating calls, one at a time. The difference of the medians is the latency that the gateway adds. */
async function latencies({ direct, served, key, calls, onStep }: Latencies): Promise<Comparison[]> {
  onStep(`${calls} streamed calls, one at a time, ${PACE_MS} ms between tokens`);
  const targets = [
    { url: direct, key: "none" },
    { url: served, key },
  ];
  const { medians } = await load<{ medians: { firstMs: number; totalMs: number }[] }>("latency", { targets, calls });
  const [without, through] = medians;
  if (without === undefined || through === undefined) throw new Error("The load measured nothing.");
  return (["firstMs", "totalMs"] as const).map((of) => {
    const addedMs = Math.max(0.01, through[of] - without[of]);
    const against = `${MAX_ADDED_MS} ms more than the upstream alone, ${of === "firstMs" ? "first token" : "whole stream"}`;
    const ours = Math.round(addedMs * 100) / 100;
    const ratio = rounded(MAX_ADDED_MS / addedMs);
    return { bench: "gateway", against, ours, theirs: MAX_ADDED_MS, unit: "ms", ratio, goal: 1 };
  });
}

async function rate(options: { url: string; key: string; calls: number; stream: boolean }): Promise<number> {
  const { perSecond } = await load<{ perSecond: number }>("rate", { ...options, connections: CONNECTIONS });
  return perSecond;
}

async function load<T>(mode: string, options: object): Promise<T> {
  const script = resolve(PEERS, "chatLoad.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [script, mode, JSON.stringify(options)]);
  return JSON.parse(stdout) as T;
}

async function startPeer(args: string[]): Promise<Peer> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const url = /http:\S+/.exec(line.toString())?.[0] ?? "";
  const stop = async () => {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  };
  return { url, stop };
}
