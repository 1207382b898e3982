// Which rows a pass reads: bounds, overlap, late rows, rows from the future, DATETIME, windows and their growth.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planBigQueryPasses } from "../../../../src/providers/bigquery/import/planPasses.ts";
import { NO_PROGRESS } from "../../../../src/domain/progress.ts";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
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

let customer: ImportCustomer;

beforeAll(async () => {
  customer = await createImportCustomer("import-windows");
}, SHARED_START_TIMEOUT_MS);

afterAll(() => customer.close());

describe("what a pass reads", () => {
  test("rows from the import's start, inclusive, to the bound, exclusive, each once", async () => {
    await customer.createTable("bounds");
    const bound = START_MS + 100 * DAY_MS;
    await customer.load("bounds", [
      rowOf("before", START_MS - 1),
      rowOf("first", START_MS),
      // The first backfill window ends here.
      rowOf("last of a window", START_MS + 7 * DAY_MS - 1),
      rowOf("edge 1", START_MS + 7 * DAY_MS),
      rowOf("edge 2", START_MS + 7 * DAY_MS),
      rowOf("last", bound - 1, { created_at: `${timeText(bound - 1, "999")}+00:00` }),
      rowOf("at the bound", bound),
      rowOf("from the future", bound + 1_000 * DAY_MS),
      rowOf("another event", START_MS, { event_name: "view" }),
      rowOf("another spelling", START_MS, { event_name: "Purchase" }),
    ]);
    const read = await readAll(customer, [eventOf("purchase", "bounds")], bound);
    expect(idsOf(read.rows)).toEqual(["edge 1", "edge 2", "first", "last", "last of a window"]);
    expect(read.progress).toEqual({ completeThroughMs: bound, unfinished: null });
    expect(read.pages.length).toBeGreaterThan(2);
    expect(read.rows.find((row) => row.userIds[0] === "user of last")?.timestampMs).toBe(bound - 1);
    expect(plan(customer, [eventOf("purchase", "bounds")], read.progress, bound)).toEqual([]);
  });

  test("late rows within the overlap come with the next pass, older ones never, future ones when their time has come", async () => {
    await customer.createTable("late");
    const event = eventOf("purchase", "late");
    const bound = START_MS + 30 * DAY_MS;
    const future = bound + 3 * HOUR_MS;
    await customer.load("late", [rowOf("on time", bound - HOUR_MS), rowOf("future", future)]);
    const first = await readAll(customer, [event], bound);
    expect(idsOf(first.rows)).toEqual(["on time"]);
    await customer.load("late", [
      rowOf("late", bound - 5 * HOUR_MS),
      rowOf("late by the overlap", bound - DAY_MS),
      rowOf("too late", bound - DAY_MS - 1),
      rowOf("new", bound),
    ]);
    const second = await readAll(customer, [event], bound + HOUR_MS, { start: first.progress });
    expect(idsOf(second.rows)).toEqual(["late", "late by the overlap", "new", "on time"]);
    expect(second.progress.completeThroughMs).toBe(bound + HOUR_MS);
    const third = await readAll(customer, [event], future + 1, { start: second.progress });
    expect(idsOf(third.rows)).toContain("future");
    expect(third.progress.completeThroughMs).toBe(future + 1);
    expect(third.pages.length).toBe(1);
  });

  test("a DATETIME is read as UTC, and overlaps by a day however short the overlap is", async () => {
    const short = { ...customer, options: { ...customer.options, lookbackMs: HOUR_MS } };
    const fields = USUAL_FIELDS.map((field) => (field.name === "created_at" ? { ...field, type: "DATETIME" } : field));
    await customer.createTable("datetimes", fields);
    const event = eventOf("purchase", "datetimes");
    const bound = START_MS + 10 * DAY_MS;
    const row = (id: string, timeMs: number) => rowOf(id, timeMs, { created_at: timeText(timeMs, "123") });
    const next = row("next", bound + 14 * HOUR_MS);
    await customer.load("datetimes", [row("first", START_MS), row("before", START_MS - 1), next]);
    const first = await readAll(short, [event], bound);
    expect(idsOf(first.rows)).toEqual(["first"]);
    expect(first.rows[0]?.timestampMs).toBe(START_MS);
    expect(first.rows[0]?.properties).toContain('"created_at":"2026-01-01T00:00:00.000123"');
    await customer.load("datetimes", [row("late", bound - DAY_MS), row("too late", bound - DAY_MS - 1)]);
    const second = await readAll(short, [event], bound + HOUR_MS, { start: first.progress });
    expect(idsOf(second.rows)).toEqual(["late", "next"]);
  });

  test("a TIMESTAMP overlaps by what is set, and never reaches before the import's start", async () => {
    const short = { ...customer, options: { ...customer.options, lookbackMs: HOUR_MS } };
    await customer.createTable("overlaps");
    const event = eventOf("purchase", "overlaps");
    const bound = START_MS + HOUR_MS / 2;
    const first = await readAll(short, [event], bound);
    await customer.load("overlaps", [rowOf("start", START_MS), rowOf("before the start", START_MS - 1)]);
    const second = await readAll(short, [event], bound + 1, { start: first.progress });
    expect(idsOf(second.rows)).toEqual(["start"]);
    const third = await readAll(short, [event], START_MS + 2 * HOUR_MS, { start: second.progress });
    const fourth = await readAll(short, [event], START_MS + 3 * HOUR_MS, { start: third.progress });
    expect([idsOf(third.rows), idsOf(fourth.rows)]).toEqual([["start"], []]);
  });

  test("a table without rows is complete", async () => {
    await customer.createTable("empty");
    const bound = START_MS + 3 * DAY_MS;
    const read = await readAll(customer, [eventOf("purchase", "empty")], bound);
    expect(read.rows).toEqual([]);
    expect(read.progress).toEqual({ completeThroughMs: bound, unfinished: null });
  });
});

