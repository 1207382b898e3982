// The export when something fails: every key has exactly one row with its latest time in the end, and no job runs twice.
import type { Bucket } from "../../../../src/domain/bucket.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FaultInput } from "../../../../dev/standins/bigquery/protocol.ts";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import type { BigQueryOptions } from "../../../../src/providers/bigquery/options.ts";
import { bucketText, lastSeq, makeBuckets, runExport, total } from "../../../support/providers/contractSupport.ts";
import { createCustomer, type Customer, DATASET } from "../../../support/providers/bigquery.ts";

const COUNT = 300;
let customer: Customer;

beforeEach(async () => {
  customer = await createCustomer();
}, SHARED_START_TIMEOUT_MS);
afterEach(async () => {
  await customer.close();
});

const textsOf = (buckets: Bucket[]): string[] => buckets.map((bucket) => bucketText(bucket, bucket.timeMs)).toSorted();
const fault = (input: FaultInput): Promise<number> => customer.control.addFault(customer.projectId, input);
/** One try of an activity, by a worker that knows nothing of those before it. */
const tryOnce = (buckets: Bucket[], change: Partial<BigQueryOptions> = {}, signal = new AbortController().signal) =>
  runExport({ connector: customer.connector(change), connection: customer.connection }, buckets, { signal });
const ran = async (kind: string): Promise<{ done: number; failed: number }> =>
  (await customer.control.counters(customer.projectId)).jobs[kind] ?? { done: 0, failed: 0 };
const expectDelivered = async (buckets: Bucket[]): Promise<void> => {
  expect(await customer.delivered()).toEqual(textsOf(buckets));
};

test.each<[string, FaultInput]>([
  ["the load's answer is lost", { kind: "reset_after", target: "jobs.insert", jobType: "load", times: 1 }],
  ["the load is answered by 503", { kind: "backend_error_after", target: "jobs.insert", jobType: "load", times: 1 }],
  ["the MERGE's answer is lost", { kind: "reset_after", target: "jobs.insert", jobType: "query", times: 1 }],
  ["the MERGE is answered by 503", { kind: "backend_error_after", target: "jobs.insert", jobType: "query", times: 1 }],
  ["a request is cut before anything is done", { kind: "reset", target: "any", times: 1, afterRequests: 3 }],
  ["the job is not found out about at once", { kind: "backend_error", target: "jobs.get", times: 2 }],
])("one load and one MERGE where %s", async (_name, input) => {
  const buckets = makeBuckets(COUNT);
  await fault(input);
  const { progress, error } = await tryOnce(buckets);
  expect(error).toBeUndefined();
  expect(total(progress)).toEqual({ sent: COUNT, rejected: 0 });
  await expectDelivered(buckets);
  expect(await ran("load")).toEqual({ done: 1, failed: 0 });
  expect(await ran("query:MERGE")).toEqual({ done: 1, failed: 0 });
});

test.each<["load" | "query", string]>([
  ["load", "load"],
  ["query", "query:MERGE"],
])("a %s whose answer never comes is looked up and not started again", async (jobType, kind) => {
  const buckets = makeBuckets(COUNT);
  await fault({ kind: "hang_after", target: "jobs.insert", jobType, times: 1 });
  const { error } = await tryOnce(buckets, { requestTimeoutMs: 700 });
  expect(error).toBeUndefined();
  await expectDelivered(buckets);
  expect(await ran(kind)).toEqual({ done: 1, failed: 0 });
});

test.each<["load" | "query", string]>([
  ["load", "load"],
  ["query", "query:MERGE"],
])("a %s that takes long is followed by the next try", async (jobType, kind) => {
  const buckets = makeBuckets(COUNT);
  await customer.control.settings(customer.projectId, { insertAnswersWithinMs: 0 });
  await fault({ kind: "job_slow", target: "jobs.insert", jobType, times: 1, delayMs: 1_000 });
  const first = await tryOnce(buckets, { jobWaitMs: 100 });
  expect(first).toMatchObject({ progress: [], error: { kind: "transient" } });
  const second = await tryOnce(buckets);
  expect(second.error).toBeUndefined();
  await expectDelivered(buckets);
  expect(await ran(kind)).toEqual({ done: 1, failed: 0 });
});

test("a job that failed in passing uses up its id, and one of the next generation takes its place", async () => {
  const buckets = makeBuckets(COUNT);
  for (const jobType of ["load", "query"] as const) {
    await fault({ kind: "job_failed", target: "jobs.insert", jobType, times: 1, reason: "backendError" });
  }
  expect((await tryOnce(buckets)).error).toBeUndefined();
  await expectDelivered(buckets);
  const ids = (await customer.control.jobs(customer.projectId)).map((job) => job.jobReference.jobId);
  expect(ids.map((id) => /_(load|merge)_[0-9a-f]{40}_(\d)$/.exec(id)?.slice(1))).toEqual([
    ["load", "0"],
    ["load", "1"],
    ["merge", "0"],
    ["merge", "1"],
  ]);
});

