// The request budget of a project: 60 exports an hour and 3 a second, never exceeded, whoever shares it.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { inAnotherWorkspace } from "../support/system/anotherWorkspace.ts";
import { expectImported, Ledger } from "../support/system/exact.ts";
import { connectMixpanel, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { ACCOUNT, DAY_MS, startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const HOUR_AND_MORE_MS = 3_700_000;
/** Each of these integrations has a year to read: together more requests than an hour allows. */
const INTEGRATIONS = 8;

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.startWorker();
}, WITHIN_MS);
afterAll(() => system.stop());

/** Waits until each import is done or waits for the next hour, before the clock is moved. */
async function everybodyWaits(all: { system: System; mixpanel: Mixpanel }[]): Promise<void> {
  for (const { mixpanel } of all) {
    const doing = async () => (await system.control.status(mixpanel.id))?.operations.import ?? "";
    await eventually(doing, (words) => words === "idle" || words.startsWith("waiting for the rate limit"), WITHIN_MS);
  }
}

/** Moves both clocks, and tells the workflows, whose own waits are in real time. */
async function anHourPasses(hours: number, all: { system: System; mixpanel: Mixpanel }[]): Promise<void> {
  await system.sql.query(`create or replace function crosscurrent_now() returns timestamptz language sql volatile as
    $$select clock_timestamp() + ${hours * HOUR_AND_MORE_MS} * interval '1 millisecond'$$`);
  await system.mixpanel.control.advanceClock(HOUR_AND_MORE_MS);
  for (const { system: owner, mixpanel } of all) {
    await system.control.configChanged({
      integrationId: mixpanel.id,
      workspaceId: owner.workspaceId,
      provider: "mixpanel",
    });
  }
}

describe("a year's backfill of many workspaces on one project", () => {
  it(
    "passes without a single 429, and waits where the hour is used up",
    async () => {
      const fromMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - 365 * DAY_MS;
      const importFrom = new Date(fromMs).toISOString().slice(0, 10);
      const first = await connectMixpanel(system, { integration: { importFrom } });
      const { control, projectId } = first;
      const all = [{ system, mixpanel: first }];
      for (let i = 1; i < INTEGRATIONS; i++) {
        const owner = await inAnotherWorkspace(system);
        const mixpanel = await connectMixpanel(owner, { integration: { importFrom, projectId } });
        all.push({ system: owner, mixpanel: { ...mixpanel, projectId } });
      }
      await control.putProject(projectId, { serviceAccounts: [{ ...ACCOUNT, role: "admin" }] });
      const ledger = new Ledger(system);
      await ledger.load(first, 500, 12);
      for (const { mixpanel } of all) {
        for (const event of ["purchase", "refund"]) await mixpanel.addEvent(event);
        await mixpanel.enable({ import: true });
      }
      const requests = async () => (await control.requests(projectId)).byKind["export"];
      const done = async () => {
        const events = await Promise.all(all.map(({ mixpanel }) => mixpanel.event("purchase")));
        return {
          open: events.filter(({ completeThrough }) => completeThrough === null).length,
          total: (await requests())?.total ?? 0,
        };
      };
      // Fifty of the sixty are for backfills; then everybody waits durably.
      const used = await eventually(done, ({ total, open }) => total >= 50 || open === 0, WITHIN_MS);
      expect(used).toMatchObject({ total: 50 });
      expect(used.open).toBeGreaterThan(0);
      await everybodyWaits(all);
      await anHourPasses(1, all);
      expect(await eventually(done, ({ open }) => open === 0, WITHIN_MS)).toMatchObject({ open: 0 });
      expect(Object.keys((await requests())?.byStatus ?? {})).toEqual(["200"]);
      for (const { mixpanel } of all) await expectImported(mixpanel, ledger.rows);
    },
    2 * WITHIN_MS,
  );
});
