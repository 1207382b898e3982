// How a run starts with the real store: its turn, and the requests that it serves.
import { afterAll, beforeAll, expect, test } from "vitest";
import { finishRun } from "../../src/activities/finishRun.ts";
import { startRun } from "../../src/activities/startRun.ts";
import { ACTIVITY_SETTINGS } from "../support/activities.ts";
import { newIntegration } from "../support/store/contract/harness.ts";
import { makePostgresHarness, type PostgresHarness } from "../support/store/storeDatabase.ts";

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await makePostgresHarness();
});
afterAll(() => harness.close());

const NO_ERRORS = { paused: null, exportError: null, importError: null, eventErrors: {} };

async function arrange(runStartsPerMinute: number) {
  const { store } = harness;
  const { id: integrationId } = await newIntegration(store);
  const dependencies = { store, connectors: {}, settings: { ...ACTIVITY_SETTINGS, runStartsPerMinute } };
  const input = { integrationId, exportCursorSeq: null, exportAttemptedSeq: null, startedAtMs: 1, hasTurn: false };
  const start = (runId: string, requestIds: string[] = []) =>
    startRun(dependencies)({ ...input, runId, requestIds, status: NO_ERRORS });
  const finish = (runId: string, requestIds: string[]) =>
    finishRun({ store })({
      integrationId,
      runId,
      requestIds,
      startedAtMs: 1,
      directions: [],
      finished: { atMs: 2, outcome: "succeeded" },
      status: { ...NO_ERRORS, nextRunAtMs: null },
    });
  return { start, finish, store, integrationId };
}

test("a request that an earlier run served is not served again", async () => {
  const { start, finish } = await arrange(0);
  expect(await start("first", ["r1"])).toMatchObject({ kind: "started", requestIds: ["r1"] });
  await finish("first", ["r1"]);
  expect(await start("second", ["r1", "r2"])).toMatchObject({ kind: "started", requestIds: ["r2"] });
});

test("a start that is tried again takes no second turn", async () => {
  const { start } = await arrange(1);
  let runs = 0;
  while ((await start(`run-${runs}`)).kind === "started") runs++;
  expect(runs).toBeGreaterThan(0);
  expect(await start("run-0")).toMatchObject({ kind: "started" });
  expect(await start("another")).toMatchObject({ kind: "wait" });
});
