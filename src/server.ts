// The server's composition root: builds every dependency of the API, serves it, and drains it.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { Dispatcher } from "undici";
import { createApp } from "./api/app.ts";
import type { WebSettings } from "./api/deps.ts";
import { createAdmission, type Admission } from "./http/admission/admission.ts";
import { keepPresence } from "./http/admission/presence.ts";
import { Problem, problemResponse } from "./http/problem.ts";
import type { Config } from "./config/config.ts";
import { closeConnectors, createConnectors } from "./providers/registry.ts";
import { PROVIDER_SPECS } from "./providers/specs.ts";
import { createAddressPolicy } from "./gateway/addresses.ts";
import { createUpstreamAgents } from "./gateway/connect.ts";
import { createBreakers } from "./gateway/breakers.ts";
import { createGateway, type Gateway } from "./gateway/gateway.ts";
import { createAnonymousSums } from "./gateway/anonymousSums.ts";
import { callLine, measured } from "./gateway/callLine.ts";
import type { CallRecorder } from "./gateway/callRecord.ts";
import { createCallRecorder } from "./gateway/callRecorder.ts";
import { warnOfRefusedUpstreams } from "./gateway/refusedUpstreams.ts";
import { userHashKey } from "./gateway/forwardedBody.ts";
import { installationId } from "./gateway/loop.ts";
import { createRecorder } from "./gateway/recorder.ts";
import { registerGateway } from "./gateway/routes.ts";
import { createStreamUsage } from "./gateway/streamUsage.ts";
import { createLogger } from "./telemetry/logging.ts";
import { createMetricsServer } from "./telemetry/metricsServer.ts";
import { loadTracing } from "./telemetry/loadTracing.ts";
import { createMetrics } from "./telemetry/prometheus.ts";
import { isMigrated } from "./store/postgres/migrate.ts";
import { createPostgresStore } from "./store/createStore.ts";
import type { Store } from "./store/store.ts";
import { connectTemporal, temporalAddress } from "./client/connection.ts";

/**
 * How long a client may take to send its headers and its whole request, and how often that is checked; and how long it
 * may read nothing of a response.
 */
const TIMEOUTS = { headersTimeoutMs: 10_000, requestTimeoutMs: 60_000, checkedEveryMs: 2_000, takenWithinMs: 60_000 };
/** Longer than the idle time of most load balancers, so that they close connections first. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
const MAX_HEADER_BYTES = 16 * 1024;
const DRAIN_TIMEOUT_MS = 30_000;
/** How long an upstream that keeps failing is left out before one call tries it. */
const BREAKER_PAUSE_MS = 10_000;
const DRAIN_POLL_MS = 50;
/** From dist/src, and from src. */
const BUILT_PORTAL_DIRS = ["../portal", "../dist/portal"].map((path) => join(import.meta.dirname, path));

export interface RunningServer {
  url: string;
  /** Waits for calls in flight, then closes everything that the server opened. */
  stop(): Promise<void>;
}

export async function startServer(config: Config): Promise<RunningServer> {
  if (!(await isMigrated(config.databaseUrl))) {
    throw new Error("The database is not set up for this version: run `crosscurrent migrate` first.");
  }
  const logger = createLogger(config.logLevel);
  const tracing = await loadTracing(config, "crosscurrent-server", logger);
  const store = createPostgresStore(config);
  const temporal = connectTemporal({ ...config.temporal, interceptor: tracing?.temporal.client });
  const connectors = createConnectors(config, store.ownership);
  const metrics = createMetrics();
  const upstreams = createAddressPolicy(config.gateway.allowedHosts, config.gateway.allowedPorts);
  const agents = createUpstreamAgents(upstreams);
  const admission = createAdmission(config.admission);
  const recorder = createServerRecorder(store, metrics, logger);
  const gateway = gatewayOf(config, { store, metrics, logger, agents, admission, recorder });
  const app = createApp({
    store,
    client: temporal.control,
    specs: PROVIDER_SPECS,
    connectors,
    exposureMaxAgeDays: config.exposureMaxAgeDays,
    upstreams,
    admission,
    registerGateway: (api, proxy) => registerGateway(api, gateway, proxy),
    logger,
    metrics,
    temporalReady: () => temporal.ready(),
    traceCall: tracing?.traceCall,
    web: webOf(config),
  });
  const server = createHttpServer((request, node) => app.fetch(request, node));
  const measurements = createMetricsServer(metrics);
  const presence = await announce(store, admission);
  const release = async () => {
    await presence.stop();
    await recorder.stop();
    await Promise.allSettled([
      closeAtOnce(measurements),
      store.close(),
      temporal.close(),
      closeConnectors(connectors),
      agents.destroy(),
    ]);
    await tracing?.stop();
  };
  const { metricsAddress } = config.server;
  const listenAtAll = async () => {
    if (metricsAddress !== undefined) await listen(measurements, toHostAndPort(metricsAddress));
    return await listen(server, config.server);
  };
  const url = await listenAtAll().catch(async (error: unknown) => {
    await release();
    throw error;
  });
  logger.info({ url }, "server is up");
  await warnOfRefusedUpstreams(store, upstreams, logger).catch((err: unknown) => {
    logger.warn({ err }, "the addresses of saved variants could not be checked");
  });
  return {
    url,
    stop: async () => {
      logger.info({}, "server is draining");
      await drain(server);
      await release();
      logger.info({}, "server has ended");
    },
  };
}

