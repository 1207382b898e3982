// Destinations that lose rows: expirations, the sandbox, collations, tables that were made by the customer.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../../../../dev/standins/bigquery/google.ts";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import type { Bucket } from "../../../../src/domain/bucket.ts";
import { bucketText, DAY_MS, HOUR_MS, makeBuckets, runExport } from "../../../support/providers/contractSupport.ts";
import { createCustomer, type Customer, DATASET, TABLE } from "../../../support/providers/bigquery.ts";

let customer: Customer;

beforeEach(async () => {
  customer = await createCustomer();
}, SHARED_START_TIMEOUT_MS);
afterEach(async () => {
  await customer.close();
});

const FIELDS = [
  { name: "alias_id", type: "STRING" },
  { name: "route_id", type: "STRING" },
  { name: "variant_id", type: "STRING" },
  { name: "user_id", type: "STRING" },
  { name: "timestamp", type: "TIMESTAMP" },
];
const BY_DAY = { timePartitioning: { type: "DAY", field: "timestamp" } };
const DAYS_60 = 60 * DAY_MS;

const textsOf = (buckets: Bucket[]): string[] => buckets.map((bucket) => bucketText(bucket, bucket.timeMs)).toSorted();
const send = (buckets: Bucket[]) =>
  runExport({ connector: customer.connector(), connection: customer.connection }, buckets);
const prepare = () => customer.connector().prepareExport!(customer.connection, new AbortController().signal);
const table = () => customer.control.table(customer.projectId, DATASET, TABLE);
const createTable = (more: Json, fields: Json[] = FIELDS) =>
  customer.control.createTable(customer.projectId, DATASET, TABLE, { schema: { fields }, ...more });
const recreateDataset = async (dataset: Json) => {
  await customer.control.deleteDataset(customer.projectId, DATASET);
  await customer.control.createDataset(customer.projectId, DATASET, { location: "EU", ...dataset });
};
const warned = async () => {
  const steps = await customer.connector().testConnection(customer.connection, [], async () => async () => {});
  expect(steps.filter(({ ok }) => !ok)).toEqual([]);
  return steps.filter(({ warning }) => warning === true).map(({ message }) => message);
};
const failed = async () => {
  const steps = await customer.connector().testConnection(customer.connection, [], async () => async () => {});
  return steps.filter(({ ok }) => !ok).map(({ message }) => message);
};

/** Buckets of so many days ago, one a day. */
function daysAgo(days: number[]): Bucket[] {
  return makeBuckets(days.length).map((bucket, i) => {
    const shift = days[i]! * DAY_MS;
    return { ...bucket, hourMs: bucket.hourMs - shift, timeMs: bucket.timeMs - shift };
  });
}

describe("a dataset whose tables expire", () => {
  test("the export's own table is made without an end, whatever the default", async () => {
    await recreateDataset({ defaultTableExpirationMs: String(HOUR_MS) });
    const buckets = makeBuckets(3);
    expect((await send(buckets)).error).toBeUndefined();
    expect((await table())?.["expirationTime"]).toBeUndefined();
    expect(await prepare()).toMatchObject({ endsAtMs: null, keepsRowsMs: null, remedy: "" });
    expect(await warned()).toEqual([]);
    expect(await customer.delivered()).toEqual(textsOf(buckets));
  });

  test("its partitions are kept for ever too, so that old rows stay", async () => {
    await recreateDataset({ defaultPartitionExpirationMs: String(10 * DAY_MS) });
    const buckets = daysAgo([0, 7, 12, 80]);
    expect((await send(buckets)).error).toBeUndefined();
    expect((await table())?.["timePartitioning"]).toEqual({ type: "DAY", field: "timestamp" });
    expect(await customer.delivered()).toEqual(textsOf(buckets));
  });

  test("a table that an earlier version made is mended; an end that a person has set stays", async () => {
    await recreateDataset({ defaultTableExpirationMs: String(DAY_MS) });
    await send(makeBuckets(1));
    const { creationTime } = (await table()) as { creationTime: string };
    const { control, projectId } = customer;
    const patch = async (expirationTime: number) => {
      const token = await control.issueToken(customer.email);
      await fetch(`${control.origin}/bigquery/v2/projects/${projectId}/datasets/${DATASET}/tables/${TABLE}`, {
        method: "PATCH",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ expirationTime: String(expirationTime) }),
      });
    };
    await patch(Number(creationTime) + DAY_MS);
    expect(await prepare()).toMatchObject({ endsAtMs: null });
    const byHand = Number(creationTime) + 3 * DAY_MS;
    await patch(byHand);
    expect(await prepare()).toMatchObject({ endsAtMs: byHand });
    expect(await warned()).toEqual([expect.stringContaining(new Date(byHand).toISOString())]);
  });

  test("without billing nothing can be kept: the test and the destination say so, the export names billing", async () => {
    await customer.control.settings(customer.projectId, { isSandbox: true });
    await recreateDataset({ defaultTableExpirationMs: String(DAYS_60), defaultPartitionExpirationMs: String(DAYS_60) });
    expect(await warned()).toEqual([expect.stringMatching(/after 60 days.*Enable billing/)]);
    expect(await prepare()).toMatchObject({
      keepsRowsMs: DAYS_60,
      remedy: expect.stringMatching(/partition_expiration_days = NULL.*enable billing/) as string,
    });
    expect((await send(makeBuckets(2))).error).toMatchObject({
      kind: "permission",
      message: expect.stringMatching(/Enable billing/) as string,
    });
  });
});

