// Settings of activities for tests that call them without a worker.
import type { ActivitySettings } from "../../src/activities/dependencies.ts";

export const ACTIVITY_SETTINGS: ActivitySettings = {
  syncIntervalMs: 1_000,
  syncJitterMs: 0,
  heartbeatTimeoutMs: 1_000,
  stallTimeoutMs: 60_000,
  passesAtOnce: 4,
  runStartsPerMinute: 0,
  bulkAtOnce: 20,
  bulkPerWorkspace: 10,
  bulkWaitingPerWorkspace: 62,
  bulkTaskQueue: (provider) => `queue-${provider}`,
};
