// The worker's composition root: builds every dependency of the activities, runs them, and drains them.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  DefaultLogger,
  type LogLevel,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from "@temporalio/worker";
import { createActivities } from "./activities/index.ts";
import type { IntegrationControl } from "./client/index.ts";
import { triggerReconciler } from "./client/reconcilerSchedule.ts";
import type { Config } from "./config/config.ts";
import { closeConnectors, type Connectors, createConnectors } from "./providers/registry.ts";
import { createLogger } from "./telemetry/logging.ts";
import { isMigrated } from "./store/postgres/migrate.ts";
import { createPostgresStore } from "./store/createStore.ts";
import type { Store } from "./store/store.ts";
import { connectTemporal, temporalAddress } from "./client/connection.ts";

/** The build bundles the workflows. From source, the worker bundles them when it starts. */
const BUNDLE = fileURLToPath(new URL("../workflow-bundle.js", import.meta.url));
const SHUTDOWN_GRACE_MS = 10_000;
const MAX_CONCURRENT_ACTIVITIES = 20;
const STICKY_TIMEOUT_MS = 3_000;

export interface WorkerParts {
  config: Config;
  connection: NativeConnection;
  namespace: string;
  store: Store;
  connectors: Connectors;
  control: IntegrationControl;
  bundlePath?: string;
}

/** A worker on the configured task queue. The caller runs it and closes the parts. */
export async function createWorker(parts: WorkerParts): Promise<Worker> {
  const { config, connection, namespace, store, connectors, control } = parts;
  const settings = {
    syncIntervalMs: config.syncIntervalMs,
    syncJitterMs: config.syncJitterMs,
    heartbeatTimeoutMs: config.activityHeartbeatMs,
  };
  const bundlePath = parts.bundlePath ?? config.workflowBundle ?? (existsSync(BUNDLE) ? BUNDLE : undefined);
  return await Worker.create({
    connection,
    namespace,
    taskQueue: config.temporal.taskQueue,
    activities: createActivities({ store, connectors, settings }, control),
    ...(bundlePath === undefined
      ? { workflowsPath: fileURLToPath(new URL("./workflows/index.ts", import.meta.url)) }
      : { workflowBundle: { codePath: bundlePath } }),
    maxConcurrentActivityTaskExecutions: MAX_CONCURRENT_ACTIVITIES,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    // A workflow that was cached by a worker that died waits for this long.
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
    ...versioning(config),
  });
}

/** Worker versioning is on only if a deployment is named. */
function versioning(config: Config): Partial<WorkerOptions> {
  const { deploymentName, buildId } = config.temporal;
  if (deploymentName === undefined || buildId === undefined) return {};
  return {
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName, buildId },
      defaultVersioningBehavior: "PINNED",
    },
  };
}

/** Runs a worker until SIGTERM or SIGINT. Then activities end at their next page, and everything is closed. */
export async function runWorker(config: Config): Promise<void> {
  if (!(await isMigrated(config.databaseUrl))) {
    throw new Error("The database is not set up for this version: run `crosscurrent migrate` first.");
  }
  const logger = createLogger(config.logLevel);
  Runtime.install({
    shutdownSignals: ["SIGINT", "SIGTERM"],
    ...(config.workerMetricsAddress !== undefined && {
      telemetryOptions: { metrics: { prometheus: { bindAddress: config.workerMetricsAddress } } },
    }),
    logger: new DefaultLogger("DEBUG", ({ level, message, meta }) => {
      logger[level.toLowerCase() as Lowercase<LogLevel>](meta ?? {}, message);
    }),
  });
  const { connectionOptions, namespace } = temporalAddress();
  const store = createPostgresStore(config);
  const connectors = createConnectors(config, store.ownership);
  const temporal = connectTemporal(config.temporal.taskQueue);
  const connection = await NativeConnection.connect(connectionOptions);
  try {
    const { control } = temporal;
    const worker = await createWorker({ config, connection, namespace, store, connectors, control });
    const running = worker.run();
    await triggerReconciler(temporal.client, config.temporal.taskQueue).catch((error: unknown) => {
      const errorName = error instanceof Error ? error.name : typeof error;
      logger.warn({ errorName }, "the reconciler was not triggered");
    });
    logger.info({ taskQueue: config.temporal.taskQueue, namespace }, "worker started");
    await running;
  } finally {
    await Promise.allSettled([temporal.close(), closeConnectors(connectors), store.close()]);
    await connection.close();
  }
}
