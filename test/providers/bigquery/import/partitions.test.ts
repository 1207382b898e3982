// Where rows are read: arrival columns, ingestion time, tables that demand a filter, and what a session scans.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import { type EventProgress, NO_PROGRESS } from "../../../../src/domain/progress.ts";
import { planBigQueryRanges } from "../../../../src/providers/bigquery/import/planPasses.ts";
import {
  createImportCustomer,
  DAY_MS,
  eventOf,
  HOUR_MS,
  idsOf,
  type ImportCustomer,
  plan,
  readAll,
  readPage,
  rowOf,
  START_MS,
  timeText,
  USUAL_FIELDS,
} from "../../../support/providers/bigqueryImport.ts";

const BOUND = START_MS + 20 * DAY_MS;
const DAILY = { timePartitioning: { type: "DAY" } };
const REQUIRED = { requirePartitionFilter: true };
const BY_INGESTION = { arrivalFieldName: "_PARTITIONTIME" };
const LOADED = [...USUAL_FIELDS, { name: "loaded_at", type: "TIMESTAMP" }];

let customer: ImportCustomer;

beforeAll(async () => {
  customer = await createImportCustomer("import-partitions");
}, SHARED_START_TIMEOUT_MS);

afterAll(() => customer.close());

const time = (ms: number) => `${timeText(ms)}+00:00`;
const bytesOf = (read: Awaited<ReturnType<typeof readAll>>) =>
  read.pages.flatMap(({ opened }) => opened).reduce((sum, { estimatedBytes }) => sum + (estimatedBytes ?? 0), 0);

async function readDays(event: ReturnType<typeof eventOf>, fromDay: string, toDay: string): Promise<string[]> {
  const range = { id: 1, event: event.name, purpose: "reread" as const, fromDay, toDay, unfinished: null };
  const ids: string[] = [];
  let [pass] = planBigQueryRanges({ ranges: [{ definition: event, range }], highWatermarkMs: BOUND });
  let progress: EventProgress | undefined = pass?.progress;
  while (progress !== undefined && progress.unfinished !== null) {
    const page = await readPage(customer, [event], progress);
    if (page.error !== null) throw page.error;
    ids.push(...idsOf(page.rows));
    progress = page.progress ?? undefined;
  }
  return ids.toSorted();
}

