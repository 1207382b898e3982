// The worker's composition root: builds every dependency of the activities, runs them, and drains them.
import {
  bundleWorkflowCode,
  DefaultLogger,
  type LogLevel,
  NativeConnection,
  Runtime,
  type SlotSupplier,
  Worker,
  type WorkerOptions,
} from "@temporalio/worker";
import type { ActivitySettings } from "./activities/dependencies.ts";
import { createBulkActivities, createControlActivities } from "./activities/index.ts";
import { bulkTaskQueueOf } from "./client/ids.ts";
import type { IntegrationControl } from "./client/index.ts";
import { triggerReconciler } from "./client/schedules.ts";
import type { Config } from "./config/config.ts";
import { closeConnectors, type Connectors, createConnectors } from "./providers/registry.ts";
import { createLogger } from "./telemetry/logging.ts";
import { isMigrated } from "./store/postgres/migrate.ts";
import { createPostgresStore } from "./store/createStore.ts";
import type { Store } from "./store/store.ts";
import { connectTemporal, temporalAddress } from "./client/connection.ts";
import { createDataConverter } from "./encryption/dataConverter.ts";
import { loadTracing } from "./telemetry/loadTracing.ts";
import type { Tracing } from "./telemetry/tracing.ts";
import { builtBundle, bundleParts, WORKFLOWS_PATH, type BundleForm } from "./workflowBundle.ts";

const SHUTDOWN_GRACE_MS = 10_000;
const STICKY_TIMEOUT_MS = 3_000;
/** The reconciler and the steps of the maintenance, besides the bookkeeping. */
const MAINTENANCE_SLOTS = 4;

export interface WorkerParts {
  config: Config;
  connection: NativeConnection;
  namespace: string;
  store: Store;
  connectors: Connectors;
  control: IntegrationControl;
  /** Undefined: no traces. */
  tracing?: Tracing | undefined;
  /** A bundle of the form that the settings ask for. */
  bundlePath?: string;
}

/** Workers of this process that start and end together. */
export interface WorkerGroup {
  /** Resolves after `shutdown`, or a signal to the process. If one of them fails, all end, and it rejects. */
  run(): Promise<void>;
  shutdown(): void;
}

/**
 * One worker has the workflows and their bookkeeping, on the configured task queue. Each provider's bulk work has a
 * worker with slots and a task queue of its own, so that none waits behind another's. The caller closes the parts.
 */
export async function createWorker(parts: WorkerParts): Promise<WorkerGroup> {
  const workers: Worker[] = [];
  for (const options of await workerOptions(parts)) workers.push(await Worker.create(options));
  return group(workers);
}

/** The options of each worker of the group; first that of the workflows. */
export async function workerOptions(parts: WorkerParts): Promise<WorkerOptions[]> {
  const { config, store, connectors, control } = parts;
  const dependencies = { store, connectors, settings: activitySettings(config) };
  const { taskQueue } = config.temporal;
  const bulk = Object.keys(connectors).map((provider) => ({
    ...shared(parts),
    taskQueue: bulkTaskQueueOf(taskQueue, provider),
    activities: createBulkActivities(dependencies),
    tuner: tuner(config, bulkSlots(config)),
  }));
  return [await controlOptions(parts, createControlActivities(dependencies, control)), ...bulk];
}

async function controlOptions(parts: WorkerParts, activities: object): Promise<WorkerOptions> {
  const { config } = parts;
  return {
    ...shared(parts),
    taskQueue: config.temporal.taskQueue,
    activities,
    ...(await workflows(parts)),
    tuner: tuner(config, { type: "fixed-size", numSlots: config.worker.bookkeepingAtOnce + MAINTENANCE_SLOTS }),
    maxCachedWorkflows: config.worker.cachedWorkflows,
    // A workflow that was cached by a worker that died waits for this long.
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
  };
}

/** A build has bundles of all forms. From source, a bundle that differs from the usual one is made here. */
async function workflows({ config, tracing, bundlePath }: WorkerParts): Promise<Partial<WorkerOptions>> {
  const form: BundleForm = { isTraced: tracing !== undefined, isEncrypted: encryptsPayloads(config) };
  const isUsual = !form.isTraced && !form.isEncrypted;
  const codePath = bundlePath ?? (isUsual ? config.workflowBundle : undefined) ?? builtBundle(form);
  if (codePath !== undefined) return { workflowBundle: { codePath } };
  if (isUsual) return { workflowsPath: WORKFLOWS_PATH };
  const logger = new DefaultLogger("WARN");
  return { workflowBundle: await bundleWorkflowCode({ workflowsPath: WORKFLOWS_PATH, ...bundleParts(form), logger }) };
}

