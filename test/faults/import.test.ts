// Faults of the import: no truncated, refused or misdated answer of the raw export loses a row or stores one twice.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaultInput } from "../../dev/standins/mixpanel/protocol.ts";
import { eventually } from "../support/eventually.ts";
import { type CuttingProxy, startCuttingProxy } from "../support/http/cuttingProxy.ts";
import { expectImported, expectRunsAddUp, IMPORT_FROM, Ledger } from "../support/system/exact.ts";
import { connectMixpanel, type ConnectOptions, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { DAY_MS, HOUR_MS, startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const ROWS = 2_000;

let system: System;
let proxy: CuttingProxy;
beforeAll(async () => {
  proxy = await startCuttingProxy();
  system = await startSystem({ MIXPANEL_DATA_URL: proxy.origin });
  proxy.target = system.mixpanel.origin;
  await system.startWorker();
}, WITHIN_MS);
afterAll(async () => {
  await system.stop();
  await proxy.stop();
});

/** An integration with rows to import whose export meets this fault from its first request on. */
async function importing(
  fault: FaultInput | null,
  options: ConnectOptions = {},
): Promise<{ mixpanel: Mixpanel; ledger: Ledger }> {
  const mixpanel = await connectMixpanel(system, { integration: { importFrom: IMPORT_FROM }, ...options });
  const ledger = new Ledger(system);
  await ledger.load(mixpanel, ROWS);
  if (fault !== null) await mixpanel.control.addFault(mixpanel.projectId, fault);
  await mixpanel.addEvent("purchase");
  await mixpanel.enable({ import: true });
  return { mixpanel, ledger };
}

async function expectExact(mixpanel: Mixpanel, ledger: Ledger): Promise<void> {
  await expectImported(mixpanel, ledger.rows);
  await expectRunsAddUp(system, mixpanel, { import: ledger.rows.length });
}

const struck = async ({ control, projectId }: Mixpanel) => (await control.faults(projectId))[0]?.struck;

describe.concurrent("an import", () => {
  it.each<FaultInput>([
    { kind: "terminated_early", target: "export", afterEvents: 100, times: 2 },
    { kind: "export_terminated_early", target: "export", afterEvents: 100, times: 2 },
    { kind: "export_terminated_early", target: "export", afterEvents: 0, times: 1 },
    { kind: "reset_mid_body", target: "export", afterEvents: 300, times: 2 },
    { kind: "reset", target: "export", times: 2 },
    { kind: "unknown_error", target: "export", times: 2 },
    { kind: "gateway_timeout", target: "export", times: 2 },
    { kind: "rate_limited", target: "export", times: 2, retryAfterSeconds: 1 },
  ])(
    "is exact after %j",
    async (fault) => {
      const { mixpanel, ledger } = await importing(fault);
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      expect(await struck(mixpanel)).toBe(fault.times);
      await expectExact(mixpanel, ledger);
    },
    WITHIN_MS,
  );

  it(
    "is exact after an answer that stalls in its middle until the connection breaks",
    async () => {
      const { mixpanel, ledger } = await importing({
        kind: "hang_mid_body",
        target: "export",
        afterEvents: 200,
        times: 1,
      });
      const synced = mixpanel.sync(WITHIN_MS);
      await eventually(
        () => struck(mixpanel),
        (times) => times === 1,
        WITHIN_MS,
      );
      await mixpanel.control.clearFaults(mixpanel.projectId);
      expect(await synced).toBe("succeeded");
      await expectExact(mixpanel, ledger);
    },
    WITHIN_MS,
  );

  it.each([
    {
      what: "402 of a plan without raw export",
      kind: "plan",
      shown: { kind: "permission", message: /Upgrade the plan/ },
    },
    {
      what: "400 «Unable to authenticate request»",
      kind: "auth_text",
      shown: { kind: "auth", message: /create a new service account/ },
    },
  ] as const)(
    "shows what to do about $what and is exact once it is mended",
    async ({ kind, shown }) => {
      const { mixpanel, ledger } = await importing({ kind, target: "export" });
      expect(await mixpanel.sync(WITHIN_MS)).toBe("failed");
      const seen = await eventually(mixpanel.get, ({ status }) => status === "attention", WITHIN_MS);
      expect(seen.import.error).toMatchObject({ kind: shown.kind, message: expect.stringMatching(shown.message) });
      expect((await mixpanel.event("purchase")).error).toMatchObject({ kind: shown.kind });
      await expectImported(mixpanel, []);
      await mixpanel.control.clearFaults(mixpanel.projectId);
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      expect((await eventually(mixpanel.get, ({ status }) => status === "idle")).import.error).toBeUndefined();
      await expectExact(mixpanel, ledger);
    },
    WITHIN_MS,
  );
});

describe("an answer whose compressed body ends too early under a correct end of the connection", () => {
  it(
    "is read again",
    async () => {
      const { mixpanel, ledger } = await importing(null);
      proxy.cuts = 2;
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      expect(proxy.cuts).toBe(0);
      await expectExact(mixpanel, ledger);
    },
    WITHIN_MS,
  );
});

describe("an import from a Mixpanel whose clock is behind ours", () => {
  const databaseClock = (offsetMs: number) =>
    system.sql.query(`create or replace function crosscurrent_now() returns timestamptz language sql volatile as
      $$select clock_timestamp() + ${offsetMs} * interval '1 millisecond'$$`);

  /** One row that happens and is processed now, by Mixpanel's clock. */
  async function happens({ control, projectId }: Mixpanel, ledger: Ledger, id: string): Promise<void> {
    const nowMs = await control.nowMs();
    const row = {
      event: "purchase",
      timeMs: nowMs,
      processingMs: nowMs,
      properties: { distinct_id: "now", $insert_id: id, amount: 1 },
    };
    await control.loadRows(projectId, [row]);
    ledger.rows.push(row);
  }

  it.each([1, 12, 23.9])(
    "by %d hours loses nothing that is processed after a run's bound",
    async (hours) => {
      const { mixpanel, ledger } = await importing(null);
      await mixpanel.control.setClock(Date.now() - hours * HOUR_MS);
      try {
        for (const id of ["before-first", "before-second", "before-third"]) {
          await happens(mixpanel, ledger, id);
          expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
          await expectImported(mixpanel, ledger.rows);
        }
      } finally {
        await mixpanel.control.realClock();
      }
      await expectExact(mixpanel, ledger);
    },
    WITHIN_MS,
  );

  it(
    "at the edge of a day: we are past midnight, Mixpanel is not, and it refuses our today",
    async () => {
      const midnightMs = (Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS;
      const { mixpanel, ledger } = await importing(null);
      const requested = async () =>
        (await mixpanel.control.requests(mixpanel.projectId)).byKind["export"]?.byStatus["400"] ?? 0;
      try {
        await databaseClock(midnightMs + 60_000 - Date.now());
        await mixpanel.control.setClock(midnightMs - 600_000);
        await happens(mixpanel, ledger, "last-of-the-day");
        expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
        expect(await requested()).toBeGreaterThan(0);
        await expectImported(mixpanel, ledger.rows);
        await happens(mixpanel, ledger, "very-last-of-the-day");
        await mixpanel.control.setClock(midnightMs + 1);
        await happens(mixpanel, ledger, "first-of-the-next-day");
        expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      } finally {
        await databaseClock(0);
        await mixpanel.control.realClock();
      }
      await expectExact(mixpanel, ledger);
    },
    WITHIN_MS,
  );
});