describe("an arrival column", () => {
  test("brings old rows that come now, rows that do not say when, and none from before the import's start", async () => {
    await customer.createTable("arrivals", LOADED, { timePartitioning: { type: "DAY", field: "loaded_at" } });
    const event = eventOf("purchase", "arrivals", { arrivalFieldName: "LOADED_AT" });
    const row = (id: string, timeMs: number, loadedMs: number | null) =>
      rowOf(id, timeMs, { loaded_at: loadedMs === null ? null : time(loadedMs) });
    await customer.load("arrivals", [
      row("first day", START_MS, START_MS + HOUR_MS),
      row("clock is behind", START_MS + 1, START_MS - HOUR_MS),
      row("before the start", START_MS - 1, START_MS + HOUR_MS),
      row("unknown", START_MS + 2, null),
    ]);
    const first = await readAll(customer, [event], BOUND);
    expect(idsOf(first.rows)).toEqual(["clock is behind", "first day", "unknown"]);
    await customer.load("arrivals", [
      row("weeks old", START_MS + DAY_MS, BOUND + HOUR_MS),
      row("statement of six hours", START_MS + DAY_MS, BOUND - 5 * HOUR_MS),
      row("clock is ahead", START_MS + DAY_MS, BOUND + 20 * HOUR_MS),
      row("late and unknown", BOUND - HOUR_MS, null),
    ]);
    const second = await readAll(customer, [event], BOUND + 8 * HOUR_MS, { start: first.progress });
    expect(idsOf(second.rows)).toEqual(["clock is ahead", "late and unknown", "statement of six hours", "weeks old"]);
    expect(second.pages.flatMap(({ opened }) => opened)).toMatchObject([{ lookbackMs: null }]);
    // Partitions of before are not scanned: those rows and the two without an arrival are.
    const rowBytes = (first.pages[0]?.opened[0]?.sourceBytes ?? 0) / 4;
    expect(bytesOf(second)).toBe(5 * rowBytes);
  });

  test("of days: the days' rows are read again by their own time, within the partitions that may have them", async () => {
    const event = eventOf("purchase", "arrivals", { arrivalFieldName: "loaded_at" });
    expect(await readDays(event, "2026-01-02", "2026-01-02")).toEqual([
      "clock is ahead",
      "statement of six hours",
      "weeks old",
    ]);
  });

  test("may be set and taken away in the middle of a pass, which begins again", async () => {
    const byTime = eventOf("purchase", "arrivals");
    const byArrival = eventOf("purchase", "arrivals", { arrivalFieldName: "loaded_at" });
    const [pass] = plan(customer, [byTime], NO_PROGRESS, BOUND);
    const { progress } = await readPage(customer, [byTime], pass!.progress);
    expect(progress?.unfinished?.cursor).toMatchObject({ by: "time", fromMs: START_MS + 7 * DAY_MS });
    const after = await readPage(customer, [byArrival], progress!);
    expect(after.progress?.unfinished?.cursor).toMatchObject({ by: "arrival", fromMs: START_MS + 13 * DAY_MS });
    const back = await readPage(customer, [byTime], after.progress!);
    expect(back.progress).toEqual({ completeThroughMs: BOUND, unfinished: null });
    expect(idsOf(back.rows)).toContain("first day");
  });

  test("may be changed to another one in the middle of a pass, which begins again", async () => {
    await customer.createTable("two_arrivals", [...LOADED, { name: "copied_at", type: "TIMESTAMP" }]);
    await customer.load("two_arrivals", [
      rowOf("early", START_MS, { loaded_at: time(BOUND - HOUR_MS), copied_at: time(START_MS + HOUR_MS) }),
    ]);
    const by = (arrivalFieldName: string) => eventOf("purchase", "two_arrivals", { arrivalFieldName });
    const [pass] = plan(customer, [by("loaded_at")], NO_PROGRESS, BOUND);
    const { rows, progress } = await readPage(customer, [by("loaded_at")], pass!.progress);
    expect([rows, progress?.unfinished?.cursor]).toMatchObject([[], { by: "arrival", arrival: "loaded_at" }]);
    const after = await readPage(customer, [by("copied_at")], progress!);
    expect(idsOf(after.rows)).toEqual(["early"]);
  });

  test("must be a column of times, or ingestion time of a table that has it", async () => {
    const page = (arrivalFieldName: string) => {
      const event = eventOf("purchase", "arrivals", { arrivalFieldName });
      return readPage(customer, [event], plan(customer, [event], NO_PROGRESS, BOUND)[0]!.progress);
    };
    expect((await page("amount")).error).toMatchObject({
      kind: "schema",
      message: expect.stringContaining(
        '"amount", the arrival field, is NUMERIC and must be TIMESTAMP or DATETIME or DATE',
      ),
    });
    expect((await page("nowhere")).error).toMatchObject({ message: expect.stringContaining('no column "nowhere"') });
    expect((await page("_PARTITIONTIME")).error).toMatchObject({
      message: expect.stringContaining("not partitioned by ingestion time, the arrival field"),
    });
  });
});

