// Tests: real servers, started once for the whole run by the global set-up.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/globalSetup.ts"],
    pool: "forks",
    // The servers under test need processors as well.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    // One line per test file as it ends, so that a long run shows progress; slow tests are named.
    reporters: ["default"],
    slowTestThreshold: 5_000,
  },
});
