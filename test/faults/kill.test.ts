// SIGKILL of the worker at random moments of export and import: afterwards both sides hold exactly what they should.
import { randomInt } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectExported, expectImported, expectRunsAddUp, IMPORT_FROM, Ledger, START_MS } from "../support/exact.ts";
import { startKillableWorkers } from "../support/killableWorker.ts";
import type { KillableWorkers } from "../support/killableWorker.ts";
import { connectMixpanel } from "../support/mixpanelSync.ts";
import type { Mixpanel } from "../support/mixpanelSync.ts";
import { eventually, startSystem } from "../support/system.ts";
import type { System } from "../support/system.ts";

const KILLS = 20;
const WITHIN_MS = 120_000;
const BUCKETS_PER_ROUND = 12_000;
const ROWS_PER_ROUND = 6_000;
/** Set it to see the same moments again. */
const seed = Number(process.env["FAULT_SEED"] ?? randomInt(2 ** 31));

let system: System;
let workers: KillableWorkers;
beforeAll(async () => {
  system = await startSystem();
  workers = await startKillableWorkers(system);
});
afterAll(async () => {
  await workers.stop();
  await system.stop();
});

/** mulberry32: the same numbers for the same seed. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How far the cycle that serves a request is: what Mixpanel stored and sent, and what our store holds. */
async function look(mixpanel: Mixpanel, requestId: string) {
  const [{ eventsStored, rowsExported }, { rows }] = await Promise.all([
    mixpanel.control.requests(mixpanel.projectId),
    system.sql.query<{ sent: string; imported: string; status: string }>(
      `select export_sent as sent, e.imported, q.status from integrations i
       join event_definitions e on e.integration_id = i.id join sync_requests q on q.integration_id = i.id
       where i.id = $1 and q.id = $2`,
      [mixpanel.id, requestId],
    ),
  ]);
  const { sent = 0, imported = 0, status } = rows[0] ?? {};
  return { eventsStored, rowsExported, sent: Number(sent), imported: Number(imported), done: status === "done" };
}
type Progress = Awaited<ReturnType<typeof look>>;

describe("a worker killed with SIGKILL", () => {
  it(`is replaced without loss or duplicates at ${KILLS} random moments of export and import (FAULT_SEED=${seed})`, async () => {
    console.error(`FAULT_SEED=${seed}`);
    const random = randomFrom(seed);
    const mixpanel = await connectMixpanel(system, {
      project: { exportPerHour: null, exportPerSecond: null },
      integration: { importFrom: IMPORT_FROM },
    });
    const { control, projectId } = mixpanel;
    // Moments must fall into the middle of requests: stored but not yet answered, or half read.
    await control.addFault(projectId, { kind: "slow", target: "import", delayMs: 250 });
    await control.addFault(projectId, { kind: "slow", target: "export", delayMs: 150 });
    await mixpanel.addEvent("purchase");
    await mixpanel.enable({ export: true, import: true });
    // Which request budget is left is not what this is about.
    const unlimited = () => system.sql.query("delete from budget_leases");
    const ledger = new Ledger(system);
    const caughtIn = { export: 0, import: 0 };
    for (let kills = 0, round = 0; kills < KILLS; round++) {
      // Rows of earlier rounds leave the overlap: what each cycle reads stays as much as it is new.
      await control.setProcessingTime(projectId, {}, START_MS);
      await ledger.expose(BUCKETS_PER_ROUND, `round${round}`);
      await ledger.load(mixpanel, ROWS_PER_ROUND, 20, Date.now());
      const { requestId } = await system.call<{ requestId: string }>("POST", `/v1/integrations/${mixpanel.id}/sync`);
      while (kills < KILLS) {
        await unlimited();
        const what = (["eventsStored", "rowsExported", "sent", "imported"] as const)[Math.floor(random() * 4)]!;
        const from = (await look(mixpanel, requestId))[what];
        const by = 1 + Math.floor(random() * 4_000);
        const now = await eventually(
          () => look(mixpanel, requestId),
          (seen) => seen.done || seen[what] >= from + by,
          WITHIN_MS,
        );
        if (now.done) break;
        await workers.kill();
        kills++;
        count(caughtIn, now, ledger, round);
      }
    }
    await unlimited();
    await control.clearFaults(projectId);
    expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
    console.error(
      `killed in the middle of the export ${caughtIn.export} times, of the import ${caughtIn.import} times`,
    );
    expect(Math.min(caughtIn.export, caughtIn.import)).toBeGreaterThan(0);
    await expectExported(mixpanel, ledger);
    await expectImported(mixpanel, ledger.rows);
    await expectRunsAddUp(system, mixpanel, { export: ledger.buckets.length, import: ledger.rows.length });
  }, 600_000);
});

/** In which legs a kill fell: those that had not yet all of what was posted. */
function count(caughtIn: { export: number; import: number }, now: Progress, ledger: Ledger, round: number): void {
  if (now.sent < (round + 1) * BUCKETS_PER_ROUND) caughtIn.export++;
  if (now.imported < ledger.rows.length) caughtIn.import++;
}
