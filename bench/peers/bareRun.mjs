// A worker whose activities do nothing, with the settings of the worker that is measured. Prints a line for each run.
import { fileURLToPath } from "node:url";
import { NativeConnection, Worker } from "@temporalio/worker";

const [, , address, taskQueue, given] = process.argv;
const settings = JSON.parse(given);
const pollers = { type: "autoscaling", maximum: settings.pollersMax, initial: 2 };
const slots = (numSlots) => ({ type: "fixed-size", numSlots });
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue,
  workflowsPath: fileURLToPath(new URL("bareRunWorkflow.mjs", import.meta.url)),
  activities: {
    start: async () => {},
    seal: async () => {},
    plan: async () => {},
    finish: async () => void process.stdout.write("finished\n"),
  },
  workflowTaskPollerBehavior: pollers,
  activityTaskPollerBehavior: pollers,
  tuner: {
    workflowTaskSlotSupplier: slots(settings.workflowTasksAtOnce),
    activityTaskSlotSupplier: slots(settings.bookkeepingAtOnce + settings.bulkAtOnce),
    localActivityTaskSlotSupplier: slots(1),
    nexusTaskSlotSupplier: slots(1),
  },
  maxCachedWorkflows: settings.cachedWorkflows,
});
await worker.run();
await connection.close();