describe("ingestion time", () => {
  test("as arrival: partitions of before are not scanned, rows of the streaming buffer are read", async () => {
    await customer.createTable("ingested", USUAL_FIELDS, { ...DAILY, ...REQUIRED });
    const event = eventOf("purchase", "ingested", BY_INGESTION);
    const row = (id: string, timeMs: number, arrivedMs: number | null) => ({
      ...rowOf(id, timeMs),
      _PARTITIONTIME: arrivedMs === null ? null : new Date(arrivedMs).toISOString(),
    });
    await customer.load(
      "ingested",
      Array.from({ length: 20 }, (_, i) => row(`day ${i}`, START_MS + i * DAY_MS, START_MS + i * DAY_MS + HOUR_MS)),
    );
    const first = await readAll(customer, [event], BOUND);
    expect(first.rows).toHaveLength(20);
    await customer.load("ingested", [
      row("old", START_MS, BOUND + HOUR_MS),
      row("yesterday's partition", START_MS, BOUND - HOUR_MS),
      row("buffered", BOUND - HOUR_MS, null),
    ]);
    const second = await readAll(customer, [event], BOUND + 8 * HOUR_MS, { start: first.progress });
    expect(idsOf(second.rows)).toEqual(["buffered", "day 19", "old", "yesterday's partition"]);
    const rowBytes = (first.pages[0]?.opened[0]?.sourceBytes ?? 0) / 20;
    expect(bytesOf(second)).toBe(4 * rowBytes);
  });

  test("without it as arrival: its partitions bound what a run scans, since no row arrives before it happens", async () => {
    const event = eventOf("purchase", "ingested");
    const through = { completeThroughMs: BOUND, unfinished: null };
    const read = await readAll(customer, [event], BOUND + 8 * HOUR_MS, { start: through });
    expect(idsOf(read.rows)).toEqual(["buffered", "day 19"]);
    const all = await readAll(customer, [event], BOUND + 8 * HOUR_MS);
    expect(all.rows).toHaveLength(23);
    const rowBytes = (read.pages[0]?.opened[0]?.sourceBytes ?? 0) / 23;
    // The days 18 and 19, and the three new rows.
    expect(bytesOf(read)).toBe(5 * rowBytes);
  });

  test("without it as arrival: rows without a time are read once, whenever they came", async () => {
    await customer.createTable("timeless", USUAL_FIELDS, { ...DAILY, ...REQUIRED });
    const event = eventOf("purchase", "timeless");
    const row = (id: string, arrivedMs: number | null, change: object = { created_at: null }) => ({
      ...rowOf(id, BOUND - HOUR_MS),
      ...change,
      _PARTITIONTIME: arrivedMs === null ? null : new Date(arrivedMs).toISOString(),
    });
    await customer.load("timeless", [
      row("came early", START_MS + DAY_MS),
      row("came late", BOUND - HOUR_MS),
      row("is buffered", null),
      row("came before the import's start", START_MS - 3 * DAY_MS),
      row("has a time", BOUND - HOUR_MS, {}),
    ]);
    const first = await readAll(customer, [event], BOUND);
    expect(first.pages.length).toBeGreaterThan(1);
    expect(idsOf(first.rows)).toEqual(["has a time"]);
    expect(first.rejected.map(({ key }) => key).toSorted()).toEqual(["came early", "came late", "is buffered"]);
    const second = await readAll(customer, [event], BOUND + DAY_MS, { start: first.progress });
    expect(second.rejected).toEqual([]);
  });

  test.each(["HOUR", "MONTH", "YEAR"])("by %s: no row is missed", async (type) => {
    const table = `by_${type}`;
    await customer.createTable(table, USUAL_FIELDS, { timePartitioning: { type }, ...REQUIRED });
    const event = eventOf("purchase", table, BY_INGESTION);
    const load = (id: string, arrivedMs: number) =>
      customer.load(table, [{ ...rowOf(id, START_MS + DAY_MS), _PARTITIONTIME: new Date(arrivedMs).toISOString() }]);
    await load("first", START_MS + 3 * DAY_MS);
    const first = await readAll(customer, [event], BOUND);
    await load("second", BOUND + HOUR_MS);
    const second = await readAll(customer, [event], BOUND + 2 * HOUR_MS, { start: first.progress });
    expect([idsOf(first.rows), idsOf(second.rows)]).toEqual([
      ["first"],
      type === "HOUR" ? ["second"] : ["first", "second"],
    ]);
  });
});

