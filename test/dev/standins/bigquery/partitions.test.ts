// Partitions of the local BigQuery, as the service has them: required filters, ingestion time, sizes.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import {
  createImportCustomer,
  DATASET,
  DAY_MS,
  type ImportCustomer,
  rowOf,
  START_MS,
  USUAL_FIELDS,
} from "../../../support/providers/bigqueryImport.ts";

let customer: ImportCustomer;

beforeAll(async () => {
  customer = await createImportCustomer("standin-partitions");
}, SHARED_START_TIMEOUT_MS);

afterAll(() => customer.close());

async function open(table: string, rowRestriction: string) {
  const { client, callOptions } = await customer.clients.readClientOf(customer.connection);
  const name = `projects/${customer.projectId}/datasets/${DATASET}/tables/${table}`;
  const readOptions = { selectedFields: ["event_uuid", "amount"], rowRestriction };
  const readSession = { table: name, dataFormat: "ARROW" as const, readOptions };
  const request = { parent: `projects/${customer.projectId}`, readSession, maxStreamCount: 1 };
  const [session] = await client.createReadSession(request, { ...callOptions, retry: null });
  return { rows: Number(session.estimatedRowCount), bytes: Number(session.estimatedTotalBytesScanned) };
}

/** As much as the stand-in counts for the two columns of a row. */
const ROW_BYTES = 36;
const day = (days: number) => new Date(START_MS + days * DAY_MS).toISOString().slice(0, 10);

describe("a column", () => {
  test("that must be filtered refuses other filters in Google's words, and a filter scans its partitions alone", async () => {
    const layout = { timePartitioning: { type: "DAY", field: "created_at" }, requirePartitionFilter: true };
    await customer.createTable("by_day", USUAL_FIELDS, layout);
    await customer.load(
      "by_day",
      Array.from({ length: 30 }, (_, i) => rowOf(String(i), START_MS + Math.floor(i / 10) * DAY_MS + 1)),
    );
    const words =
      `request failed: Query error: Cannot query over table '${customer.projectId}.${DATASET}.by_day' without a filter ` +
      "over column(s) 'created_at' that can be used for partition elimination";
    await expect(open("by_day", "`event_uuid` = '1'")).rejects.toMatchObject({ code: 3, details: words });
    const from = `\`created_at\` >= TIMESTAMP '${day(1)} 12:00:00+00:00'`;
    expect(await open("by_day", from)).toEqual({ rows: 10, bytes: 20 * ROW_BYTES });
    expect(await open("by_day", `${from} AND \`created_at\` < TIMESTAMP '${day(2)} 00:00:00+00:00'`)).toEqual({
      rows: 0,
      bytes: 10 * ROW_BYTES,
    });
    const table = await customer.control.table(customer.projectId, DATASET, "by_day");
    expect(table).toMatchObject({ requirePartitionFilter: true, numRows: "30" });
    expect(Number(table?.["numBytes"])).toBeGreaterThan(30 * ROW_BYTES);
  });

  test("of integers is a partition too", async () => {
    const fields = [...USUAL_FIELDS, { name: "shard", type: "INTEGER" }];
    const range = { start: "0", end: "100", interval: "10" };
    const layout = { rangePartitioning: { field: "shard", range }, requirePartitionFilter: true };
    await customer.createTable("by_shard", fields, layout);
    await expect(open("by_shard", "`event_uuid` = '1'")).rejects.toThrow(/over column\(s\) 'shard'/);
    expect(await open("by_shard", "`shard` >= 3")).toMatchObject({ rows: 0 });
  });
});

describe("ingestion time", () => {
  test("is no column of the schema, and selects by arrival; rows of the streaming buffer have none", async () => {
    await customer.createTable("ingested", USUAL_FIELDS, {
      timePartitioning: { type: "DAY" },
      requirePartitionFilter: true,
    });
    await customer.load("ingested", [
      { ...rowOf("old", START_MS), _PARTITIONTIME: `${day(0)}T13:00:00Z` },
      { ...rowOf("newer", START_MS), _PARTITIONTIME: `${day(2)}T13:00:00Z` },
      { ...rowOf("buffered", START_MS), _PARTITIONTIME: null },
      rowOf("now", START_MS),
    ]);
    const table = await customer.control.table(customer.projectId, DATASET, "ingested");
    expect(table).toMatchObject({ schema: { fields: USUAL_FIELDS } });
    await expect(open("ingested", "")).rejects.toThrow(/'_PARTITION_LOAD_TIME', '_PARTITIONDATE', '_PARTITIONTIME'/);
    const since = `_PARTITIONTIME >= TIMESTAMP '${day(2)} 00:00:00+00:00'`;
    expect(await open("ingested", since)).toEqual({ rows: 2, bytes: 3 * ROW_BYTES });
    expect(await open("ingested", `(${since} OR _PARTITIONTIME IS NULL)`)).toMatchObject({ rows: 3 });
  });
});
