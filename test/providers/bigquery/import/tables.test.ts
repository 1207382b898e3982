// Tables as customers have them: every type, many columns, columns that come and go, wrong types, views, odd rows.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SyncError } from "../../../../src/domain/errors.ts";
import { NO_PROGRESS } from "../../../../src/domain/progress.ts";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import {
  createImportCustomer,
  DATASET,
  DAY_MS,
  eventOf,
  idsOf,
  type ImportCustomer,
  type PageResult,
  plan,
  readAll,
  readPage,
  rowOf,
  SMALL_PAGES,
  START_MS,
  USUAL_FIELDS,
} from "../../../support/providers/bigqueryImport.ts";

const BOUND = START_MS + DAY_MS;
const NOON = START_MS + DAY_MS / 2;

let customer: ImportCustomer;

beforeAll(async () => {
  customer = await createImportCustomer("import-tables");
}, SHARED_START_TIMEOUT_MS);

afterAll(() => customer.close());

function firstPage(table: string, change: Parameters<typeof eventOf>[2] = {}): Promise<PageResult> {
  const event = eventOf("purchase", table, change);
  return readPage(customer, [event], plan(customer, [event], NO_PROGRESS, BOUND)[0]!.progress);
}

describe("values", () => {
  test("every source column is kept, with its own JSON type and all its digits", async () => {
    await customer.createTable("types", [
      ...USUAL_FIELDS,
      { name: "i", type: "INTEGER" },
      { name: "f", type: "FLOAT" },
      { name: "b", type: "BOOLEAN" },
      { name: "s", type: "STRING" },
      { name: "d", type: "DATE" },
      { name: "t", type: "TIME" },
      { name: "dt", type: "DATETIME" },
      { name: "j", type: "JSON" },
      { name: "ar", type: "INTEGER", mode: "REPEATED" },
      {
        name: "st",
        type: "RECORD",
        fields: [
          { name: "n", type: "NUMERIC" },
          { name: "deep", type: "RECORD", fields: [{ name: "s", type: "STRING" }] },
        ],
      },
    ]);
    const values = {
      i: "9223372036854775807",
      f: 0.1,
      b: true,
      s: 'zoë "🎉" \\ \n',
      d: "2026-02-03",
      t: "04:05:06.000007",
      dt: "2026-02-03T04:05:06.000007",
      j: { n: 1.5, text: "x" },
      ar: [1, 2, 9_007_199_254_740_991],
      st: { n: "12345678901234567890.123456789", deep: { s: "x" } },
    };
    const time = `${new Date(NOON).toISOString().slice(0, 19)}.123456Z`;
    await customer.load("types", [
      rowOf("1", NOON, { ...values, amount: "99999999999999999999999999999.999999999", created_at: time }),
      rowOf("2", NOON, { amount: null }),
    ]);
    const { rows, error } = await firstPage("types");
    expect(error).toBeNull();
    const [full, empty] = rows.toSorted((a, b) => b.properties.length - a.properties.length);
    expect(full?.timestampMs).toBe(NOON + 123);
    const text = full?.properties ?? "";
    const members = [
      '"event_name":"purchase"',
      '"event_uuid":"1"',
      `"created_at":"${time}"`,
      '"amount":99999999999999999999999999999.999999999',
      '"i":9223372036854775807',
      '"f":0.1',
      '"b":true',
      '"s":"zoë \\"🎉\\" \\\\ \\n"',
      '"d":"2026-02-03"',
      '"t":"04:05:06.000007"',
      '"dt":"2026-02-03T04:05:06.000007"',
      '"ar":[1,2,9007199254740991]',
      '"st":{"n":12345678901234567890.123456789,"deep":{"s":"x"}}',
    ];
    for (const member of members) expect(text).toContain(member);
    expect(JSON.parse(text)).toMatchObject({ j: { n: 1.5, text: "x" } });
    expect(full?.fields).toMatchObject({ i: 0, f: 0, amount: 0, "st.n": 0, st: {}, ar: [], j: {}, s: "" });
    expect(JSON.parse(empty?.properties ?? "")).toMatchObject({ i: null, f: null, s: null, j: null, amount: null });
    expect(empty?.fields).toMatchObject({ i: null, amount: null, "st.n": null, event_name: "" });
  });

  test("two hundred columns", async () => {
    const fields = Array.from({ length: 196 }, (_, i) => ({ name: `c${i}`, type: i % 2 === 0 ? "INTEGER" : "STRING" }));
    await customer.createTable("wide", [...USUAL_FIELDS.slice(0, 4), ...fields]);
    const values = Object.fromEntries(fields.map(({ name, type }, i) => [name, type === "STRING" ? `v${i}` : i]));
    const { amount: _, ...usual } = rowOf("1", NOON);
    await customer.load("wide", [{ ...usual, ...values }]);
    const { rows, error } = await firstPage("wide");
    expect(error).toBeNull();
    expect(JSON.parse(rows[0]?.properties ?? "")).toMatchObject(values);
    expect(Object.keys(rows[0]?.fields ?? {}).length).toBe(200);
  });

  test("rows without UUID, user or time are rejected, each with its reason and the same key every time", async () => {
    await customer.createTable("odd");
    await customer.load("odd", [
      rowOf("fine", NOON),
      rowOf("", NOON, { amount: "1" }),
      rowOf("no uuid", NOON, { event_uuid: null, amount: "2" }),
      rowOf("no user", NOON, { user_id: null }),
      rowOf("no time", NOON, { created_at: null }),
      rowOf("other event", NOON, { created_at: null, event_name: "view" }),
    ]);
    const { rows, rejected, error } = await firstPage("odd");
    expect(error).toBeNull();
    expect(idsOf(rows)).toEqual(["fine"]);
    expect(rejected.map(({ reason }) => reason).toSorted()).toEqual([
      "created_at is NULL: the row has no time",
      "event_uuid is NULL: without a UUID a row cannot be told from others",
      "event_uuid is empty: without a UUID a row cannot be told from others",
      "user_id is NULL: the row has no user",
    ]);
    expect(new Set(rejected.map(({ key }) => key)).size).toBe(4);
    for (const { event, record } of rejected) {
      expect(event).toBe("purchase");
      expect(JSON.parse(record)).toHaveProperty("event_uuid");
    }
    const again = await firstPage("odd");
    expect(again.rejected.map(({ key }) => key).toSorted()).toEqual(rejected.map(({ key }) => key).toSorted());
  });
});

