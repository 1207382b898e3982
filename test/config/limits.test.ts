// The limits of workspaces and workers that hold without any setting.
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/config.ts";

test("limits are on by default", () => {
  const { admission, worker } = loadConfig({
    DATABASE_URL: "postgresql://u@db/x",
    CROSSCURRENT_SECRET_KEY: Buffer.alloc(32, 1).toString("base64"),
  });
  expect({ admission, worker }).toEqual({
    worker: {
      bulkAtOnce: 20,
      bulkPerWorkspace: 10,
      bulkWaiting: 500,
      memoryPercent: 80,
      bookkeepingAtOnce: 20,
      workflowTasksAtOnce: 40,
      cachedWorkflows: 300,
      pollersMax: 20,
    },
    admission: {
      workspaceCallsPerMinute: 60_000,
      workspaceApiCallsPerMinute: 3_000,
      workspaceApiBytesPerSecond: 1024 ** 2,
      workspaceExposuresPerSecond: 20_000,
      workspaceExposureBytesPerSecond: 8 * 1024 ** 2,
      workspaceChatBytesPerSecond: 16 * 1024 ** 2,
      bodyBytes: 256 * 1024 ** 2,
      workspaceBodyBytes: 64 * 1024 ** 2,
      gatewayCallsAtOnce: 4_000,
      workspaceGatewayCallsAtOnce: 1_000,
      apiCallsAtOnce: 11,
      workspaceApiCallsAtOnce: 5,
      ingestsAtOnce: 8,
      workspaceIngestsAtOnce: 4,
      reportsAtOnce: 4,
      workspaceReportsAtOnce: 2,
      providerCallsAtOnce: 16,
      workspaceProviderCallsAtOnce: 2,
    },
  });
});