/** Tells the other servers of this one, and how many there are to the shares of workspaces. */
function announce(store: Store, admission: Admission) {
  const serverId = randomUUID();
  return keepPresence({
    seen: () => store.servers.seen(serverId),
    remove: () => store.servers.remove(serverId),
    onCount: (servers) => admission.setServers(servers),
  });
}

interface GatewayParts {
  store: Store;
  metrics: ReturnType<typeof createMetrics>;
  logger: ReturnType<typeof createLogger>;
  agents: { agent: Dispatcher; freshAgent: Dispatcher };
  admission: Admission;
  recorder: CallRecorder;
}

/** What calls tell goes to the store, the metrics and the log. */
export function createServerRecorder(
  store: Pick<Store, "exposures" | "usage">,
  metrics: Pick<GatewayParts["metrics"], "countExposures" | "observeCall" | "countLost">,
  logger: GatewayParts["logger"],
) {
  return createCallRecorder({
    rows: createRecorder({ exposures: store.exposures, onCommit: (count) => metrics.countExposures(count) }),
    sums: createAnonymousSums(store.usage, (err) => {
      logger.warn({ err }, "the usage of calls without a user could not be written yet");
    }),
    onFinished(call, outcome, figures) {
      metrics.observeCall(measured(call, outcome, figures));
      logger.info(callLine(call, outcome, figures), "call");
    },
    onLost(err) {
      metrics.countLost();
      logger.error({ err }, "what a call told was not committed: if it was not over, it was cut off");
    },
  });
}

function gatewayOf(config: Config, { store, metrics, logger, agents, admission, recorder }: GatewayParts): Gateway {
  const breakers = createBreakers({
    pauseMs: BREAKER_PAUSE_MS,
    onChange: (ref, state) => logger.warn({ ...ref, state }, "an upstream's state has changed"),
  });
  metrics.watchUpstreamsLeftOut(() => breakers.leftOut());
  return createGateway({
    ...config.gateway,
    admission,
    routers: store.routers,
    installationId: installationId(firstKey(config)),
    userHashKey: userHashKey(firstKey(config)),
    recorder,
    ...agents,
    breakers,
    streamUsage: createStreamUsage(),
  });
}

function firstKey({ secretKeys: [first] }: Config): Buffer {
  if (first === undefined) throw new Error("A server needs CROSSCURRENT_SECRET_KEY.");
  return first;
}

function webOf(config: Config): WebSettings {
  const { publicUrl, trustedProxies, limits } = config.server;
  const url = config.temporalUiUrl;
  return {
    publicUrl,
    trustedProxies,
    limits,
    portalDir: config.portalDir ?? BUILT_PORTAL_DIRS.find((built) => existsSync(built)),
    temporalUi: url === undefined ? undefined : { url, namespace: temporalAddress().namespace },
  };
}

type Node = Pick<HttpBindings, "incoming" | "outgoing">;

/** A Node server around a fetch handler, with limits on what a client can delay or enlarge. */
export function createHttpServer(
  fetch: (request: Request, node: Node) => Response | Promise<Response>,
  timeouts = TIMEOUTS,
): Server {
  const listener = getRequestListener((request, node) => fetch(request, node as Node), {
    overrideGlobalObjects: false,
    // For a request line or a Host header that makes no URL.
    errorHandler: () => problemResponse(new Problem(400, "The request cannot be understood.")),
  });
  const options = {
    headersTimeout: timeouts.headersTimeoutMs,
    requestTimeout: timeouts.requestTimeoutMs,
    connectionsCheckingInterval: timeouts.checkedEveryMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const open = new Set<ServerResponse>();
  const server = createServer(options, (request, response) => {
    open.add(response);
    response.once("close", () => open.delete(response));
    // Of a caller that reads nothing. Node calls it only if nothing of what waits went out meanwhile.
    response.setTimeout(timeouts.takenWithinMs, () => {
      if (response.writableLength > 0) response.destroy();
    });
    void listener(request, response);
  });
  openResponses.set(server, open);
  return server;
}

/** Responses that are under way, of each server. */
const openResponses = new WeakMap<Server, Set<ServerResponse>>();

export function listen(server: Server, at: { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      reject(isTaken ? new Error(`Port ${at.port} of ${at.host} is taken: choose another one.`) : error);
    });
    server.listen(at.port, at.host, () => {
      const { address, family, port } = server.address() as AddressInfo;
      resolve(`http://${family === "IPv6" ? `[${address}]` : address}:${port}`);
    });
  });
}

/** Of `127.0.0.1:9463` or `[::1]:9463`, which the settings have checked. */
export function toHostAndPort(address: string): { host: string; port: number } {
  const { hostname, port } = new URL(`tcp://${address}`);
  return { host: hostname.replaceAll(/[[\]]/g, ""), port: Number(port) };
}

/** It may not be listening. */
async function closeAtOnce(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/**
 * Accepts no new connections, waits for calls in flight, and closes connections as they become idle. Responses say so
 * from now on: a client that sent its next call on such a connection would be cut off.
 */
export async function drain(server: Server, timeoutMs = DRAIN_TIMEOUT_MS): Promise<void> {
  const announceEnd = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader("connection", "close");
    response.once("close", () => server.closeIdleConnections());
  };
  server.prependListener("request", (_request, response: ServerResponse) => announceEnd(response));
  for (const response of openResponses.get(server) ?? []) announceEnd(response);
  const idle = setInterval(() => server.closeIdleConnections(), DRAIN_POLL_MS);
  const late = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await new Promise((resolve) => server.close(resolve));
  clearInterval(idle);
  clearTimeout(late);
}