describe("tables that change", () => {
  test("columns added and removed between passes are there and gone", async () => {
    await customer.createTable("changing", [...USUAL_FIELDS, { name: "old", type: "STRING" }]);
    await customer.load("changing", [rowOf("1", NOON, { old: "x" })]);
    const event = eventOf("purchase", "changing");
    const first = await readAll(customer, [event], BOUND);
    expect(JSON.parse(first.rows[0]?.properties ?? "")).toMatchObject({ old: "x" });
    await customer.control.deleteTable(customer.projectId, DATASET, "changing");
    await customer.createTable("changing", [...USUAL_FIELDS, { name: "added", type: "INTEGER" }]);
    await customer.load("changing", [rowOf("2", NOON, { added: 7 })]);
    const second = await readAll(customer, [event], BOUND + DAY_MS, { start: first.progress });
    const properties = JSON.parse(second.rows[0]?.properties ?? "") as object;
    expect(properties).toMatchObject({ added: 7 });
    expect(properties).not.toHaveProperty("old");
  });

  test("in the middle of a window: the window is read again as the table is now", async () => {
    await customer.control.settings(customer.projectId, { streamsMin: 3 });
    await customer.createTable("mid");
    const rows = Array.from({ length: 3_000 }, (_, i) => rowOf(`id-${i}`, NOON + i));
    await customer.load("mid", rows);
    const event = eventOf("purchase", "mid");
    const start = plan(customer, [event], NO_PROGRESS, BOUND)[0]!.progress;
    const first = await readPage(customer, [event], start, { limits: SMALL_PAGES });
    expect(first.progress?.unfinished).not.toBeNull();
    await customer.control.deleteTable(customer.projectId, DATASET, "mid");
    await customer.createTable("mid", [...USUAL_FIELDS, { name: "added", type: "INTEGER" }]);
    await customer.load("mid", rows);
    const rest = await readAll(customer, [event], BOUND, { start: first.progress! });
    expect(idsOf(rest.rows)).toEqual(rows.map((row) => String(row["event_uuid"])).toSorted());
    expect(rest.rows.every((row) => row.properties.includes('"added":null'))).toBe(true);
  });

  test("a mapped column of another type, or none, is a schema error that names it", async () => {
    await customer.createTable("retyped", [
      { name: "event_name", type: "STRING" },
      { name: "user_id", type: "INTEGER" },
      { name: "created_at", type: "DATE" },
      { name: "uuids", type: "STRING", mode: "REPEATED" },
    ]);
    const { error } = await firstPage("retyped", { eventUuidFieldName: "uuids", eventFieldName: "type" });
    expect(error).toMatchObject({ kind: "schema" });
    const { message } = error as SyncError;
    expect(message).toContain('no column "type", the event field');
    expect(message).toContain('"user_id", the user id field, is INTEGER and must be STRING');
    expect(message).toContain('"created_at", the timestamp field, is DATE and must be TIMESTAMP or DATETIME');
    expect(message).toContain('"uuids", the event UUID field, is ARRAY of STRING and must be STRING');
  });

  test("names of columns are matched as BigQuery does, whatever their case", async () => {
    await customer.createTable("cases");
    await customer.load("cases", [rowOf("1", NOON)]);
    const { rows, error } = await firstPage("cases", { userIdFieldName: "User_ID", timestampFieldName: "CREATED_AT" });
    expect(error).toBeNull();
    expect(rows[0]?.userIds).toEqual(["user of 1"]);
  });

  test("a view in the table's place, no table and no right are errors that say what to do", async () => {
    await customer.createTable("base");
    const { projectId, control } = customer;
    await control.createTable(projectId, DATASET, "a_view", {
      view: { query: `SELECT * FROM \`${projectId}.${DATASET}.base\`` },
    });
    const view = await firstPage("a_view");
    expect(view.error).toMatchObject({
      kind: "schema",
      message: expect.stringMatching(/is a view.*Make a table of it/s),
    });
    const missing = await firstPage("missing");
    expect(missing.error).toMatchObject({ kind: "not_found", message: expect.stringContaining(`${DATASET}.missing`) });
    const email = `sync@${projectId}.iam.gserviceaccount.com`;
    const viewer = { role: "roles/bigquery.dataViewer" as const, projectId, datasetId: DATASET };
    const reader = { role: "roles/bigquery.readSessionUser" as const, projectId };
    await control.putAccount(email, { grants: [viewer] });
    const unreadable = await firstPage("base");
    const needs = expect.stringContaining("BigQuery Read Session User") as unknown;
    expect(unreadable.error).toMatchObject({ kind: "permission", message: needs });
    await control.putAccount(email, { grants: [viewer, reader] });
    expect((await firstPage("base")).error).toBeNull();
  });
});
