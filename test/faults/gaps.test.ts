// Days that Mixpanel cannot export: they become gaps that everybody sees, and all other days come.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { expectImported, IMPORT_FROM, Ledger } from "../support/system/exact.ts";
import { connectMixpanel, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { DAY_MS, HOUR_MS, startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const ROWS = 60;

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await system.startWorker();
}, WITHIN_MS);
afterAll(() => system.stop());

const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

async function importing(): Promise<{ mixpanel: Mixpanel; ledger: Ledger }> {
  const mixpanel = await connectMixpanel(system, { integration: { importFrom: IMPORT_FROM } });
  const ledger = new Ledger(system);
  await ledger.load(mixpanel, ROWS);
  await mixpanel.addEvent("purchase");
  await mixpanel.addEvent("refund");
  return { mixpanel, ledger };
}

interface Gap {
  from: string;
  to: string;
  kind: string;
  message: string;
  since: string;
}

const gapsOf = async (mixpanel: Mixpanel, event = "purchase") =>
  ((await mixpanel.event(event)) as unknown as { gaps: Gap[] }).gaps;

describe.concurrent("a day that Mixpanel cannot export", () => {
  it.each([
    { what: "500", fault: { kind: "unknown_error" }, kind: "transient" },
    { what: "400", fault: { kind: "respond", status: 400, body: "unexpected error for this day" }, kind: "schema" },
  ] as const)(
    "with $what keeps out no other day, is shown as a gap of each event, and comes in once it can be read",
    async ({ fault, kind }) => {
      const { mixpanel, ledger } = await importing();
      const badDay = dayAfter(IMPORT_FROM, 4);
      await mixpanel.control.addFault(mixpanel.projectId, { ...fault, target: "export", days: [badDay] });
      await mixpanel.enable({ import: true });
      expect(await mixpanel.sync(WITHIN_MS)).toBe("partial");
      const readable = ledger.rows.filter(({ timeMs }) => dayOf(timeMs) !== badDay);
      expect(readable).toHaveLength(ROWS - 6);
      await expectImported(mixpanel, readable);
      const { completeThrough, error } = await mixpanel.event("purchase");
      expect(completeThrough).not.toBeNull();
      expect(error).toBeUndefined();
      for (const event of ["purchase", "refund"]) {
        expect(await gapsOf(mixpanel, event)).toMatchObject([{ from: badDay, to: badDay, kind }]);
      }
      const [gap] = await gapsOf(mixpanel);
      // A later run tries it again, and the gap is as old as it is.
      expect(await mixpanel.sync(WITHIN_MS)).toBe("partial");
      expect(await gapsOf(mixpanel)).toMatchObject([{ since: gap?.since }]);
      await mixpanel.control.clearFaults(mixpanel.projectId);
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      expect(await gapsOf(mixpanel)).toEqual([]);
      await expectImported(mixpanel, ledger.rows);
    },
    2 * WITHIN_MS,
  );
});

describe("days that are read again", () => {
  it(
    "take over an identity that was merged after the overlap, and store nothing twice",
    async () => {
      const { mixpanel, ledger } = await importing();
      await mixpanel.enable({ import: true });
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await mixpanel.control.mergeIdentity(mixpanel.projectId, "customer-5", "the-one-user");
      const path = `/v1/integrations/${mixpanel.id}/events/purchase/reread`;
      const { requestId } = await system.call<{ requestId: string }>("POST", path, { from: IMPORT_FROM });
      const ask = () =>
        system.call<{ status: string; outcome: string }>("GET", `/v1/integrations/${mixpanel.id}/sync/${requestId}`);
      const answer = await eventually(ask, ({ status }) => status === "done", WITHIN_MS);
      expect(answer.outcome).toBe("succeeded");
      const users = (await mixpanel.records("purchase")).map((record) => record.user_id);
      expect(users).toHaveLength(ledger.rows.length);
      expect(users.filter((user) => user === "the-one-user")).toHaveLength(1);
      expect(users).not.toContain("customer-5");
    },
    WITHIN_MS,
  );
});

describe("rows dated ahead", () => {
  it(
    "come in once their day is read",
    async () => {
      const { mixpanel, ledger } = await importing();
      await mixpanel.enable({ import: true });
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      const ahead = {
        event: "purchase",
        timeMs: Date.now() + 2 * DAY_MS,
        processingMs: Date.now(),
        properties: { distinct_id: "ahead", $insert_id: "ahead", amount: 1 },
      };
      await mixpanel.control.loadRows(mixpanel.projectId, [ahead]);
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectImported(mixpanel, ledger.rows);
      try {
        await system.sql
          .query(`create or replace function crosscurrent_now() returns timestamptz language sql volatile as
          $$select clock_timestamp() + ${2 * DAY_MS + HOUR_MS} * interval '1 millisecond'$$`);
        await mixpanel.control.advanceClock(2 * DAY_MS + HOUR_MS);
        expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
        await expectImported(mixpanel, [...ledger.rows, ahead]);
      } finally {
        await mixpanel.control.realClock();
        await system.sql
          .query(`create or replace function crosscurrent_now() returns timestamptz language sql volatile as
          $$select clock_timestamp()$$`);
      }
    },
    WITHIN_MS,
  );
});
