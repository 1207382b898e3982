// Tests: real servers, started once for the whole run by the global set-up.
import { defineConfig } from "vitest/config";

const shared = {
  pool: "forks",
  testTimeout: 60_000,
  hookTimeout: 60_000,
  teardownTimeout: 30_000,
  slowTestThreshold: 5_000,
} as const;

const NEIGHBOURS = "test/neighbours/**/*.test.ts";

export default defineConfig({
  test: {
    globalSetup: ["test/support/globalSetup.ts"],
    // One line per test file as it ends, so that a long run shows progress; slow tests are named.
    reporters: ["default"],
    projects: [
      {
        test: {
          ...shared,
          name: "side by side",
          include: ["test/**/*.test.ts"],
          exclude: [NEIGHBOURS],
          // The servers under test need processors as well.
          maxWorkers: 2,
        },
      },
      {
        test: {
          ...shared,
          name: "one by one",
          // They compare how long calls take, so nothing else may run meanwhile.
          include: [NEIGHBOURS],
          testTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