describe("a table that demands a filter", () => {
  const on = (field: string) => ({ timePartitioning: { type: "DAY", field }, ...REQUIRED });
  const firstPage = (event: ReturnType<typeof eventOf>) =>
    readPage(customer, [event], plan(customer, [event], NO_PROGRESS, BOUND)[0]!.progress);

  test("on the timestamp is read by it, and rows without a time are found", async () => {
    await customer.createTable("required", USUAL_FIELDS, on("created_at"));
    await customer.load("required", [rowOf("1", START_MS), rowOf("2", BOUND - 1, { created_at: null })]);
    const read = await readAll(customer, [eventOf("purchase", "required")], BOUND);
    expect([idsOf(read.rows), read.rejected.length]).toEqual([["1"], 1]);
  });

  test("on the arrival column is read by it", async () => {
    await customer.createTable("required_arrival", LOADED, on("loaded_at"));
    await customer.load("required_arrival", [rowOf("1", START_MS, { loaded_at: time(START_MS) })]);
    const event = eventOf("purchase", "required_arrival", { arrivalFieldName: "loaded_at" });
    expect(idsOf((await readAll(customer, [event], BOUND)).rows)).toEqual(["1"]);
    expect(await readDays(event, "2026-01-01", "2026-01-01")).toEqual(["1"]);
  });

  test("on another column is an error that names the column and the remedy, before a session is asked for", async () => {
    await customer.createTable("required_other", LOADED, on("loaded_at"));
    await customer.control.resetCounters(customer.projectId);
    const { error } = await firstPage(eventOf("purchase", "required_other"));
    expect(error).toMatchObject({ kind: "schema", concernsAllDays: true });
    expect((error as Error).message).toMatch(
      /demands a filter on its partition column "loaded_at".*set it as the event's/s,
    );
    expect((await customer.control.counters(customer.projectId)).sessionsCreated).toBe(0);
  });

  test("on ranges of integers is one too, without a remedy that does not help", async () => {
    const range = { start: "0", end: "100", interval: "10" };
    const layout = { rangePartitioning: { field: "shard", range }, ...REQUIRED };
    await customer.createTable("sharded", [...USUAL_FIELDS, { name: "shard", type: "INTEGER" }], layout);
    const { error } = await firstPage(eventOf("purchase", "sharded"));
    expect((error as Error).message).toMatch(/partition column "shard".*partitioned by the timestamp column/s);
    expect((error as Error).message).not.toContain("arrival");
  });

  test("that says so only when it is read: Google's refusal becomes the same error", async () => {
    await customer.createTable("changed");
    const refusal = (columns: string) => ({
      kind: "grpc_status" as const,
      target: "CreateReadSession" as const,
      times: 1,
      code: 3,
      message:
        `request failed: Query error: Cannot query over table 'p.shop.changed' without a filter over column(s) ${columns} ` +
        "that can be used for partition elimination",
    });
    await customer.control.addFault(customer.projectId, refusal("'amount'"));
    const known = await firstPage(eventOf("purchase", "changed"));
    expect((known.error as Error).message).toContain('partition column "amount"');
    // Nothing is quoted that is not a column of the table.
    await customer.control.addFault(customer.projectId, refusal("'secret of a row'"));
    const unknown = await firstPage(eventOf("purchase", "changed"));
    expect(unknown.error).toMatchObject({ kind: "schema" });
    expect((unknown.error as Error).message).not.toContain("secret");
  });
});

test("a partition column that nothing bounds is no error where no filter is demanded: the whole table is scanned", async () => {
  await customer.createTable("whole", LOADED, { timePartitioning: { type: "DAY", field: "loaded_at" } });
  await customer.load(
    "whole",
    Array.from({ length: 10 }, (_, i) => rowOf(`${i}`, BOUND, { loaded_at: time(START_MS + i * DAY_MS) })),
  );
  const start = { completeThroughMs: BOUND, unfinished: null };
  const read = await readAll(customer, [eventOf("purchase", "whole")], BOUND + HOUR_MS, { start });
  expect(bytesOf(read)).toBe(read.pages[0]?.opened[0]?.sourceBytes);
});
