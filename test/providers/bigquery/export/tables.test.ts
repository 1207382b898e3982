// The table that the export makes, and the one that a customer changed.
import type { Bucket } from "../../../../src/domain/bucket.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import type { Json } from "../../../../dev/standins/bigquery/google.ts";
import { bucketText, HOUR_MS, makeBuckets, runExport } from "../../../support/providers/contractSupport.ts";
import { createCustomer, type Customer, DATASET, TABLE } from "../../../support/providers/bigquery.ts";

let customer: Customer;

beforeEach(async () => {
  customer = await createCustomer();
}, SHARED_START_TIMEOUT_MS);
afterEach(async () => {
  await customer.close();
});

const textsOf = (buckets: Bucket[]): string[] => buckets.map((bucket) => bucketText(bucket, bucket.timeMs)).toSorted();
const send = (buckets: Bucket[]) =>
  runExport({ connector: customer.connector(), connection: customer.connection }, buckets);
const createTable = (fields: Json[], more: Json = {}) =>
  customer.control.createTable(customer.projectId, DATASET, TABLE, { schema: { fields }, ...more });

const FIELDS = [
  { name: "alias_id", type: "STRING" },
  { name: "route_id", type: "STRING" },
  { name: "variant_id", type: "STRING" },
  { name: "user_id", type: "STRING" },
  { name: "timestamp", type: "TIMESTAMP" },
];

test("the table is partitioned by day, clustered and labelled with its workspace", async () => {
  await send(makeBuckets(3));
  const table = await customer.control.table(customer.projectId, DATASET, TABLE);
  expect(table).toMatchObject({
    schema: { fields: FIELDS },
    timePartitioning: { type: "DAY", field: "timestamp" },
    clustering: { fields: ["alias_id", "variant_id"] },
    labels: { crosscurrent_workspace: customer.connection.workspaceId.toLowerCase() },
  });
  expect(table?.["expirationTime"]).toBeUndefined();
});

test("a revision moves its row to the later time, never back, and leaves other hours alone", async () => {
  const buckets = makeBuckets(40);
  const first = buckets.map((bucket) => ({ ...bucket, timeMs: bucket.hourMs + 60_000 }));
  // The same keys in the hours around it, across midnight for some time of the day.
  const around = [-1, 1].flatMap((hours) =>
    first.map((bucket) => ({
      ...bucket,
      seq: bucket.seq + 1_000 * (hours + 2),
      hourMs: bucket.hourMs + hours * HOUR_MS,
      timeMs: bucket.timeMs + hours * HOUR_MS,
    })),
  );
  await send([...first, ...around]);
  expect(await customer.delivered()).toEqual(textsOf([...first, ...around]));
  const later = first.map((bucket) => ({ ...bucket, timeMs: bucket.hourMs + HOUR_MS - 1 }));
  await send(later.slice(0, 20));
  const expected = textsOf([...later.slice(0, 20), ...first.slice(20), ...around]);
  expect(await customer.delivered()).toEqual(expected);
  await send(first);
  expect(await customer.delivered()).toEqual(expected);
});

test("buckets of many days, months apart, keep their one row each", async () => {
  const buckets = makeBuckets(90).map((bucket, i) => {
    const hourMs = bucket.hourMs - i * 25 * HOUR_MS;
    return { ...bucket, userId: "one user", aliasId: "one router", variantId: "v", hourMs, timeMs: hourMs + i };
  });
  await send(buckets);
  await send(buckets.toReversed().map((bucket, i) => ({ ...bucket, seq: i + 1 })));
  expect(await customer.delivered()).toEqual(textsOf(buckets));
});

test("ids of any kind arrive as they are", async () => {
  const ids = [
    '"quoted"',
    "back\\slash",
    "`tick`",
    "'; DROP TABLE x; --",
    "new\nline",
    "😀 ü",
    "\u2028",
    "{}",
    "null",
    "NaN",
    "1",
  ];
  const buckets = makeBuckets(ids.length).map((bucket, i) => ({
    ...bucket,
    userId: ids[i] ?? "",
    aliasId: ids[i] ?? "",
  }));
  await send(buckets);
  expect(await customer.delivered()).toEqual(textsOf(buckets));
});

