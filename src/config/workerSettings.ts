// The settings of what a worker does at once.
import { wholeNumber } from "./parsers.ts";
import { readBy } from "./settings.ts";

export const workerSettings = readBy(["worker"], {
  bulkAtOnce: {
    name: "WORKER_BULK_SLOTS",
    parser: wholeNumber(1, 1_000),
    default: "20",
    description: "Steps of runs that a worker works on at once, of each provider.",
  },
  bulkPerWorkspace: {
    name: "WORKER_BULK_SLOTS_PER_WORKSPACE",
    parser: wholeNumber(1, 1_000),
    default: "10",
    description: "How many of these one workspace may have. Keep it below `WORKER_BULK_SLOTS`.",
  },
  bulkWaiting: {
    name: "WORKER_BULK_WAITING",
    parser: wholeNumber(0, 10_000),
    default: "500",
    description: "Steps of each provider that a worker takes besides, to serve workspaces in turn. They wait idle.",
  },
  memoryPercent: {
    name: "WORKER_MEMORY_PERCENT",
    parser: wholeNumber(10, 100),
    default: "80",
    description: "While more of the machine's memory is in use, a worker takes only half of `WORKER_BULK_WAITING`.",
  },
  bookkeepingAtOnce: {
    name: "WORKER_BOOKKEEPING_SLOTS",
    parser: wholeNumber(1, 1_000),
    default: "20",
    description: "Steps of bookkeeping at once: the start and the end of runs, configuration, status.",
  },
  workflowTasksAtOnce: {
    name: "WORKER_WORKFLOW_SLOTS",
    parser: wholeNumber(2, 1_000),
    default: "40",
    description: "Workflow tasks at once.",
  },
  cachedWorkflows: {
    name: "WORKER_CACHED_WORKFLOWS",
    parser: wholeNumber(0, 100_000),
    default: "300",
    description: "Workflows kept in memory, 0.8 MB each. One that is not kept is replayed when it wakes.",
  },
  pollersMax: {
    name: "WORKER_POLLERS_MAX",
    parser: wholeNumber(2, 200),
    default: "20",
    description: "Connections that ask each task queue for work. Their number follows the load.",
  },
});
