// The service account is changed in the middle of a backfill: the jobs of the old one cannot be seen.
import { afterEach, beforeEach, expect, test } from "vitest";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import type { Connection } from "../../../../src/domain/connection.ts";
import { bucketText, makeBuckets, runExport } from "../../../support/providers/contractSupport.ts";
import { createCustomer, type Customer, DATASET } from "../../../support/providers/bigquery.ts";

let customer: Customer;

beforeEach(async () => {
  customer = await createCustomer();
}, SHARED_START_TIMEOUT_MS);
afterEach(async () => {
  await customer.close();
});

const BUCKETS = makeBuckets(10_000);
const EXPECTED = BUCKETS.map((bucket) => bucketText(bucket, bucket.timeMs)).toSorted();
const send = (connection: Connection) => runExport({ connector: customer.connector(), connection }, BUCKETS);

async function otherAccount(): Promise<Connection> {
  const { projectId, control } = customer;
  const email = `other@${projectId}.iam.gserviceaccount.com`;
  await control.putAccount(email, {
    grants: [
      { role: "roles/bigquery.jobUser", projectId },
      { role: "roles/bigquery.dataEditor", projectId, datasetId: DATASET },
    ],
  });
  return customer.settings({ serviceAccountEmail: email });
}

test("the new account goes on where the MERGE of the old one failed, although its load has the batch's id", async () => {
  const { control, projectId } = customer;
  await control.addFault(projectId, { kind: "backend_error", target: "jobs.insert", jobType: "query" });
  expect((await send(customer.connection)).error).toMatchObject({ kind: "transient" });
  await control.clearFaults(projectId);
  expect((await send(await otherAccount())).error).toBeUndefined();
  expect(await customer.delivered()).toEqual(EXPECTED);
});

test("the new account goes on in the middle of a backfill, whose later batches the old one has loaded", async () => {
  const stop = new AbortController();
  const { progress } = await runExport({ connector: customer.connector(), connection: customer.connection }, BUCKETS, {
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  const afterSeq = progress.at(-1)?.cursorSeq ?? 0;
  expect(afterSeq).toBeLessThan(BUCKETS.at(-1)!.seq);
  const connection = await otherAccount();
  const { error } = await runExport({ connector: customer.connector(), connection }, BUCKETS, { afterSeq });
  expect(error).toBeUndefined();
  expect(await customer.delivered()).toEqual(EXPECTED);
});

/** What BigQuery says of a job of another account: https://cloud.google.com/bigquery/docs/managing-jobs#required_permissions */
function deniedJob(id: string): string {
  const message = `Access Denied: Job ${id}: Permission bigquery.jobs.get denied on job ${id} (or it may not exist).`;
  const errors = [{ message, domain: "global", reason: "accessDenied" }];
  return JSON.stringify({ error: { code: 403, message, errors, status: "PERMISSION_DENIED" } });
}

test("an id that an account of the same address has used is passed over", async () => {
  const { control, projectId } = customer;
  const body = deniedJob(`${projectId}:EU.crosscurrent_load_x_0`);
  await control.addFault(projectId, { kind: "respond", target: "jobs.get", status: 403, body, times: 3 });
  expect((await send(customer.connection)).error).toBeUndefined();
  expect(await customer.delivered()).toEqual(EXPECTED);
});

test("an account that may see no job at all is told which role it needs", async () => {
  const { control, projectId } = customer;
  const body = deniedJob(`${projectId}:EU.crosscurrent_load_x_0`);
  await control.addFault(projectId, { kind: "respond", target: "jobs.get", status: 403, body });
  const { error } = await send(customer.connection);
  expect(error).toMatchObject({
    kind: "permission",
    message: expect.stringMatching(/may not see its own jobs.*roles\/bigquery.jobUser/) as string,
  });
});
