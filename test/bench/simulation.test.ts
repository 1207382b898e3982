// The simulation of many integrations: what the scheduler and the reconciler of src do with them.
import { beforeAll, expect, it } from "vitest";
import { idsOf, simulate, type Simulated } from "../../bench/simulation/simulate.ts";

const INTEGRATIONS = 8_000;
const HOUR_MS = 3_600_000;
const SPREAD = { intervalMs: 8 * HOUR_MS, jitterMs: 900_000 };

let simulated: Simulated;
beforeAll(async () => {
  simulated = await simulate(idsOf(INTEGRATIONS), SPREAD, { workers: 2, cachedWorkflows: 500 });
});

it("has three runs a day of each integration, which no worker remembers", () => {
  expect(simulated.day).toHaveLength(3 * INTEGRATIONS);
  expect(simulated.cold).toBe(3 * INTEGRATIONS);
});

it("remembers all where the caches hold all", async () => {
  const { cold } = await simulate(idsOf(INTEGRATIONS), SPREAD, { workers: 2, cachedWorkflows: INTEGRATIONS / 2 });
  expect(cold).toBe(0);
});

it("has an eighth of them due in an hour's outage, each once, and each starts once", () => {
  const { recovery, recovering } = simulated;
  expect(Math.abs(recovery.wokenAtOnce - INTEGRATIONS / 8)).toBeLessThan(5 * Math.sqrt(INTEGRATIONS / 8));
  expect(recovery.late).toBeLessThan(recovery.wokenAtOnce);
  const ids = new Set(recovering.map(({ integrationId }) => integrationId));
  expect(ids.size).toBe(recovering.length);
  expect(recovering.length).toBeGreaterThan(recovery.wokenAtOnce);
  // The rest of the day and of the outage's own: no run is lost, none comes twice.
  expect(Math.abs(recovery.starts.length - recovery.late - 3 * INTEGRATIONS)).toBeLessThan(INTEGRATIONS / 8);
});

it("costs the reconciler a few statements where nothing is behind, and one list of all in an hour", () => {
  const { regular, hourly, afterOutage } = simulated.passes;
  expect(regular).toMatchObject({ signals: 0, listPages: 0, rows: 3 });
  expect(regular.statements).toBeLessThanOrEqual(5);
  expect(hourly.listPages).toBe(INTEGRATIONS / 1_000);
  expect(afterOutage.signals).toBeGreaterThan(0);
  expect(afterOutage.signals).toBeLessThanOrEqual(1_000);
});