test("rows whose partition has expired are rejected, and sent again once it is lifted", async () => {
  await createTable({ timePartitioning: { ...BY_DAY.timePartitioning, expirationMs: String(10 * DAY_MS) } });
  const buckets = daysAgo([80, 12, 7, 0]);
  const { progress, error } = await send(buckets);
  expect(error).toBeUndefined();
  const rejected = progress.flatMap((part) => part.rejected);
  expect(progress.reduce((sum, { sent }) => sum + sent, 0)).toBe(2);
  expect(rejected.map(({ bucket }) => bucket.userId)).toEqual(["user-0", "user-1"]);
  expect(new Set(rejected.map(({ reason }) => reason)).size).toBe(1);
  expect(rejected[0]?.reason).toMatch(/keeps rows for 10 days only.*Remove the expiration.*send the record again/);
  expect(await customer.delivered()).toEqual(textsOf(buckets.slice(2)));
  expect(await prepare()).toMatchObject({ keepsRowsMs: 10 * DAY_MS });
  expect(await warned()).toEqual([expect.stringMatching(/deletes rows after 10 days/)]);

  await customer.control.deleteTable(customer.projectId, DATASET, TABLE);
  await createTable(BY_DAY);
  expect((await send(buckets)).error).toBeUndefined();
  expect(await customer.delivered()).toEqual(textsOf(buckets));
});

test("a batch of rejected buckets alone costs neither a load nor a MERGE", async () => {
  await createTable({ timePartitioning: { ...BY_DAY.timePartitioning, expirationMs: String(10 * DAY_MS) } });
  const { progress } = await send(daysAgo([80, 70]));
  expect(progress.flatMap((part) => part.rejected)).toHaveLength(2);
  expect((await customer.control.counters(customer.projectId)).jobs).toEqual({});
});

describe("a dataset that does not tell upper from lower case", () => {
  const pair = (): Bucket[] => {
    const [one] = makeBuckets(1);
    return ["User1", "user1"].map((userId, i) => ({ ...one!, userId, seq: i + 1 }));
  };

  test("User1 and user1 stay two rows", async () => {
    await recreateDataset({ defaultCollation: "und:ci" });
    expect((await send(pair())).error).toBeUndefined();
    expect(await customer.delivered()).toEqual(textsOf(pair()));
    expect((await send(pair().map((bucket) => ({ ...bucket, timeMs: bucket.timeMs - 5 })))).error).toBeUndefined();
    expect(await customer.delivered()).toEqual(textsOf(pair()));
  });

  test("a table of the customer's with that collation is refused by the test and the run", async () => {
    await recreateDataset({ defaultCollation: "und:ci" });
    await createTable(BY_DAY);
    const said = expect.stringMatching(/alias_id.*does not tell upper from lower case.*empty collation/) as string;
    expect(await failed()).toEqual([said]);
    expect((await send(pair())).error).toMatchObject({ kind: "schema", message: said });
  });
});

describe("a table that the customer made", () => {
  test("with a required filter on the rows' time is merged into", async () => {
    await createTable({ ...BY_DAY, requirePartitionFilter: true });
    expect(await warned()).toEqual([]);
    const buckets = daysAgo([80, 1, 0]);
    expect((await send(buckets)).error).toBeUndefined();
    expect(await customer.delivered()).toEqual(textsOf(buckets));
  });

  test.each<[string, Json, Json[]]>([
    ["another column", { timePartitioning: { type: "DAY", field: "day" } }, [...FIELDS, { name: "day", type: "DATE" }]],
    ["the time of ingestion", { timePartitioning: { type: "DAY" } }, FIELDS],
  ])("with a required filter on %s is refused by the test and the run", async (_what, partitions, fields) => {
    await createTable({ ...partitions, requirePartitionFilter: true }, fields);
    const said = expect.stringMatching(
      /requires a filter on its partitions.*require_partition_filter = FALSE/,
    ) as string;
    expect(await failed()).toEqual([said]);
    expect((await send(makeBuckets(2))).error).toMatchObject({ kind: "schema", message: said });
  });

  test("without partitions it works, and the test says what each batch costs", async () => {
    await createTable({});
    expect(await warned()).toEqual([expect.stringMatching(/not partitioned by timestamp.*reads the whole table/)]);
    const buckets = makeBuckets(3);
    expect((await send(buckets)).error).toBeUndefined();
    expect(await customer.delivered()).toEqual(textsOf(buckets));
  });
});

test("a table made anew has another time of making", async () => {
  const first = await prepare();
  expect(await prepare()).toEqual(first);
  await customer.control.deleteTable(customer.projectId, DATASET, TABLE);
  const second = await prepare();
  expect(second.madeAtMs).toBeGreaterThan(first.madeAtMs);
  expect(second.name).toBe(`The table ${DATASET}.${TABLE}`);
});

test("rows that the customer has deleted come again in a later round, not in the same", async () => {
  const { control, projectId, connection } = customer;
  const buckets = makeBuckets(3);
  await send(buckets);
  await control.query(projectId, `DELETE FROM \`${projectId}.${DATASET}.${TABLE}\` WHERE TRUE`);
  await send(buckets);
  expect(await customer.delivered()).toEqual([]);
  await runExport({ connector: customer.connector(), connection }, buckets, { round: 1 });
  expect(await customer.delivered()).toEqual(textsOf(buckets));
});
