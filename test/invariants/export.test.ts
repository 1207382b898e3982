// Invariants 1 to 4 on the whole system: what was accepted is at the destination, once per bucket, with the right time.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { connectMixpanel, expose, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { DAY_MS, HOUR_MS, startSystem, type System } from "../support/system/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.startWorker();
});
afterAll(() => system.stop());

/** A project with the export on and its first run done. */
async function exporting(): Promise<Mixpanel> {
  const mixpanel = await connectMixpanel(system);
  await mixpanel.enable({ export: true });
  return mixpanel;
}

/** The start of an hour that is over for long. */
const hourMs = Math.floor((Date.now() - 3 * DAY_MS) / HOUR_MS) * HOUR_MS;

describe("invariant 1: an accepted exposure is represented at the destination after its bucket is sealed and a run ran", () => {
  it("delivers every accepted exposure or lists it as rejected", async () => {
    const mixpanel = await exporting();
    const users = Array.from({ length: 300 }, (_, i) => `inv1-user-${i}`);
    await expose(
      system,
      [...users, "anonymous", "n/a"].map((user, i) => ({ user, timestamp: hourMs + i * 1000 })),
    );
    expect(await mixpanel.sync()).toBe("succeeded");
    const events = await mixpanel.exportedEvents();
    expect(
      events
        .map(({ distinctId }) => distinctId)
        .filter((user) => user.startsWith("inv1-"))
        .toSorted(),
    ).toEqual(users.toSorted());
    // Ids that Mixpanel refuses are listed, never replaced.
    const rejected = await mixpanel.rejected();
    expect(rejected.map(({ record }) => (record as { userId: string }).userId).toSorted()).toEqual([
      "anonymous",
      "n/a",
    ]);
    const { export: direction } = await mixpanel.get();
    expect(direction).toMatchObject({ rejected: 2, pending: 0, late: 0 });
    expect(Date.parse(direction.completeThrough!)).toBeGreaterThan(hourMs + HOUR_MS);
  });
});

describe("invariant 2: the destination holds exactly one event per bucket, as its own queries see it", () => {
  it("keeps one even where everything is sent again, because the bytes are the same", async () => {
    const mixpanel = await exporting();
    await mixpanel.sync();
    const before = await mixpanel.exported();
    // As after a restore of the database from the day of its creation.
    await system.sql.query("update integrations set export_cursor_seq = 0, export_sent = 0 where id = $1", [
      mixpanel.id,
    ]);
    expect(await mixpanel.sync()).toBe("succeeded");
    const after = await mixpanel.exported();
    expect(after.stored).toBe(2 * before.stored);
    expect(after.deduped).toBe(before.deduped);
  });
});

describe("invariant 3: the time is the latest exposure when sealed; what Mixpanel got never changes", () => {
  it("sends the latest time of the hour, and keeps, counts and corrects for late arrivals", async () => {
    const mixpanel = await exporting();
    const times = [5, 50, 20].map((minute) => hourMs + minute * 60_000);
    await expose(
      system,
      times.map((timestamp) => ({ user: "inv3-user", timestamp })),
    );
    await mixpanel.sync();
    const mine = async () => (await mixpanel.exportedEvents()).filter(({ distinctId }) => distinctId === "inv3-user");
    const first = await mine();
    expect(first).toMatchObject([{ timeMs: hourMs + 50 * 60_000 }]);

    const { late } = (await mixpanel.get()).export;
    await expose(system, [
      { user: "inv3-user", timestamp: hourMs + 59 * 60_000 },
      { user: "inv3-user", timestamp: hourMs + 60_000 },
      { user: "inv3-new-in-that-hour", timestamp: hourMs },
    ]);
    await mixpanel.sync();
    expect(await mine()).toEqual(first);
    const events = await mixpanel.exportedEvents();
    expect(events.filter(({ distinctId }) => distinctId === "inv3-new-in-that-hour")).toHaveLength(1);
    expect((await mixpanel.get()).export.late).toBe(late + 1);
    const { rows } = await system.sql.query(
      "select first_exposed_at_ms as first, time_ms as latest from exposure_buckets where user_id = 'inv3-user'",
    );
    expect(rows).toEqual([{ first: String(hourMs + 60_000), latest: String(hourMs + 59 * 60_000) }]);
  });

  it("exports no bucket whose hour is not over", async () => {
    const mixpanel = await exporting();
    await expose(system, [{ user: "inv3-now", timestamp: Date.now() }]);
    await mixpanel.sync();
    expect((await mixpanel.exportedEvents()).some(({ distinctId }) => distinctId === "inv3-now")).toBe(false);
  });
});

describe("invariant 4: sealing misses no row that commits late", () => {
  it("waits for an open ingest and exports what it commits, though a later id was committed before", async () => {
    const mixpanel = await exporting();
    await mixpanel.sync();
    const slow = await system.sql.connect();
    await slow.query("begin");
    await slow.query("select pg_advisory_xact_lock_shared(crosscurrent_ingest_lock($1))", [system.workspaceId]);
    await slow.query(
      `insert into exposures (workspace_id, received_at_ms, exposed_at_ms, alias_id, route_id, variant_id, user_id)
       values ($1, crosscurrent_now_ms(), $2, 'router', 'route', 'variant', 'inv4-slow')`,
      [system.workspaceId, hourMs],
    );
    await expose(system, [{ user: "inv4-fast", timestamp: hourMs }]);
    const synced = mixpanel.sync();
    const waiting = () => system.sql.query("select 1 from pg_locks where locktype = 'advisory' and not granted");
    await eventually(waiting, ({ rowCount }) => rowCount === 1);
    await slow.query("commit");
    slow.release();
    expect(await synced).toBe("succeeded");
    const users = (await mixpanel.exportedEvents()).map(({ distinctId }) => distinctId);
    expect(users).toEqual(expect.arrayContaining(["inv4-slow", "inv4-fast"]));
  });
});
