// The whole system for one test file: the real API, worker, PostgreSQL and Temporal, with the Mixpanel stand-in.
import { randomBytes } from "node:crypto";
import { Client, Connection } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import pg from "pg";
import { inject } from "vitest";
import { startMixpanelStandIn } from "../../../dev/standins/mixpanel/server.ts";
import { createApp } from "../../../src/api/app.ts";
import type { WebSettings } from "../../../src/api/deps.ts";
import { createIntegrationControl, workflowIdOf } from "../../../src/client/index.ts";
import { registerSearchAttributes } from "../../../src/client/searchAttributes.ts";
import { type Config, loadConfig } from "../../../src/config/config.ts";
import type { Connector } from "../../../src/providers/connector.ts";
import { closeConnectors, createConnectors } from "../../../src/providers/registry.ts";
import { createDataConverter } from "../../../src/encryption/dataConverter.ts";
import { loadTracing } from "../../../src/telemetry/loadTracing.ts";
import { createLogger } from "../../../src/telemetry/logging.ts";
import { createMetrics } from "../../../src/telemetry/prometheus.ts";
import { createPostgresStore } from "../../../src/store/createStore.ts";
import { createWorker } from "../../../src/worker.ts";
import { createTestDatabase } from "../store/testDatabase.ts";
import { testGateway } from "../gateway/upstreams.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const ACCOUNT = { username: "sync.abc123.mp-service-account", secret: "the-service-account-secret" };

export type System = Awaited<ReturnType<typeof startSystem>>;

/** `settings` override the defaults, whose waits are short; `more` are connectors besides those of `src`. */
export async function startSystem(
  settings: Record<string, string> = {},
  web: Partial<WebSettings> = {},
  more: Connector[] = [],
) {
  const database = await createTestDatabase();
  const mixpanel = await startMixpanelStandIn();
  const taskQueue = settings["TEMPORAL_TASK_QUEUE"] ?? `system-${randomBytes(6).toString("hex")}`;
  const address = settings["TEMPORAL_ADDRESS"] ?? inject("temporalAddress");
  const env: Record<string, string> = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_TASK_QUEUE: taskQueue,
    CROSSCURRENT_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    MIXPANEL_INGESTION_URL: mixpanel.origin,
    MIXPANEL_DATA_URL: mixpanel.origin,
    MIXPANEL_API_URL: mixpanel.origin,
    MIXPANEL_SETTLE_SECONDS: "0",
    ACTIVITY_HEARTBEAT_SECONDS: "2",
    LOG_LEVEL: "warn",
    ...settings,
  };
  const config = loadConfig(env);
  const store = createPostgresStore(config);
  const connectors = createConnectors(config, store.ownership);
  for (const connector of more) connectors[connector.spec.id] = connector;
  const connection = await Connection.connect({ address });
  await registerSearchAttributes(connection, "default");
  const tracing = await loadTracing(config, "crosscurrent", createLogger(config.logLevel));
  const client = new Client({
    connection,
    dataConverter: createDataConverter(config.temporal.encryption),
    interceptors: { workflow: tracing === undefined ? [] : [tracing.temporal.client] },
  });
  const control = createIntegrationControl(client, taskQueue);
  const app = createApp({
    store,
    client: control,
    specs: Object.values(connectors).map(({ spec }) => spec),
    connectors,
    exposureMaxAgeDays: config.exposureMaxAgeDays,
    ...testGateway(store),
    logger: createLogger("silent"),
    metrics: createMetrics(),
    temporalReady: async () => {},
    traceCall: tracing?.traceCall,
    web,
  });
  const sql = new pg.Pool({ connectionString: database.url, max: 2 });
  const { apiKey, workspaceId } = await store.workspaces.create("test");
  const worker = workerOf(config, address, { store, connectors, control, tracing });

  async function call<T = Record<string, never>>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await app.request(path, {
      method,
      headers: { authorization: `Basic ${apiKey}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? {} : JSON.parse(text)) as T;
  }

  return {
    env,
    config,
    database,
    mixpanel,
    control,
    client,
    store,
    connectors,
    sql,
    app,
    apiKey,
    workspaceId,
    taskQueue,
    call,
    ...worker,
    workflow: (integrationId: string) => client.workflow.getHandle(workflowIdOf(integrationId)),
    stop: async () => {
      await worker.stopWorker();
      for await (const id of control.running()) await control.end(id);
      await sql.end();
      await Promise.allSettled([store.close(), closeConnectors(connectors), mixpanel.stop(), connection.close()]);
      await tracing?.stop();
      await database.drop();
    },
  };
}

/** A worker in this process that can be stopped and started again. */
function workerOf(
  config: Config,
  address: string,
  parts: Pick<Parameters<typeof createWorker>[0], "store" | "connectors" | "control" | "tracing">,
) {
  let running: { end(): Promise<void> } | undefined;
  return {
    startWorker: async () => {
      const connection = await NativeConnection.connect({ address });
      const { encryption } = config.temporal;
      const isUsual = parts.tracing === undefined && (encryption.keys.length === 0 || !encryption.encrypts);
      // The worker itself bundles what differs.
      const bundle = isUsual ? { bundlePath: inject("workflowBundlePath") } : {};
      const worker = await createWorker({ ...parts, config, connection, namespace: "default", ...bundle });
      const ended = worker.run();
      running = {
        end: async () => {
          worker.shutdown();
          await ended;
          await connection.close();
        },
      };
    },
    stopWorker: async () => {
      await running?.end();
      running = undefined;
    },
  };
}

/** The text of the histories of all its executions, with decoded payloads. */
export async function historyOf(system: System, integrationId: string): Promise<string> {
  const { workflow } = system.client;
  const { workflowId } = system.workflow(integrationId);
  const histories = [];
  for await (const { runId } of workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    histories.push(await workflow.getHandle(workflowId, runId).fetchHistory());
  }
  return JSON.stringify(histories, (key, value: unknown) =>
    key === "data" && typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : value,
  );
}
