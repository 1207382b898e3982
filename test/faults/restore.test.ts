// Either database restored from an older copy, or lost: the earlier cursor wins, and both sides end up exact.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reconcile } from "../../src/activities/reconcile.ts";
import { eventually } from "../support/eventually.ts";
import {
  expectDelivered,
  expectExported,
  expectImported,
  expectRunsAddUp,
  IMPORT_FROM,
  Ledger,
  runsOf,
} from "../support/system/exact.ts";
import { connectMixpanel, expose, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { backUp } from "../support/system/restore.ts";
import { startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;

let system: System;
let mixpanel: Mixpanel;
let ledger: Ledger;
beforeEach(async () => {
  system = await startSystem();
  await system.startWorker();
  ledger = new Ledger(system);
  mixpanel = await connectMixpanel(system, { integration: { importFrom: IMPORT_FROM } });
  await mixpanel.addEvent("purchase");
  await ledger.expose(3_000, "first");
  await ledger.load(mixpanel, 1_500);
  await mixpanel.enable({ export: true, import: true });
  await mixpanel.sync(WITHIN_MS);
}, WITHIN_MS);
afterEach(() => system.stop());

async function more(prefix: string): Promise<void> {
  await ledger.expose(9_000, prefix);
  await ledger.load(mixpanel, 6_000, 10, Date.now());
}

/** Asks for a run and waits until it is in the middle of both directions, held there by slow answers. */
async function inMidRun(): Promise<string> {
  const { control, projectId } = mixpanel;
  const before = await control.requests(projectId);
  await control.addFault(projectId, { kind: "slow", target: "import", delayMs: 1_500, afterEvents: 2_000 });
  await control.addFault(projectId, { kind: "slow", target: "export", delayMs: 3_000 });
  const path = `/v1/integrations/${mixpanel.id}/sync`;
  const { requestId } = await system.call<{ requestId: string }>("POST", path);
  await eventually(
    () => control.requests(projectId),
    ({ eventsStored }) => eventsStored >= before.eventsStored + 2_000,
    WITHIN_MS,
  );
  expect((await system.call<{ status: string }>("GET", `${path}/${requestId}`)).status).toBe("running");
  return requestId;
}

const idle = () =>
  eventually(
    () => mixpanel.get().catch(() => null),
    (answer) => answer?.status === "idle",
    WITHIN_MS,
  );

/** What clients do whose exposures were lost with the database: they send them again. */
async function postAgain(): Promise<void> {
  await expose(system, ledger.exposures);
}

async function expectExact(): Promise<void> {
  await expectExported(mixpanel, ledger);
  await expectImported(mixpanel, ledger.rows);
}

describe("the database restored from an older copy while Temporal kept its state", () => {
  it(
    "between runs: sends and reads again what the copy does not know",
    async () => {
      const backup = await backUp(system);
      await more("lost");
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectExact();
      await backup.restore();
      await expectImported(mixpanel, ledger.rows.slice(0, 1_500));
      await postAgain();
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectDelivered(mixpanel, ledger);
      await expectImported(mixpanel, ledger.rows);
      await more("afterwards");
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectImported(mixpanel, ledger.rows);
      await expectDelivered(mixpanel, ledger);
    },
    2 * WITHIN_MS,
  );

  it(
    "in mid-run, from before the run",
    async () => {
      const backup = await backUp(system);
      await more("lost");
      await inMidRun();
      await backup.restore();
      await mixpanel.control.clearFaults(mixpanel.projectId);
      await idle();
      await ledger.expose(10, "afterwards");
      await postAgain();
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectDelivered(mixpanel, ledger);
      await expectImported(mixpanel, ledger.rows);
    },
    2 * WITHIN_MS,
  );

  it(
    "in mid-run, from within the same run",
    async () => {
      await more("second");
      const requestId = await inMidRun();
      const backup = await backUp(system);
      // The run goes on: what it delivers now is not in the copy.
      await eventually(mixpanel.get, ({ export: direction }) => direction.sent === 12_000, WITHIN_MS);
      await backup.restore();
      await mixpanel.control.clearFaults(mixpanel.projectId);
      const path = `/v1/integrations/${mixpanel.id}/sync/${requestId}`;
      const ask = () => system.call<{ status: string; outcome?: string }>("GET", path);
      const { outcome } = await eventually(ask, ({ status }) => status === "done", WITHIN_MS);
      expect(outcome).toBe("succeeded");
      // A direction that had ended before the restore goes back with the next run, where state and mirror are compared.
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectExact();
      await expectRunsAddUp(system, mixpanel, { import: ledger.rows.length });
    },
    2 * WITHIN_MS,
  );
});

describe("Temporal lost the workflow while the database kept its state", () => {
  const repair = () =>
    reconcile(system, system.control)(undefined, { heartbeat: () => {}, signal: AbortSignal.timeout(WITHIN_MS) });

  /** Visibility is a little behind: until it shows the end, the reconciler sees nothing amiss. */
  async function lose(): Promise<void> {
    await system.workflow(mixpanel.id).terminate("lost");
    await eventually(
      async () => {
        const ids: string[] = [];
        for await (const id of system.control.running()) ids.push(id);
        return ids;
      },
      (ids) => !ids.includes(mixpanel.id),
    );
  }

  it(
    "between runs: a new workflow goes on from the mirror",
    async () => {
      await lose();
      await more("second");
      const requests = async () => (await mixpanel.control.requests(mixpanel.projectId)).eventsStored;
      const before = await requests();
      expect(await repair()).toMatchObject({ started: 1, signalled: 0, ended: 0 });
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectExact();
      await expectRunsAddUp(system, mixpanel, { export: 12_000, import: 7_500 });
      expect((await requests()) - before).toBe(9_000);
    },
    WITHIN_MS,
  );

  it(
    "in mid-run: the lost run is closed and its request is served by a new one",
    async () => {
      await more("second");
      const requestId = await inMidRun();
      await lose();
      await mixpanel.control.clearFaults(mixpanel.projectId);
      expect(await repair()).toMatchObject({ started: 1 });
      const path = `/v1/integrations/${mixpanel.id}/sync/${requestId}`;
      const served = async () => {
        await repair();
        return await system.call<{ status: string; outcome?: string }>("GET", path);
      };
      expect((await eventually(served, ({ status }) => status === "done", WITHIN_MS)).outcome).toBe("succeeded");
      // The reconciler may have asked once more while the first answer was on its way: a run too many does no harm.
      await eventually(
        () => system.control.status(mixpanel.id),
        (now) => now?.runId === null && now.queuedRequests === 0,
        WITHIN_MS,
      );
      await expectExact();
      await expectRunsAddUp(system, mixpanel, { export: 12_000, import: 7_500 });
      const outcomes = (await runsOf(system, mixpanel)).map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === "failed")).toHaveLength(1);
    },
    WITHIN_MS,
  );
});