test("jobs that keep failing end the try with their own error; the first good one of a later try delivers", async () => {
  const buckets = makeBuckets(COUNT);
  const bad = "Could not parse 'user-17' as STRING";
  const failing = { kind: "job_failed", target: "jobs.insert", jobType: "load" } as const;
  await fault({ ...failing, reason: "backendError" });
  for (let attempt = 0; attempt < 2; attempt++)
    expect((await tryOnce(buckets)).error).toMatchObject({ kind: "transient" });
  await customer.control.clearFaults(customer.projectId);
  await fault({ ...failing, reason: "invalid", message: bad });
  const { error } = await tryOnce(buckets);
  expect(error).toMatchObject({ kind: "schema" });
  expect(String(error)).not.toContain("user-17");
  await customer.control.clearFaults(customer.projectId);
  expect((await tryOnce(buckets)).error).toBeUndefined();
  await expectDelivered(buckets);
  const generations = (await customer.control.jobs(customer.projectId))
    .map((job) => /_load_\w+_(\d+)$/.exec(job.jobReference.jobId)?.[1])
    .filter((generation) => generation !== undefined);
  expect(generations).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
});

test("a staging table that is gone before its MERGE ran is loaded again", async () => {
  const buckets = makeBuckets(COUNT);
  await fault({ kind: "backend_error", target: "jobs.insert", jobType: "query" });
  expect((await tryOnce(buckets)).error).toMatchObject({ kind: "transient" });
  const [staging = ""] = await customer.stagingTables();
  const table = await customer.control.table(customer.projectId, DATASET, staging);
  const leftMs = Number(table?.["expirationTime"]) - Date.now();
  expect(leftMs).toBeGreaterThan(23 * 3_600_000);
  expect(leftMs).toBeLessThanOrEqual(24 * 3_600_000);
  await customer.control.deleteTable(customer.projectId, DATASET, staging);
  await customer.control.clearFaults(customer.projectId);
  expect((await tryOnce(buckets)).error).toBeUndefined();
  await expectDelivered(buckets);
  expect(await ran("load")).toEqual({ done: 2, failed: 0 });
  expect(await customer.stagingTables()).toEqual([]);
});

test("a staging table that was made anew and not loaded does not pass for the loaded one", async () => {
  const buckets = makeBuckets(COUNT);
  await fault({ kind: "backend_error", target: "jobs.insert", jobType: "query" });
  await tryOnce(buckets);
  const [staging = ""] = await customer.stagingTables();
  await customer.control.deleteTable(customer.projectId, DATASET, staging);
  await customer.control.clearFaults(customer.projectId);
  // The next try makes the table, and its upload fails.
  await fault({ kind: "backend_error", target: "jobs.insert", jobType: "load" });
  expect((await tryOnce(buckets)).error).toMatchObject({ kind: "transient" });
  expect(await customer.stagingTables()).toEqual([staging]);
  await customer.control.clearFaults(customer.projectId);
  expect((await tryOnce(buckets)).error).toBeUndefined();
  await expectDelivered(buckets);
  expect(await ran("load")).toEqual({ done: 2, failed: 0 });
});

test("a worker that died after the MERGE leaves nothing to do for the next one", async () => {
  const buckets = makeBuckets(COUNT);
  await fault({ kind: "reset", target: "tables.delete" });
  expect((await tryOnce(buckets)).error).toBeUndefined();
  expect(await customer.stagingTables()).toHaveLength(1);
  await customer.control.clearFaults(customer.projectId);
  const again = await tryOnce(buckets);
  expect(total(again.progress).sent).toBe(COUNT);
  expect(await ran("load")).toEqual({ done: 1, failed: 0 });
  expect(await ran("query:MERGE")).toEqual({ done: 1, failed: 0 });
  expect(await customer.stagingTables()).toEqual([]);
});

test("MERGEs into one table never run at once, however the batches of two workers are cut", async () => {
  await customer.control.settings(customer.projectId, { insertAnswersWithinMs: 0 });
  const buckets = makeBuckets(COUNT);
  // What a worker was given before some of the buckets got a later time and moved on in the order.
  const before = buckets.map((bucket) => ({ ...bucket, timeMs: bucket.timeMs - 60_000 }));
  await fault({ kind: "job_slow", target: "jobs.insert", jobType: "query", times: 2, delayMs: 600 });
  const lost = tryOnce(before, { jobWaitMs: 200 });
  const others = [tryOnce(buckets, { exportBatchRows: 110 }), tryOnce(buckets.slice(50), { exportBatchRows: 90 })];
  for (const { error } of await Promise.all(others)) expect(error).toBeUndefined();
  expect((await lost).error).toMatchObject({ kind: "transient" });
  await expectDelivered(buckets);
  const merges = (await customer.control.jobs(customer.projectId)).filter(({ jobReference }) =>
    jobReference.jobId.startsWith("crosscurrent_merge_"),
  );
  const spans = merges.map(
    ({ statistics }) => [Number(statistics["startTime"]), Number(statistics["endTime"])] as const,
  );
  const inOrder = spans.toSorted(([a], [b]) => a - b);
  expect(inOrder.length).toBeGreaterThanOrEqual(6);
  for (const [i, [start]] of inOrder.entries()) expect(start).toBeGreaterThanOrEqual(inOrder[i - 1]?.[1] ?? 0);
});

