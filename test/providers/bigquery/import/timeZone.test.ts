// A DATETIME that holds local time: rows get their real time, and no hour that comes twice or not at all loses one.
import { afterAll, beforeAll, expect, test } from "vitest";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import type { EventProgress } from "../../../../src/domain/progress.ts";
import {
  createImportCustomer,
  DAY_MS,
  eventOf,
  HOUR_MS,
  idsOf,
  type ImportCustomer,
  readAll,
  rowOf,
  START_MS,
  USUAL_FIELDS,
} from "../../../support/providers/bigqueryImport.ts";

const FIELDS = USUAL_FIELDS.map((field) => (field.name === "created_at" ? { ...field, type: "DATETIME" } : field));
const local = (id: string, wall: string) => rowOf(id, START_MS, { created_at: wall });

let customer: ImportCustomer;

beforeAll(async () => {
  customer = await createImportCustomer("import-time-zone");
}, SHARED_START_TIMEOUT_MS);

afterAll(() => customer.close());

test("rows have their time in UTC, in summer and in winter", async () => {
  await customer.createTable("zoned", FIELDS);
  await customer.load("zoned", [local("winter", "2026-01-10 12:00:00"), local("summer", "2026-07-10 12:00:00")]);
  const event = eventOf("purchase", "zoned", { timeZone: "Europe/Berlin" });
  const { rows } = await readAll(customer, [event], Date.parse("2026-08-01T00:00:00Z"));
  const times = rows.map((row) => [idsOf([row])[0], new Date(row.timestampMs).toISOString()]);
  expect(Object.fromEntries(times)).toEqual({
    winter: "2026-01-10T11:00:00.000Z",
    summer: "2026-07-10T10:00:00.000Z",
  });
  expect(rows[0]?.properties).toContain('"created_at":"2026-0');
});

test("runs every half hour over both changes of the clock see each row as soon as its time has come", async () => {
  await customer.createTable("changes", FIELDS);
  const event = eventOf("purchase", "changes", { timeZone: "Europe/Berlin" });
  // The hour from 02:00 is not shown, so its rows are seen when it is over and count as an hour earlier; or it is shown
  // twice, and its rows have the first time that they may mean. In minutes from the change.
  const spring = { "01:30": [-30, -30], "02:15": [-45, 0], "02:45": [-15, 0], "03:10": [10, 10] };
  const autumn = { "01:30": [-90, -90], "02:15": [-45, -45], "02:45": [-15, -15], "03:10": [70, 70] };
  for (const { changeUtc, times } of [
    { changeUtc: "2026-03-29T01:00:00Z", times: spring },
    { changeUtc: "2026-10-25T01:00:00Z", times: autumn },
  ]) {
    const changeMs = Date.parse(changeUtc);
    const day = changeUtc.slice(0, 10);
    const expected = Object.entries(times).map(([wall, [timeMinutes = 0, dueMinutes = 0]]) => ({
      id: `${day} ${wall}`,
      timeMs: changeMs + timeMinutes * 60_000,
      dueMs: changeMs + dueMinutes * 60_000,
    }));
    await customer.load(
      "changes",
      expected.map(({ id }) => local(id, `${id}:00`)),
    );
    const seen = new Map<string, number>();
    let progress: EventProgress = { completeThroughMs: changeMs - 2 * HOUR_MS, unfinished: null };
    for (let atMs = changeMs - 1.5 * HOUR_MS; atMs <= changeMs + 3 * HOUR_MS; atMs += HOUR_MS / 2) {
      const read = await readAll(customer, [event], atMs, { start: progress });
      for (const row of read.rows) seen.set(idsOf([row])[0] ?? "", row.timestampMs);
      const due = expected.filter(({ dueMs }) => dueMs < atMs);
      expect(due.filter(({ id, timeMs }) => seen.get(id) !== timeMs)).toEqual([]);
      progress = read.progress;
    }
    expect([...seen.keys()].filter((id) => id.startsWith(day))).toHaveLength(expected.length);
  }
});

test("a DATETIME without a zone: rows up to 14 hours ahead are read, and the event says that its times are local", async () => {
  await customer.createTable("unzoned", FIELDS);
  const event = eventOf("purchase", "unzoned");
  const bound = START_MS + 10 * DAY_MS;
  const at = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace("T", " ");
  await customer.load("unzoned", [
    local("auckland", at(bound + 13 * HOUR_MS - 1_000)),
    local("nowhere", at(bound + 15 * HOUR_MS)),
  ]);
  const read = await readAll(customer, [event], bound);
  expect(idsOf(read.rows)).toEqual(["auckland"]);
  expect(read.pages.at(-1)?.opened).toMatchObject([{ isLocalTime: true, lookbackMs: DAY_MS }]);
  const zoned = await readAll(customer, [eventOf("purchase", "unzoned", { timeZone: "Pacific/Auckland" })], bound);
  expect(idsOf(zoned.rows)).toEqual(["auckland"]);
  expect(zoned.pages.at(-1)?.opened).toMatchObject([{ isLocalTime: false }]);
});
