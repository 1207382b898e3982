// Everything is sent again, to both providers, with workers that are killed meanwhile: one of each, and truthful counts.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BigQueryControl } from "../../dev/standins/bigquery/control.ts";
import { SHARED_START_TIMEOUT_MS } from "../../dev/standins/bigquery/sharedEmulator.ts";
import { eventually } from "../support/eventually.ts";
import { type BigQuery, bigQuerySettings, connectBigQuery, DATASET } from "../support/system/bigQuerySync.ts";
import { expectExported, expectMerged, Ledger } from "../support/system/exact.ts";
import { type KillableWorkers, startKillableWorkers } from "../support/system/killableWorker.ts";
import { connectMixpanel } from "../support/system/mixpanelSync.ts";
import { startSystem, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const BUCKETS = 6_000;
const TABLE = "inworld_router_exposures";

let system: System;
let workers: KillableWorkers;
let control: BigQueryControl;
let ledger: Ledger;
beforeAll(async () => {
  const local = await bigQuerySettings();
  control = local.control;
  system = await startSystem(local.settings);
  workers = await startKillableWorkers(system);
  ledger = new Ledger(system);
  await ledger.expose(BUCKETS, "exported");
}, SHARED_START_TIMEOUT_MS);
afterAll(async () => {
  await workers.stop();
  await system.stop();
  await control.close();
});

interface Answer {
  warnings: { code: string; message: string }[];
  export: { sent: number; pending: number; completeThrough: string | null };
}
const read = (path: string) => system.call<Answer>("GET", path);
const codes = async (path: string) => (await read(path)).warnings.map(({ code }) => code);
const ask = (path: string, body: object = {}) =>
  system.call<{ requestId: string }>("POST", `${path}/export/resend`, body);
const jobsOf = async ({ projectId }: BigQuery) => (await control.counters(projectId)).jobs["query:MERGE"]?.done ?? 0;

it(
  "BigQuery: a table that was deleted is noticed without a new bucket, and gets every row again",
  async () => {
    const bigQuery = await connectBigQuery(system, control);
    const { path, projectId } = bigQuery;
    await system.call("PATCH", path, { export: { enabled: true } });
    expect(await bigQuery.sync(WITHIN_MS)).toBe("succeeded");
    await expectMerged(bigQuery, ledger);
    expect(await codes(path)).toEqual(["never_tested"]);

    await control.deleteTable(projectId, DATASET, TABLE);
    expect(await bigQuery.sync(WITHIN_MS)).toBe("succeeded");
    expect(await bigQuery.exposures()).toEqual([]);
    const lost = (await read(path)).warnings.find(({ code }) => code === "destination_made_anew");
    expect(lost?.message).toMatch(/analytics\.inworld_router_exposures was made anew at 20\d\d-/);
    expect(lost?.message).toContain(`The ${BUCKETS} buckets sent before went into the earlier one. Send all again`);

    const merges = await jobsOf(bigQuery);
    await control.addFault(projectId, { kind: "job_slow", target: "jobs.insert", delayMs: 1_500, times: 1 });
    const { requestId } = await ask(path);
    const begun = await read(path);
    expect(begun.export).toMatchObject({ sent: 0, pending: BUCKETS, completeThrough: null });
    expect(begun.warnings.find(({ code }) => code === "destination_made_anew")?.message).toContain("being sent again");
    await eventually(
      () => control.faults(projectId),
      (faults) => faults.some(({ struck }) => struck > 0),
    );
    await workers.kill();
    expect(await bigQuery.outcome(requestId, WITHIN_MS)).toBe("succeeded");
    await expectMerged(bigQuery, ledger);
    expect(await codes(path)).toEqual(["never_tested"]);

    // Where all rows are there already, one of each stays.
    expect(await bigQuery.outcome((await ask(path)).requestId, WITHIN_MS)).toBe("succeeded");
    await expectMerged(bigQuery, ledger);
    expect(await jobsOf(bigQuery)).toBe(merges + 2);
    const from = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    expect(await bigQuery.outcome((await ask(path, { from })).requestId, WITHIN_MS)).toBe("succeeded");
    expect(await jobsOf(bigQuery)).toBe(merges + 2);
  },
  WITHIN_MS,
);

it(
  "Mixpanel: the same events go again, which it takes for the same ones",
  async () => {
    const mixpanel = await connectMixpanel(system);
    await mixpanel.enable({ export: true });
    expect(await mixpanel.sync(WITHIN_MS)).toBe("succeeded");
    await expectExported(mixpanel, ledger);
    const { requestId } = await ask(`/v1/integrations/${mixpanel.id}`);
    await eventually(
      () => mixpanel.exported(),
      ({ stored }) => stored > BUCKETS,
    );
    await workers.kill();
    const seen = () =>
      system.call<{ status: string; outcome: string }>("GET", `/v1/integrations/${mixpanel.id}/sync/${requestId}`);
    const done = await eventually(seen, ({ status }) => status === "done", WITHIN_MS);
    expect(done.outcome).toBe("succeeded");
    await expectExported(mixpanel, ledger);
    const { stored, deduped } = await mixpanel.exported();
    expect(deduped).toBe(BUCKETS);
    expect(stored).toBeGreaterThanOrEqual(2 * BUCKETS);
  },
  WITHIN_MS,
);
