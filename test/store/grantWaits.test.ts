// A failed test for lack of a grant is not believed for some minutes, and is in the end.
import { afterAll, beforeAll, expect, test } from "vitest";
import { makePostgresHarness, type PostgresHarness } from "../support/store/storeDatabase.ts";

const MINUTE_MS = 60_000;
let harness: PostgresHarness;
let workspaceId: string;
let nextProject = 1;
beforeAll(async () => {
  harness = await makePostgresHarness();
  await harness.freeze();
  workspaceId = (await harness.store.workspaces.create("one")).workspaceId;
});
afterAll(() => harness.close());

const connection = () => ({ workspaceId, provider: "bigquery", settings: { projectId: `p-${nextProject++}`, a: "b" } });
const leftMs = async (untilMs: number | null) => (untilMs === null ? null : untilMs - (await harness.store.nowMs()));

test("tests that follow each other share one wait, which ends", async () => {
  const tested = connection();
  const waits = harness.store.grantWaits;
  expect(await leftMs(await waits.failed(tested))).toBe(7 * MINUTE_MS);
  for (let minute = 1; minute < 7; minute++) {
    await harness.advance(MINUTE_MS);
    expect(await leftMs(await waits.failed(tested))).toBe((7 - minute) * MINUTE_MS);
  }
  for (let minute = 7; minute < 10; minute++) {
    await harness.advance(MINUTE_MS);
    expect(await waits.failed(tested)).toBeNull();
  }
});

test("a pause, a success, another connection or another workspace begin anew", async () => {
  const tested = connection();
  const waits = harness.store.grantWaits;
  await waits.failed(tested);
  await harness.advance(MINUTE_MS);
  expect(
    await leftMs(await waits.failed({ ...tested, settings: { a: "b", projectId: tested.settings.projectId } })),
  ).toBe(6 * MINUTE_MS);
  expect(await leftMs(await waits.failed(connection()))).toBe(7 * MINUTE_MS);
  const other = (await harness.store.workspaces.create("two")).workspaceId;
  expect(await leftMs(await waits.failed({ ...tested, workspaceId: other }))).toBe(7 * MINUTE_MS);
  await waits.end(tested);
  expect(await leftMs(await waits.failed(tested))).toBe(7 * MINUTE_MS);
  await harness.advance(2 * MINUTE_MS);
  expect(await leftMs(await waits.failed(tested))).toBe(7 * MINUTE_MS);
});

test("old waits are purged", async () => {
  await harness.store.grantWaits.failed(connection());
  await harness.advance(25 * 60 * MINUTE_MS);
  await harness.store.cleanup.purge();
  const { rows } = await harness.admin.query("select from grant_waits");
  expect(rows).toEqual([]);
});
