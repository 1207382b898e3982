// Everything is sent again, to both providers, in the whole system: a lost table is noticed and filled, with one of each.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BigQueryControl } from "../../dev/standins/bigquery/control.ts";
import { SHARED_START_TIMEOUT_MS } from "../../dev/standins/bigquery/sharedEmulator.ts";
import { eventually } from "../support/eventually.ts";
import { connectBigQuery, DATASET, startBigQuerySystem } from "../support/system/bigQuerySync.ts";
import { expectExported, expectMerged, Ledger } from "../support/system/exact.ts";
import { connectMixpanel } from "../support/system/mixpanelSync.ts";
import type { System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const BUCKETS = 600;
const TABLE = "inworld_router_exposures";

let system: System;
let control: BigQueryControl;
let stop: () => Promise<void>;
let ledger: Ledger;
beforeAll(async () => {
  ({ system, control, stop } = await startBigQuerySystem());
  ledger = new Ledger(system);
  await ledger.expose(BUCKETS, "exported");
}, SHARED_START_TIMEOUT_MS);
afterAll(() => stop());

interface Answer {
  warnings: { code: string; message: string }[];
  export: { sent: number; pending: number; completeThrough: string | null };
}

/** Asks for everything again and waits until it is delivered; answers what is shown when the request is taken. */
async function resend(path: string, body: object = {}): Promise<Answer> {
  const { requestId } = await system.call<{ requestId: string }>("POST", `${path}/export/resend`, body);
  const begun = await system.call<Answer>("GET", path);
  const seen = () => system.call<{ status: string; outcome: string }>("GET", `${path}/sync/${requestId}`);
  const { outcome } = await eventually(seen, ({ status }) => status === "done", WITHIN_MS);
  expect(outcome).toBe("succeeded");
  return begun;
}

it(
  "BigQuery: a table that was deleted is noticed without a new bucket, and gets every row again",
  async () => {
    const bigQuery = await connectBigQuery(system, control);
    const { path, projectId } = bigQuery;
    const lossOf = ({ warnings }: Answer) => warnings.find(({ code }) => code === "destination_made_anew")?.message;
    const shown = () => system.call<Answer>("GET", path);
    await system.call("PATCH", path, { export: { enabled: true } });
    expect(await bigQuery.sync(WITHIN_MS)).toBe("succeeded");
    await expectMerged(bigQuery, ledger);
    expect(lossOf(await shown())).toBeUndefined();

    await control.deleteTable(projectId, DATASET, TABLE);
    expect(await bigQuery.sync(WITHIN_MS)).toBe("succeeded");
    expect(await bigQuery.exposures()).toEqual([]);
    const loss = lossOf(await shown());
    expect(loss).toMatch(/analytics\.inworld_router_exposures was made anew at 20\d\d-/);
    expect(loss).toContain(`The ${BUCKETS} buckets sent before went into the earlier one. Send all again`);

    // The load waits, so that what is shown meanwhile can be seen.
    const fault = await control.addFault(projectId, { kind: "hang", target: "jobs.insert", jobType: "load" });
    const asked = resend(path);
    const meanwhile = await eventually(shown, ({ export: { pending } }) => pending === BUCKETS);
    expect(meanwhile.export).toMatchObject({ sent: 0, completeThrough: null });
    expect(lossOf(meanwhile)).toContain("They are being sent again");
    await control.clearFaults(projectId, fault);
    await asked;
    await expectMerged(bigQuery, ledger);
    expect(lossOf(await shown())).toBeUndefined();

    // Where all rows are there already, one of each stays.
    await resend(path);
    await expectMerged(bigQuery, ledger);
    const merges = async () => (await control.counters(projectId)).jobs["query:MERGE"]?.done;
    expect(await merges()).toBe(3);
    await resend(path, { from: new Date().toISOString().slice(0, 10) });
    expect(await merges()).toBe(3);
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
    await resend(`/v1/integrations/${mixpanel.id}`);
    await expectExported(mixpanel, ledger);
    expect(await mixpanel.exported()).toMatchObject({ stored: 2 * BUCKETS, deduped: BUCKETS });
  },
  WITHIN_MS,
);
