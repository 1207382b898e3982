// A gateway over real sockets with a real store and local upstreams.
import type { NewRoute } from "../../../src/domain/router.ts";
import { once } from "node:events";
import { promisify } from "node:util";
import type { AddressInfo } from "node:net";
import { startLocalUpstream, type LocalUpstream } from "../../../dev/standins/upstream/server.ts";
import { createApp } from "../../../src/api/app.ts";
import { PROVIDER_SPECS } from "../../../src/providers/specs.ts";
import { createLogger } from "../../../src/telemetry/logging.ts";
import { createMetrics } from "../../../src/telemetry/prometheus.ts";
import { createHttpServer } from "../../../src/server.ts";
import { createPostgresStore } from "../../../src/store/createStore.ts";
import type { PoolSettings } from "../../../src/store/pools.ts";
import type { Store } from "../../../src/store/store.ts";
import { CapturedLog, RecordedControl } from "../api/harness.ts";
import { createTestDatabase, type TestDatabase } from "../store/testDatabase.ts";
import { testGateway, type TestGatewayOptions } from "./upstreams.ts";

export interface GatewayHarness {
  url: string;
  store: Store;
  upstream: LocalUpstream;
  workspace: { workspaceId: string; apiKey: string };
  log: CapturedLog;
  /** A call with the workspace's key. */
  chat(body: unknown, init?: RequestInit): Promise<Response>;
  /** An answer of the API to the workspace's key: a POST if there is a body. */
  api(path: string, json?: unknown): Promise<Response>;
  /** A router whose variants are models of the upstream; one route `default` unless routes are given. */
  createRouter(id: string, weights: Record<string, number>, options?: Partial<NewRoute>): Promise<void>;
  /** Connections of callers that the server knows of. */
  connections(): Promise<number>;
  /** Exposures that are committed, oldest first. */
  exposures(alias: string): Promise<{ variantId: string; userId: string }[]>;
  close(): Promise<void>;
}

export interface GatewayHarnessOptions extends TestGatewayOptions {
  /** Parts that stand in front of the store's own. */
  replaced?: (store: Store) => Partial<Store>;
  /** Default: a new one on the server of all tests. */
  database?: TestDatabase;
  /** How the store reaches the database, if not by its own URL. */
  reach?: (url: string) => string;
  pools?: PoolSettings;
}

export async function createGatewayHarness(options: GatewayHarnessOptions = {}): Promise<GatewayHarness> {
  const database = options.database ?? (await createTestDatabase());
  const upstream = await startLocalUpstream();
  const made = createPostgresStore({
    databaseUrl: options.reach?.(database.url) ?? database.url,
    secretKeys: [Buffer.alloc(32, 7)],
    sealGraceMs: 0,
    ...(options.pools && { database: options.pools }),
    exposureMaxAgeDays: 90,
    exposureRetentionDays: 120,
    importLookbackDays: 30,
  });
  const store: Store = { ...made, ...options.replaced?.(made) };
  const log = new CapturedLog();
  const gateway = testGateway(store, {
    onLost: (err) => createLogger("info", log).error({ err }, "an exposure was not committed"),
    ...options,
  });
  const app = createApp({
    store,
    client: new RecordedControl(),
    // No call of these tests syncs anything.
    specs: PROVIDER_SPECS,
    connectors: {},
    exposureMaxAgeDays: 90,
    ...gateway,
    logger: createLogger("info", log),
    metrics: createMetrics(),
    temporalReady: async () => {},
  });
  const server = createHttpServer((request, node) => app.fetch(request, node));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const workspace = await store.workspaces.create("one");
  const admin = new (await import("pg")).default.Pool({ connectionString: database.url, max: 1 });
  // Tests that restart the server break its idle connection.
  admin.on("error", () => undefined);
  return {
    url,
    store,
    upstream,
    workspace,
    log,
    chat: (body, init = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: {
          authorization: `Basic ${workspace.apiKey}`,
          "content-type": "application/json",
        },
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...init,
      }),
    api: (path, json) =>
      fetch(`${url}${path}`, {
        method: json === undefined ? "GET" : "POST",
        headers: { authorization: `Basic ${workspace.apiKey}`, "content-type": "application/json" },
        ...(json !== undefined && { body: JSON.stringify(json) }),
      }),
    async createRouter(id, weights, route = {}) {
      const variants = Object.entries(weights).map(([model, weight]) => ({
        id: model,
        weight,
        upstream: {
          baseUrl: upstream.baseUrl,
          model: `model-${model}`,
          apiKey: `sk-${model}`,
        },
      }));
      const one = {
        id: "default",
        conditions: {},
        fallbackVariantIds: [],
        variants,
        ...route,
      };
      await store.routers.create(workspace.workspaceId, {
        id,
        description: null,
        routes: [one],
      });
    },
    async exposures(alias) {
      const { rows } = await admin.query<{
        variantId: string;
        userId: string;
      }>(`select variant_id as "variantId", user_id as "userId" from exposures where alias_id = $1 order by id`, [
        alias,
      ]);
      return rows;
    },
    connections: () => promisify(server.getConnections.bind(server))(),
    async close() {
      server.closeAllConnections();
      server.close();
      await gateway.stopRecorder();
      await Promise.all([upstream.stop(), admin.end(), store.close()]);
      await database.drop();
    },
  };
}

/** A call of one user, the shortest there is. */
export const call = (router: string, user: string | null = null, more: object = {}) => ({
  model: `inworld/${router}`,
  messages: [{ role: "user", content: "Hello" }],
  ...(user !== null && { user }),
  ...more,
});
