// Faults of the export: whatever Mixpanel's ingestion answers, it ends with exactly one event per bucket.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FaultInput } from "../../dev/standins/mixpanel/protocol.ts";
import { eventually } from "../support/eventually.ts";
import { expectExported, expectImported, expectRunsAddUp, IMPORT_FROM, Ledger } from "../support/system/exact.ts";
import { connectMixpanel, type Mixpanel } from "../support/system/mixpanelSync.ts";
import { startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
/** Three batches and a rest. */
const BUCKETS = 6_500;

let system: System;
let ledger: Ledger;
beforeAll(async () => {
  system = await startSystem();
  await system.startWorker();
  ledger = new Ledger(system);
  await ledger.expose(BUCKETS, "exported");
}, WITHIN_MS);
afterAll(() => system.stop());

/** An integration whose export meets these faults from its first request on. */
async function exporting(...faults: FaultInput[]): Promise<Mixpanel> {
  const mixpanel = await connectMixpanel(system);
  for (const fault of faults) await mixpanel.control.addFault(mixpanel.projectId, fault);
  await mixpanel.enable({ export: true });
  return mixpanel;
}

async function struck({ control, projectId }: Mixpanel): Promise<number[]> {
  return (await control.faults(projectId)).map((fault) => fault.struck);
}

async function expectExact(mixpanel: Mixpanel): Promise<void> {
  await expectExported(mixpanel, ledger);
  await expectRunsAddUp(system, mixpanel, { export: BUCKETS });
}

describe.concurrent("an export", () => {
  it.each<{ what: string; fault: FaultInput; storedTwice?: boolean }>([
    {
      what: "resets after the batch was stored",
      fault: { kind: "reset", target: "import", times: 4, afterStoring: true },
      storedTwice: true,
    },
    { what: "resets before any answer", fault: { kind: "reset", target: "import", times: 4 } },
    { what: "502 with HTML", fault: { kind: "bad_gateway", target: "import", times: 6 } },
    {
      what: "502 with HTML after the batch was stored",
      fault: { kind: "bad_gateway", target: "import", times: 4, afterStoring: true },
      storedTwice: true,
    },
    { what: "503 in the middle", fault: { kind: "unavailable", target: "import", times: 3, afterEvents: 2_000 } },
    { what: "a burst of 429 without Retry-After", fault: { kind: "rate_limited", target: "import", times: 6 } },
    {
      what: "a burst of 429 with Retry-After",
      fault: { kind: "rate_limited", target: "import", times: 6, retryAfterSeconds: 1 },
    },
    { what: "a proxy's 400 with a page", fault: { kind: "html", target: "import", status: 400, times: 4 } },
    { what: "a 400 without a body", fault: { kind: "empty", target: "import", status: 400, times: 4 } },
    { what: "413 that names 2097152 bytes", fault: { kind: "too_large", target: "import", maxBytes: 60_000 } },
    { what: "slow answers", fault: { kind: "slow", target: "import", delayMs: 1_500 } },
  ])(
    "ends exactly after $what",
    async ({ fault, storedTwice = false }) => {
      const mixpanel = await exporting(fault);
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      const [times = 0] = await struck(mixpanel);
      expect(times).toBeGreaterThanOrEqual(fault.times ?? 1);
      await expectExact(mixpanel);
      // What was under way beside a failure is sent again too: never fewer, and the duplicates do not count.
      const { stored, deduped } = await mixpanel.exported();
      expect(stored - deduped).toBeGreaterThanOrEqual(storedTwice ? 1 : 0);
    },
    WITHIN_MS,
  );

  it(
    "lists what a partial 400 refused, by index, and delivers the rest",
    async () => {
      const mixpanel = await exporting({ kind: "partial", target: "import", everyNth: 5, times: 2 });
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      const rejected = await mixpanel.rejected();
      // Two batches of 2,000, or one of them and the rest of 500.
      expect([800, 500]).toContain(rejected.length);
      const refusedUsers = rejected.map(({ record }) => (record as { userId: string }).userId);
      const users = (await mixpanel.exportedEvents()).map(({ distinctId }) => distinctId);
      expect(users).toHaveLength(BUCKETS - rejected.length);
      expect([...users, ...refusedUsers].toSorted()).toEqual(
        ledger.buckets.map((line) => (JSON.parse(line) as [string])[0]).toSorted(),
      );
      expect(
        rejected.every(
          ({ direction, reason }) => direction === "export" && reason.includes("must be specified as seconds"),
        ),
      ).toBe(true);
      const { sent, rejected: counted, pending } = (await mixpanel.get()).export;
      expect({ sent, counted, pending }).toEqual({ sent: users.length, counted: rejected.length, pending: 0 });
    },
    WITHIN_MS,
  );

  it(
    "fails and rejects nothing where a 400 names no record, and ends exactly after it",
    async () => {
      const mixpanel = await exporting({ kind: "partial_strings", target: "import", times: 1 });
      expect(await mixpanel.sync(WITHIN_MS)).toBe("failed");
      expect((await mixpanel.get()).export).toMatchObject({ rejected: 0, error: { kind: "schema" } });
      expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
      await expectExact(mixpanel);
    },
    WITHIN_MS,
  );

  it(
    "is not stopped by requests that hang until the connection breaks",
    async () => {
      const mixpanel = await exporting({ kind: "hang", target: "import", times: 2 });
      const synced = mixpanel.sync(WITHIN_MS);
      await eventually(
        () => struck(mixpanel),
        ([times]) => times === 2,
        WITHIN_MS,
      );
      await mixpanel.control.clearFaults(mixpanel.projectId);
      expect(await synced).toBe("succeeded");
      await expectExact(mixpanel);
    },
    WITHIN_MS,
  );

  it(
    "shows what to do about a 401 in mid-sync, lets the import go on, and is healed by new credentials alone",
    async () => {
      const mixpanel = await connectMixpanel(system, { integration: { importFrom: IMPORT_FROM } });
      const { control, projectId } = mixpanel;
      const rows = new Ledger(system);
      await rows.load(mixpanel, 1_000);
      await mixpanel.addEvent("purchase");
      await control.addFault(projectId, { kind: "unauthorized", target: "import", afterEvents: 2_000 });
      await mixpanel.enable({ export: true, import: true });
      expect(await mixpanel.sync(WITHIN_MS)).toBe("partial");

      const attention = await eventually(mixpanel.get, ({ status }) => status === "attention", WITHIN_MS);
      expect(attention.export.error).toMatchObject({
        kind: "auth",
        message: expect.stringMatching(/create a new service account/),
      });
      expect(attention.import.error).toBeUndefined();
      const { sent, pending } = attention.export;
      expect(sent + pending).toBe(BUCKETS);
      expect(pending).toBeGreaterThan(0);
      await expectImported(mixpanel, rows.rows);

      // The old account stays refused, by now by both sides' truth; only the new one opens the door.
      const fresh = { username: "fresh.def456.mp-service-account", secret: "another-secret" };
      await control.putProject(projectId, { serviceAccounts: [{ ...fresh, role: "admin" }] });
      await control.clearFaults(projectId);
      expect(await mixpanel.sync(WITHIN_MS)).toBe("failed");
      await rows.load(mixpanel, 100, 10, Date.now());
      await system.call("PATCH", `/v1/integrations/${mixpanel.id}`, {
        serviceAccountUsername: fresh.username,
        serviceAccountSecret: fresh.secret,
      });
      const healed = await eventually(
        mixpanel.get,
        ({ status, export: direction }) => status === "idle" && direction.pending === 0,
        WITHIN_MS,
      );
      expect(healed.export.error).toBeUndefined();
      expect(healed.import.error).toBeUndefined();
      await expectExact(mixpanel);
      await expectImported(mixpanel, rows.rows);
    },
    WITHIN_MS,
  );
});
