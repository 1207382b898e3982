// The reconciler with the real store and Temporal: it repairs what a crash between a committed row and its signal left.
import type { Integration } from "../../src/domain/integration.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { reconcile } from "../../src/activities/reconcile.ts";
import { eventually } from "../support/eventually.ts";
import { IMPORT_FROM } from "../support/system/exact.ts";
import { connectMixpanel, expose, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { HOUR_MS, startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 60_000;
/** Longer than a change may wait for its own signal. */
const GRACE_MS = 6_000;
const NOTHING = { started: 0, signalled: 0, ended: 0, upgraded: 0, failed: 0 };

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.startWorker();
});
afterAll(() => system.stop());

const repair = () =>
  reconcile(system, system.control)(undefined, { heartbeat: () => {}, signal: AbortSignal.timeout(WITHIN_MS) });

let clockOffsetMs = 0;
/** Lets the store's clock alone go on: nobody waits. */
async function later(): Promise<void> {
  clockOffsetMs += GRACE_MS;
  await system.sql.query(`create or replace function crosscurrent_now() returns timestamptz language sql volatile as
    $$select clock_timestamp() + ${clockOffsetMs} * interval '1 millisecond'$$`);
}

async function running(): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of system.control.running()) ids.push(id);
  return ids.toSorted();
}

/** Temporal's list of workflows is a little behind. */
const listed = (id: string, is: boolean) => eventually(running, (ids) => ids.includes(id) === is);

async function connected(): Promise<Mixpanel> {
  const mixpanel = await connectMixpanel(system, { integration: { importFrom: IMPORT_FROM } });
  await eventually(seenVersion(mixpanel.id), ({ seen, version }) => seen === version);
  await listed(mixpanel.id, true);
  return mixpanel;
}

const seenVersion = (id: string) => async () => {
  const { rows } = await system.sql.query<{ seen: string; version: string }>(
    "select seen_version as seen, version from integrations where id = $1",
    [id],
  );
  return rows[0]!;
};

/** Commits a change as the server does, and dies before the signal. */
const committed = (id: string, patch: { exportEnabled?: boolean }): Promise<Integration | null> =>
  system.store.integrations.update(system.workspaceId, id, patch);

describe("the reconciler", () => {
  let mixpanel: Mixpanel;
  beforeEach(async () => {
    mixpanel = await connected();
    await later();
  }, WITHIN_MS);

  it(
    "leaves alone what is in order, however often it runs",
    async () => {
      const before = await running();
      expect(await repair()).toEqual(NOTHING);
      expect(await repair()).toEqual(NOTHING);
      expect(await running()).toEqual(before);
    },
    WITHIN_MS,
  );

  it(
    "signals a workflow whose row was committed without its signal, and the change works",
    async () => {
      await expose(system, [{ user: "without-a-signal", timestamp: Date.now() - 24 * HOUR_MS }]);
      await committed(mixpanel.id, { exportEnabled: true });
      // A change may still be on its way to its own signal.
      expect(await repair()).toEqual(NOTHING);
      await later();
      expect(await repair()).toEqual({ ...NOTHING, signalled: 1 });
      const delivered = await eventually(mixpanel.exported, ({ deduped }) => deduped > 0, WITHIN_MS);
      expect(delivered).toMatchObject({ stored: 1, deduped: 1 });
      await eventually(
        mixpanel.get,
        ({ status, lastRun }) => status === "idle" && lastRun?.outcome === "succeeded",
        WITHIN_MS,
      );
      expect(await repair()).toEqual(NOTHING);
    },
    WITHIN_MS,
  );

  it(
    "brings a pause and a resume through that were committed without their signals",
    async () => {
      const paused = async () => (await system.control.status(mixpanel.id))?.status === "paused";
      const pendingActivities = async () =>
        (await system.workflow(mixpanel.id).describe()).raw.pendingActivities?.length ?? 0;
      await system.store.integrations.setPaused(system.workspaceId, mixpanel.id, true);
      await later();
      expect(await repair()).toMatchObject({ signalled: 1 });
      await eventually(paused, (is) => is, WITHIN_MS);
      await eventually(seenVersion(mixpanel.id), ({ seen, version }) => seen === version);
      // A workflow that still loads its configuration would see the next change by itself.
      await eventually(pendingActivities, (count) => count === 0);
      await system.store.integrations.setPaused(system.workspaceId, mixpanel.id, false);
      await later();
      expect(await repair()).toMatchObject({ signalled: 1 });
      await eventually(paused, (is) => !is, WITHIN_MS);
      expect((await mixpanel.get()).status).toBe("idle");
    },
    WITHIN_MS,
  );

  it(
    "starts a workflow that is missing",
    async () => {
      await system.workflow(mixpanel.id).terminate("lost");
      await listed(mixpanel.id, false);
      expect(await repair()).toEqual({ ...NOTHING, started: 1 });
      await listed(mixpanel.id, true);
      expect((await system.control.status(mixpanel.id))?.status).toBe("idle");
      expect(await repair()).toEqual(NOTHING);
    },
    WITHIN_MS,
  );

  it(
    "starts the workflow of an integration that was created without any signal, and keeps it paused if it is",
    async () => {
      const row = await system.store.integrations.create(system.workspaceId, {
        provider: "mixpanel",
        settings: { projectId: "271828", serviceAccountUsername: "u", region: "us", projectTime: "utc" },
        secret: "s",
        importFrom: null,
        project: { key: "271828", name: "Mixpanel project 271828" },
        deliversUpdates: false,
      });
      await system.store.integrations.setPaused(system.workspaceId, row.id, true);
      expect(await repair()).toEqual({ ...NOTHING, started: 1 });
      const status = () => system.control.status(row.id);
      expect((await eventually(status, (now) => now?.status === "paused", WITHIN_MS))?.runId).toBeNull();
    },
    WITHIN_MS,
  );

  it(
    "ends the workflow of an integration that was deleted without its signal, and purges its rows",
    async () => {
      await system.store.integrations.remove(system.workspaceId, mixpanel.id);
      expect(await repair()).toMatchObject({ started: 0, signalled: 0, ended: 1 });
      await listed(mixpanel.id, false);
      const { status } = await system.workflow(mixpanel.id).describe();
      expect(["COMPLETED", "CANCELLED"]).toContain(status.name);
      await system.store.cleanup.purge();
      const left = await system.sql.query("select from integrations where id = $1", [mixpanel.id]);
      expect(left.rowCount).toBe(0);
    },
    WITHIN_MS,
  );

  it(
    "signals a sync request that never was, which one run then serves once",
    async () => {
      await mixpanel.enable({ export: true });
      await eventually(
        mixpanel.get,
        ({ status, lastRun }) => status === "idle" && lastRun?.finishedAt != null,
        WITHIN_MS,
      );
      const { rows: before } = await system.sql.query("select from runs where integration_id = $1", [mixpanel.id]);
      const request = await system.store.runs.request(system.workspaceId, mixpanel.id);
      if (request === null || request === "paused") throw new Error("the request was not taken");
      await later();
      expect(await repair()).toEqual(NOTHING);
      const ask = () =>
        system.call<{ status: string }>("GET", `/v1/integrations/${mixpanel.id}/sync/${request.requestId}`);
      await eventually(ask, ({ status }) => status === "done", WITHIN_MS);
      const { rows: after } = await system.sql.query("select from runs where integration_id = $1", [mixpanel.id]);
      expect(after.length - before.length).toBe(1);
    },
    WITHIN_MS,
  );
});