test("usage has columns of its own, which a table from before gets, and rows that are sent again fill them", async () => {
  const { control, projectId } = customer;
  const buckets = makeBuckets(4);
  await createTable([...FIELDS, { name: "note", type: "STRING" }]);
  await send(buckets.slice(0, 2));
  const name = `\`${projectId}.${DATASET}.${TABLE}\``;
  const usage = { inputTokens: 12, outputTokens: null, costUsd: 0.0015, latencyMs: 812.5, ttftMs: null };
  const told = buckets.map((bucket) => ({ ...bucket, usage }));
  const runWith = (some: Bucket[], round: number) =>
    runExport({ connector: customer.connector(), connection: customer.connection }, some, { withUsage: true, round });
  expect((await runWith(told.slice(1), 0)).error).toBeUndefined();
  expect((await runWith(told, 1)).error).toBeUndefined();
  expect(await customer.delivered()).toEqual(textsOf(buckets));
  const { rows } = await control.query(
    projectId,
    `SELECT input_tokens, output_tokens, cost_usd, latency_ms, ttft_ms, COUNT(*) AS n FROM ${name} GROUP BY 1, 2, 3, 4, 5`,
  );
  expect(rows.map((row) => Object.values(row).map((value) => (value === null ? null : Number(value))))).toEqual([
    [12, null, 0.0015, 812.5, null, 4],
  ]);
  const table = await control.table(projectId, DATASET, TABLE);
  const schema = table?.["schema"] as { fields: { name: string }[] } | undefined;
  const names = schema?.fields.map((field) => field.name) ?? [];
  expect(names.slice(0, 6)).toEqual([...FIELDS.map((field) => field.name), "note"]);
  // An export without usage leaves the columns alone.
  expect((await send(makeBuckets(5).slice(4))).error).toBeUndefined();
  expect(await customer.delivered()).toEqual(textsOf(makeBuckets(5)));
});

test("columns that the customer added stay, with what is in them", async () => {
  const { control, projectId } = customer;
  const buckets = makeBuckets(10);
  await send(buckets);
  const name = `\`${projectId}.${DATASET}.${TABLE}\``;
  await control.query(projectId, `ALTER TABLE ${name} ADD COLUMN note STRING`);
  await control.query(projectId, `UPDATE ${name} SET note = user_id WHERE TRUE`);
  const later = buckets.map((bucket) => ({ ...bucket, timeMs: bucket.timeMs - 5 }));
  await send([
    ...later,
    ...makeBuckets(12)
      .slice(10)
      .map((bucket) => ({ ...bucket, seq: bucket.seq + 99 })),
  ]);
  const { rows } = await control.query(projectId, `SELECT user_id, note FROM ${name} ORDER BY user_id`);
  expect(rows).toHaveLength(12);
  expect(rows.filter((row) => row["note"] === row["user_id"])).toHaveLength(10);
});

test("a table that the customer made, in another order and with REQUIRED columns, is used", async () => {
  await createTable(FIELDS.toReversed().map((field) => ({ ...field, mode: "REQUIRED" })));
  const buckets = makeBuckets(5);
  expect((await send(buckets)).error).toBeUndefined();
  expect(await customer.delivered()).toEqual(textsOf(buckets));
});

test.each<[string, Json[], string]>([
  ["a column is missing", FIELDS.slice(1), "alias_id"],
  ["a column is of another type", [...FIELDS.slice(0, 4), { name: "timestamp", type: "DATETIME" }], "DATETIME"],
  ["a column is an array", [{ ...FIELDS[0], mode: "REPEATED" }, ...FIELDS.slice(1)], "array"],
  [
    "a column of the customer's may not be NULL",
    [...FIELDS, { name: "note", type: "STRING", mode: "REQUIRED" }],
    "NULLABLE",
  ],
])("where %s, the error says so", async (_name, fields, word) => {
  await createTable(fields);
  const { error } = await send(makeBuckets(5));
  expect(error).toMatchObject({ kind: "schema", message: expect.stringContaining(word) as string });
});

test("a view in the table's place is refused", async () => {
  await createTable(FIELDS);
  const query =
    "SELECT 'a' AS alias_id, 'r' AS route_id, 'v' AS variant_id, 'u' AS user_id, CURRENT_TIMESTAMP() AS timestamp";
  await customer.control.replaceTableWithView(customer.projectId, DATASET, TABLE, query);
  const { error } = await send(makeBuckets(5));
  expect(error).toMatchObject({ kind: "schema", message: expect.stringContaining("view") as string });
});

test("an integration that only imports has nothing to export to", async () => {
  const connection = customer.settings({ datasetId: null });
  const { error } = await runExport({ connector: customer.connector(), connection }, makeBuckets(5));
  expect(error).toMatchObject({ kind: "schema" });
});

test("a dataset in another location than the integration says is told", async () => {
  const connection = customer.settings({ location: "US" });
  const { error } = await runExport({ connector: customer.connector(), connection }, makeBuckets(5));
  expect(error).toMatchObject({ kind: "not_found", message: expect.stringContaining("location US") as string });
});
