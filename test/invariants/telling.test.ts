// Invariant 15 with Mixpanel: what is shown as success happened, and what found nothing says so.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { connectMixpanel, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { HOUR_MS, startSystem, type System } from "../support/system/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.startWorker();
});
afterAll(() => system.stop());

type Told = { warnings: { code: string; message: string }[]; lastRun: { outcome: string } | null; overdue: boolean };
const told = ({ id }: Mixpanel) => system.call<Told>("GET", `/v1/integrations/${id}`);
const codes = (one: Told | undefined) => one?.warnings.map(({ code }) => code) ?? [];
async function eventsOf({ id }: Mixpanel) {
  const { events } = await system.call<{ events: (Told & { eventId: string; imported: number })[] }>(
    "GET",
    `/v1/integrations/${id}/events`,
  );
  return Object.fromEntries(events.map((event) => [event.eventId, event]));
}

function load({ control, projectId }: Mixpanel, names: string[]): Promise<void> {
  const timeMs = Date.now() - 5 * HOUR_MS;
  return control.loadRows(
    projectId,
    names.map((event, i) => ({
      event,
      timeMs,
      processingMs: timeMs + 1,
      propertiesText: `{"distinct_id":"u","$insert_id":"i${i}"}`,
    })),
  );
}

describe("invariant 15: a run that found nothing although there was something says so", () => {
  it("an event in the wrong case: known when it is added, and while nothing of it is imported", async () => {
    const mixpanel = await connectMixpanel(system);
    await load(mixpanel, ["purchase", "refund"]);
    await mixpanel.addEvent("Purchase");
    const { Purchase: added } = await eventsOf(mixpanel);
    expect(codes(added)).toEqual(["event_not_seen"]);
    expect(added?.warnings[0]?.message).toContain("The nearest names there are “purchase”, “refund”.");
    await mixpanel.addEvent("purchase");
    await mixpanel.enable({ import: true });
    expect(await mixpanel.sync()).toBe("succeeded");
    const events = await eventsOf(mixpanel);
    expect(codes(events["Purchase"])).toEqual(["event_not_seen"]);
    expect([events["purchase"]?.imported, codes(events["purchase"])]).toEqual([1, []]);
    expect(codes(await told(mixpanel))).toEqual(["never_tested", "event_not_seen"]);
    // Both events, and the run, were checked with one query.
    expect((await mixpanel.control.requests(mixpanel.projectId)).byKind["query"]?.total).toBe(1);
  });

  it("an event that could not be checked when it was added is checked when a pass has found nothing", async () => {
    const mixpanel = await connectMixpanel(system);
    await load(mixpanel, ["purchase"]);
    const { control, projectId } = mixpanel;
    const fault = await control.addFault(projectId, { kind: "unavailable", target: "query" });
    await mixpanel.addEvent("purchases");
    expect(codes((await eventsOf(mixpanel))["purchases"])).toEqual([]);
    await mixpanel.enable({ import: true });
    // A run does not fail because of the check.
    expect(await mixpanel.sync()).toBe("succeeded");
    expect(codes((await eventsOf(mixpanel))["purchases"])).toEqual(["nothing_imported"]);
    await control.clearFaults(projectId, fault);
    await system.sql.query("update project_event_names set asked_at_ms = 0");
    expect(await mixpanel.sync()).toBe("succeeded");
    expect(codes((await eventsOf(mixpanel))["purchases"])).toEqual(["event_not_seen"]);
  });

  it("nothing enabled, or an import without events, is no success", async () => {
    const mixpanel = await connectMixpanel(system);
    expect(await mixpanel.sync()).toBe("nothing_to_do");
    await mixpanel.enable({ import: true });
    expect(await mixpanel.sync()).toBe("nothing_to_do");
    const now = await told(mixpanel);
    expect([now.lastRun?.outcome, codes(now)]).toEqual(["nothing_to_do", ["never_tested", "no_events"]]);
    await mixpanel.enable({ export: true });
    expect(await mixpanel.sync()).toBe("succeeded");
  });

  it("an integration that no worker works on is overdue", async () => {
    const mixpanel = await connectMixpanel(system);
    await mixpanel.enable({ export: true });
    await eventually(
      () => told(mixpanel),
      ({ lastRun, overdue }) => lastRun?.outcome === "succeeded" && !overdue,
    );
    await system.stopWorker();
    try {
      await system.sql.query(`create or replace function crosscurrent_now() returns timestamptz language sql volatile as
        $$select clock_timestamp() + interval '10 hours'$$`);
      expect(await told(mixpanel)).toMatchObject({ overdue: true, warnings: expect.arrayContaining([]) as object });
      expect(codes(await told(mixpanel))).toContain("overdue");
    } finally {
      await system.sql.query(`create or replace function crosscurrent_now() returns timestamptz language sql volatile as
        'select clock_timestamp()'`);
      await system.startWorker();
    }
  });

  it("another project before the first row: the sync starts over there", async () => {
    const mixpanel = await connectMixpanel(system);
    const other = await connectMixpanel(system);
    await load(other, ["purchase"]);
    await system.call("DELETE", `/v1/integrations/${other.id}`);
    await mixpanel.addEvent("purchase");
    await mixpanel.enable({ import: true });
    expect(await mixpanel.sync()).toBe("succeeded");
    expect((await mixpanel.event("purchase")).completeThrough).not.toBeNull();
    await system.call("PATCH", `/v1/integrations/${mixpanel.id}`, { projectId: other.projectId });
    expect(await mixpanel.sync()).toBe("succeeded");
    expect((await mixpanel.event("purchase")).imported).toBe(1);
    const moved = system.call("PATCH", `/v1/integrations/${mixpanel.id}`, { projectId: mixpanel.projectId });
    await expect(moved).rejects.toThrow(/409.*cannot be changed any more/);
  });
});
