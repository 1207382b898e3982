// SIGKILL of the worker while everything is sent to BigQuery again: each bucket stays one row and counts once.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BigQueryControl } from "../../dev/standins/bigquery/control.ts";
import { SHARED_START_TIMEOUT_MS } from "../../dev/standins/bigquery/sharedEmulator.ts";
import { eventually } from "../support/eventually.ts";
import { connectBigQuery, startKillableBigQuerySystem } from "../support/system/bigQuerySync.ts";
import { expectMerged, Ledger } from "../support/system/exact.ts";
import type { KillableWorkers } from "../support/system/killableWorker.ts";
import type { System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;

let system: System;
let workers: KillableWorkers;
let control: BigQueryControl;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ system, control, workers, stop } = await startKillableBigQuerySystem());
}, SHARED_START_TIMEOUT_MS);
afterAll(() => stop());

it("a worker killed between a load and its MERGE is replaced, and all buckets are there once", async () => {
  const bigQuery = await connectBigQuery(system, control);
  const ledger = new Ledger(system);
  await ledger.expose(4_000, "again");
  await system.call("PATCH", bigQuery.path, { export: { enabled: true } });
  expect(await bigQuery.sync(WITHIN_MS)).toBe("succeeded");
  const jobs = async () => {
    const { jobs: counted } = await control.counters(bigQuery.projectId);
    return { loads: counted["load"]?.done ?? 0, merges: counted["query:MERGE"]?.done ?? 0 };
  };
  const before = await jobs();

  // Loads pass; their MERGE hangs until the worker is dead.
  const fault = await control.addFault(bigQuery.projectId, { kind: "hang", target: "jobs.insert", jobType: "query" });
  const { requestId } = await system.call<{ requestId: string }>("POST", `${bigQuery.path}/export/resend`, {});
  const struck = await eventually(jobs, ({ loads }) => loads > before.loads, WITHIN_MS);
  await workers.kill();
  expect(struck.merges).toBe(before.merges);
  await control.clearFaults(bigQuery.projectId, fault);

  const request = () => system.call<{ status: string }>("GET", `${bigQuery.path}/sync/${requestId}`);
  await eventually(request, ({ status }) => status === "done", WITHIN_MS);
  await expectMerged(bigQuery, ledger);
}, 180_000);