describe("windows", () => {
  test("grow while they are small, and are halved for each failure before", async () => {
    await customer.createTable("growing");
    const event = eventOf("purchase", "growing");
    const bound = START_MS + 200 * DAY_MS;
    const ends: number[] = [];
    const read = await readAll(customer, [event], bound);
    for (const { progress } of read.pages) {
      const cursor = progress?.unfinished?.cursor as { fromMs: number } | undefined;
      ends.push(((cursor?.fromMs ?? bound) - START_MS) / DAY_MS);
    }
    expect(ends).toEqual([7, 21, 49, 105, 200]);
    const [pass] = plan(customer, [event], NO_PROGRESS, bound);
    const shrunk = await readPage(customer, [event], pass!.progress, { pageHalvings: 3 });
    expect(shrunk.progress?.unfinished?.cursor).toMatchObject({ fromMs: START_MS + (7 * DAY_MS) / 8 });
  });

  test("unfinished work keeps its own bound; a cursor of another version begins the pass anew", () => {
    const event = eventOf("purchase", "growing");
    const bound = START_MS + 50 * DAY_MS;
    const [pass] = plan(customer, [event], NO_PROGRESS, bound);
    expect(plan(customer, [event], pass!.progress, bound + DAY_MS)).toEqual([pass]);
    const old = { completeThroughMs: START_MS, unfinished: { targetMs: bound, position: 9, cursor: { page: 4 } } };
    const [again] = plan(customer, [event], old, bound + DAY_MS);
    expect(again?.progress).toMatchObject({
      completeThroughMs: START_MS,
      unfinished: { targetMs: bound + DAY_MS, position: 0, cursor: { fromMs: null, session: null } },
    });
  });
});

describe("passes", () => {
  const bound = START_MS + DAY_MS;

  test("events of one table, mapped alike and equally far, are read together; others are not", () => {
    const events = [
      eventOf("a", "t"),
      eventOf("b", "t"),
      eventOf("c", "other"),
      eventOf("d", "t", { userIdFieldName: "account_id" }),
      eventOf("e", "t"),
    ];
    const progress = events.map(({ name }) =>
      name === "e" ? { completeThroughMs: START_MS + 5, unfinished: null } : NO_PROGRESS,
    );
    const input = {
      events: events.map((definition, i) => ({ definition, progress: progress[i]! })),
      highWatermarkMs: bound,
    };
    expect(planBigQueryPasses(customer.connection, input).map((pass) => pass.events)).toEqual([
      ["a", "b"],
      ["c"],
      ["d"],
      ["e"],
    ]);
  });

  test("there is nothing to do before the import's start", () => {
    expect(plan(customer, [eventOf("a", "t")], NO_PROGRESS, START_MS)).toEqual([]);
  });

  test("two events of one table share one read", async () => {
    await customer.createTable("shared");
    await customer.load("shared", [
      ...Array.from({ length: 10 }, (_, i) => rowOf(`p${i}`, START_MS + i)),
      ...Array.from({ length: 5 }, (_, i) => rowOf(`v${i}`, START_MS + i, { event_name: "view" })),
      rowOf("x", START_MS, { event_name: "nobody's" }),
    ]);
    await customer.control.resetCounters(customer.projectId);
    const events = [eventOf("purchase", "shared"), eventOf("view", "shared")];
    const read = await readAll(customer, events, START_MS + DAY_MS);
    const counters = await customer.control.counters(customer.projectId);
    expect(counters).toMatchObject({ sessionsCreated: 1, rowsServed: 15 });
    const names = read.rows.map((row) => row.event);
    expect([names.filter((name) => name === "purchase").length, names.length]).toEqual([10, 15]);
  });
});
