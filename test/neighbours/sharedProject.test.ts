// A syncs its Mixpanel project while B, who has no access to it, syncs and tests an integration on it in a loop.
import { afterAll, beforeAll, expect, it } from "vitest";
import { inAnotherWorkspace } from "../support/system/anotherWorkspace.ts";
import { connectMixpanel } from "../support/system/mixpanelSync.ts";
import { startSystem, type System } from "../support/system/system.ts";

const SYNCS = 5;
const TESTS = 10;
const WITHIN_MS = 60_000;

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.startWorker();
}, WITHIN_MS);
afterAll(() => system?.stop());

it(
  "none of the project's requests is spent for B, and A waits for nothing",
  async () => {
    const owner = await connectMixpanel(system);
    const { projectId, control } = owner;
    const stranger = await inAnotherWorkspace(system);
    const integration = { projectId, serviceAccountSecret: "wrong" };
    const intruder = await connectMixpanel(stranger, { integration });
    for (const one of [intruder, owner]) {
      await one.addEvent("purchase");
      await one.enable({ import: true });
    }
    await owner.sync();
    const leases = async (workspaceId: string) =>
      (await system.sql.query("select 1 from budget_leases where workspace_id = $1", [workspaceId])).rowCount;
    const [before, asked] = [await leases(system.workspaceId), (await control.requests(projectId)).byKind["export"]];
    for (let i = 0; i < SYNCS; i++) expect(await intruder.sync()).toBe("failed");
    for (let i = 0; i < TESTS; i++) {
      const tested = await stranger.call<{ ok: boolean }>("POST", `/v1/integrations/${intruder.id}/test`);
      expect(tested.ok).toBe(false);
    }
    expect(await leases(stranger.workspaceId)).toBe(0);
    expect((await control.requests(projectId)).byKind["export"]).toEqual(asked);
    expect(await owner.sync()).toBe("succeeded");
    expect((await owner.get()).import.error).toBeUndefined();
    expect(await leases(system.workspaceId)).toBeGreaterThan(before ?? 0);
  },
  WITHIN_MS,
);
