// Each setting of the worker reaches Temporal's library, in every worker of the process.
import type { NativeConnection } from "@temporalio/worker";
import { expect, test } from "vitest";
import type { IntegrationControl } from "../src/client/index.ts";
import { loadConfig } from "../src/config/config.ts";
import type { Store } from "../src/store/store.ts";
import { workerOptions, type WorkerParts } from "../src/worker.ts";

const KEY = Buffer.alloc(32, 1).toString("base64");

async function optionsFor(settings: Record<string, string>) {
  const config = loadConfig({ DATABASE_URL: "postgresql://u@db/x", CROSSCURRENT_SECRET_KEY: KEY, ...settings });
  const parts: WorkerParts = {
    config,
    connection: {} as NativeConnection,
    namespace: "default",
    store: {} as Store,
    // Only their names are read before a task comes.
    connectors: { one: {}, two: {} } as never,
    control: {} as IntegrationControl,
    bundlePath: "bundle.js",
  };
  const [control, ...bulk] = await workerOptions(parts);
  return { control: control!, bulk };
}

test("slots, cache and pollers are those of the settings", async () => {
  const { control, bulk } = await optionsFor({
    TEMPORAL_TASK_QUEUE: "queue",
    WORKER_BULK_SLOTS: "31",
    WORKER_BULK_WAITING: "300",
    WORKER_MEMORY_PERCENT: "70",
    WORKER_BOOKKEEPING_SLOTS: "33",
    WORKER_WORKFLOW_SLOTS: "34",
    WORKER_CACHED_WORKFLOWS: "35",
    WORKER_POLLERS_MAX: "36",
  });
  const pollers = { type: "autoscaling", maximum: 36, initial: 2 };
  const workflowTaskSlotSupplier = { type: "fixed-size", numSlots: 34 };
  expect(control).toMatchObject({
    taskQueue: "queue",
    maxCachedWorkflows: 35,
    workflowTaskPollerBehavior: pollers,
    activityTaskPollerBehavior: pollers,
    // The maintenance has four more.
    tuner: { workflowTaskSlotSupplier, activityTaskSlotSupplier: { type: "fixed-size", numSlots: 37 } },
  });
  expect(bulk.map(({ taskQueue }) => taskQueue)).toEqual(["queue-one", "queue-two"]);
  for (const options of bulk) {
    expect(options).toMatchObject({
      activityTaskPollerBehavior: pollers,
      tuner: {
        activityTaskSlotSupplier: {
          type: "resource-based",
          tunerOptions: { targetMemoryUsage: 0.7, targetCpuUsage: 1 },
          // Half of what may wait always may, however much memory is in use.
          minimumSlots: 181,
          maximumSlots: 331,
        },
      },
    });
    expect(options.workflowBundle ?? options.workflowsPath).toBeUndefined();
  }
});

test("versions, and nothing that was not asked for", async () => {
  const plain = await optionsFor({});
  for (const options of [plain.control, ...plain.bulk]) {
    expect([options.workerDeploymentOptions, options.dataConverter, options.interceptors, options.sinks]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  }
  const { control, bulk } = await optionsFor({ TEMPORAL_DEPLOYMENT_NAME: "d", TEMPORAL_WORKER_BUILD_ID: "b" });
  for (const { workerDeploymentOptions } of [control, ...bulk]) {
    expect(workerDeploymentOptions).toMatchObject({ version: { deploymentName: "d", buildId: "b" } });
  }
});