test("a token that is revoked in the middle is replaced", async () => {
  const buckets = makeBuckets(COUNT);
  const { error } = await runExport(
    { connector: customer.connector({ exportBatchRows: 100 }), connection: customer.connection },
    buckets,
    { onProgress: () => void customer.control.revokeTokens(customer.email) },
  );
  expect(error).toBeUndefined();
  await expectDelivered(buckets);
});

test.each<[string, FaultInput, number]>([
  ["a day's quota", { kind: "quota_exceeded", target: "jobs.insert" }, 10 * 60_000],
  ["a rate", { kind: "rate_limited_429", target: "jobs.insert" }, 30_000],
  ["a quota that a job finds", { kind: "job_failed", target: "jobs.insert", reason: "quotaExceeded" }, 10 * 60_000],
])("%s that is used up says when to go on", async (_name, input, atLeastMs) => {
  await fault(input);
  const { error } = await tryOnce(makeBuckets(COUNT));
  expect(error).toMatchObject({ kind: "rate_limited" });
  expect((error as { retryAtMs: number }).retryAtMs - Date.now()).toBeGreaterThan(atLeastMs);
});

test("a dataset that was deleted is not found; made anew, it gets everything again", async () => {
  const { control, projectId } = customer;
  const buckets = makeBuckets(COUNT);
  await tryOnce(buckets);
  await control.deleteDataset(projectId, DATASET);
  const gone = await tryOnce(buckets);
  expect(gone.error).toMatchObject({ kind: "not_found", message: expect.stringContaining(DATASET) as string });
  await control.createDataset(projectId, DATASET, { location: "EU" });
  expect((await tryOnce(buckets)).error).toBeUndefined();
  await expectDelivered(buckets);
});

test("roles that are missing are named", async () => {
  const failed = async () => (await tryOnce(makeBuckets(COUNT))).error;
  await customer.grant(["dataEditor"]);
  expect(await failed()).toMatchObject({
    kind: "permission",
    message: expect.stringContaining("BigQuery Job User") as string,
  });
  await customer.grant(["jobUser", "dataViewer"]);
  const error = await failed();
  expect(error).toMatchObject({
    kind: "permission",
    message: expect.stringContaining("BigQuery Data Editor") as string,
  });
  expect(String(error)).toContain(customer.email);
});

test("being asked to stop while a job runs leaves the job to the next try", async () => {
  const buckets = makeBuckets(COUNT);
  await customer.control.settings(customer.projectId, { insertAnswersWithinMs: 0 });
  await fault({ kind: "job_slow", target: "jobs.insert", jobType: "query", times: 1, delayMs: 800 });
  const stop = new AbortController();
  const reason = new Error("stop");
  const running = tryOnce(buckets, {}, stop.signal);
  await expect.poll(async () => (await customer.control.jobs(customer.projectId)).length, { timeout: 10_000 }).toBe(2);
  stop.abort(reason);
  expect((await running).error).toBe(reason);
  expect((await tryOnce(buckets)).error).toBeUndefined();
  await expectDelivered(buckets);
  expect(await ran("query:MERGE")).toEqual({ done: 1, failed: 0 });
});

test("several batches arrive without a gap, and their staging tables are gone", async () => {
  const buckets = makeBuckets(COUNT);
  const { progress } = await tryOnce(buckets, { exportBatchRows: 70 });
  expect(progress.map((item) => item.sent)).toEqual([70, 70, 70, 70, 20, 0]);
  expect(progress.at(-1)?.cursorSeq).toBe(lastSeq(buckets) + 5);
  await expectDelivered(buckets);
  expect(await customer.stagingTables()).toEqual([]);
});

test("an export that starts over leaves out the batch that was merged last, and fails no job", async () => {
  const buckets = makeBuckets(COUNT);
  for (const merges of [2, 3]) {
    expect((await tryOnce(buckets, { exportBatchRows: COUNT / 2 })).error).toBeUndefined();
    await expectDelivered(buckets);
    expect(await ran("load")).toEqual({ done: merges, failed: 0 });
    expect(await ran("query:MERGE")).toEqual({ done: merges, failed: 0 });
  }
  expect(await customer.stagingTables()).toEqual([]);
});

test("usage is switched on while rows that tell nothing are loaded without it", async () => {
  const buckets = makeBuckets(COUNT);
  await customer.control.settings(customer.projectId, { insertAnswersWithinMs: 0 });
  await fault({ kind: "job_slow", target: "jobs.insert", jobType: "load", times: 1, delayMs: 1_000 });
  expect(await tryOnce(buckets, { jobWaitMs: 100 })).toMatchObject({ progress: [], error: { kind: "transient" } });
  const connector = { connector: customer.connector(), connection: customer.connection };
  expect((await runExport(connector, buckets, { withUsage: true })).error).toBeUndefined();
  await expectDelivered(buckets);
});