function encryptsPayloads({ temporal: { encryption } }: Config): boolean {
  return encryption.encrypts && encryption.keys.length > 0;
}

function shared({ config, connection, namespace, tracing }: WorkerParts) {
  const pollers: WorkerOptions["activityTaskPollerBehavior"] = {
    type: "autoscaling",
    maximum: config.worker.pollersMax,
    initial: 2,
  };
  return {
    connection,
    namespace,
    workflowTaskPollerBehavior: pollers,
    activityTaskPollerBehavior: pollers,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    dataConverter: createDataConverter(config.temporal.encryption),
    ...(tracing !== undefined && {
      interceptors: { activity: [tracing.temporal.activity] },
      sinks: tracing.temporal.sinks,
    }),
    ...versioning(config),
  } satisfies Partial<WorkerOptions>;
}

type AnySlots = SlotSupplier<never>;

function tuner({ worker }: Config, activityTaskSlotSupplier: AnySlots): NonNullable<WorkerOptions["tuner"]> {
  return {
    workflowTaskSlotSupplier: { type: "fixed-size", numSlots: worker.workflowTasksAtOnce },
    activityTaskSlotSupplier,
    localActivityTaskSlotSupplier: { type: "fixed-size", numSlots: 1 },
    nexusTaskSlotSupplier: { type: "fixed-size", numSlots: 1 },
  };
}

/** One workspace may fill so much of what waits. Half is taken also while memory is short, so others have room. */
const WAITING_SHARE_OF_WORKSPACE = 1 / 8;
const WAITING_ALWAYS = 1 / 2;

/** Most of these wait for their workspace's turn, which takes a few kilobytes each. */
function bulkSlots({ worker }: Config): AnySlots {
  return {
    type: "resource-based",
    tunerOptions: { targetMemoryUsage: worker.memoryPercent / 100, targetCpuUsage: 1 },
    // The tuner gives no slot beyond these while the processor is busy, and one workspace can take all that there are.
    minimumSlots: worker.bulkAtOnce + Math.floor(worker.bulkWaiting * WAITING_ALWAYS),
    maximumSlots: worker.bulkAtOnce + worker.bulkWaiting,
    rampThrottle: "5 ms",
  };
}

function activitySettings(config: Config): ActivitySettings {
  const { taskQueue } = config.temporal;
  return {
    syncIntervalMs: config.syncIntervalMs,
    syncJitterMs: config.syncJitterMs,
    heartbeatTimeoutMs: config.activityHeartbeatMs,
    stallTimeoutMs: config.activityStallMs,
    passesAtOnce: config.passesAtOnce,
    runStartsPerMinute: config.runStartsPerMinute,
    bulkAtOnce: config.worker.bulkAtOnce,
    bulkPerWorkspace: config.worker.bulkPerWorkspace,
    bulkWaitingPerWorkspace: Math.max(1, Math.floor(config.worker.bulkWaiting * WAITING_SHARE_OF_WORKSPACE)),
    bulkTaskQueue: (provider) => bulkTaskQueueOf(taskQueue, provider),
  };
}

function group(workers: Worker[]): WorkerGroup {
  const shutdown = () => {
    for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
  };
  const run = async () => {
    const runs = workers.map((worker) => worker.run());
    try {
      await Promise.all(runs);
    } catch (error) {
      shutdown();
      await Promise.allSettled(runs);
      throw error;
    }
  };
  return { run, shutdown };
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
  const tracing = await loadTracing(config, "crosscurrent-worker", logger);
  const store = createPostgresStore(config);
  const connectors = createConnectors(config, store.ownership);
  const temporal = connectTemporal({ ...config.temporal, interceptor: tracing?.temporal.client });
  const connection = await NativeConnection.connect(connectionOptions);
  try {
    const { control } = temporal;
    const worker = await createWorker({ config, connection, namespace, store, connectors, control, tracing });
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
    await tracing?.stop();
  }
}
