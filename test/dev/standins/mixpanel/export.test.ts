// The raw export: dates and zones, filters, limits, encodings, and what a real one does to a careless reader.
import fc from "fast-check";
import { IANAZone } from "luxon";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type MixpanelStandIn, startMixpanelStandIn } from "../../../../dev/standins/mixpanel/server.ts";
import {
  ACCOUNT,
  DAY_MS,
  event,
  exportRaw,
  importBatch,
  linesOf,
  loadEvents,
  NOON_MS,
  PROJECT,
} from "../../../support/dev/mixpanelClient.ts";

let standIn: MixpanelStandIn;
beforeAll(async () => {
  standIn = await startMixpanelStandIn();
});
afterAll(() => standIn.stop());
beforeEach(async () => {
  await standIn.control.deleteProject(PROJECT);
  await standIn.control.putProject(PROJECT, { exportPerHour: null, exportPerSecond: null });
  await standIn.control.realClock();
});

const load = (timesMs: number[], name?: string) => loadEvents(standIn, timesMs, name);
const numbers = async (params: Record<string, string>): Promise<number[]> =>
  linesOf(await exportRaw(standIn, params))
    .map(({ properties }) => properties["n"] as number)
    .toSorted((a, b) => a - b);

describe("dates", () => {
  it("includes both ends, from the first to the last millisecond of the day in UTC", async () => {
    const dayMs = NOON_MS - DAY_MS / 2;
    await load([dayMs - 1, dayMs, dayMs + DAY_MS - 1, dayMs + DAY_MS]);
    expect(await numbers({})).toEqual([1, 2]);
    expect(await numbers({ from_date: "2026-03-09" })).toEqual([0, 1, 2]);
    expect(await numbers({ to_date: "2026-03-11" })).toEqual([1, 2, 3]);
  });

  it("answers an empty range with 200 and nothing", async () => {
    const answer = await exportRaw(standIn);
    expect([answer.status, answer.text, answer.headers["content-type"]]).toEqual([200, "", "text/plain"]);
  });

  it("refuses a to_date after today, today's zone being the project's in an old one", async () => {
    await standIn.control.setClock(Date.parse("2026-03-10T23:30:00Z"), { frozen: true });
    expect((await exportRaw(standIn)).status).toBe(200);
    const late = await exportRaw(standIn, { to_date: "2026-03-11" });
    expect([late.status, late.text]).toEqual([400, "to_date cannot be later than today"]);
    await standIn.control.putProject(PROJECT, { createdBefore2023: true, timezone: "Asia/Tokyo" });
    expect((await exportRaw(standIn, { to_date: "2026-03-11" })).status).toBe(200);
    await standIn.control.putProject(PROJECT, { timezone: "America/Los_Angeles" });
    await standIn.control.setClock(Date.parse("2026-03-10T03:30:00Z"), { frozen: true });
    expect((await exportRaw(standIn)).status).toBe(400);
    await standIn.control.putProject(PROJECT, { createdBefore2023: false });
    expect((await exportRaw(standIn)).status).toBe(200);
    await standIn.control.putProject(PROJECT, { invented: { todayZone: "project" } });
    expect((await exportRaw(standIn)).status).toBe(400);
  });

  it.each<Record<string, string>>([
    { from_date: "2026-3-1" },
    { from_date: "2026-02-30" },
    { to_date: "" },
    { from_date: "2026-03-11" },
  ])("refuses %j", async (params) => {
    expect((await exportRaw(standIn, params)).status).toBe(400);
  });
});

describe("time of an old project", () => {
  it.each([
    // The clock goes forward, and back: one wall hour is skipped, one comes twice.
    ["America/New_York", "2025-03-09T06:59:59.999Z", "2025-03-09T01:59:59.999Z"],
    ["America/New_York", "2025-03-09T07:00:00.000Z", "2025-03-09T03:00:00.000Z"],
    ["America/New_York", "2025-11-02T05:30:00.000Z", "2025-11-02T01:30:00.000Z"],
    ["America/New_York", "2025-11-02T06:30:00.000Z", "2025-11-02T01:30:00.000Z"],
    ["Australia/Lord_Howe", "2025-04-05T14:59:59.000Z", "2025-04-06T01:59:59.000Z"],
    ["Australia/Lord_Howe", "2025-04-05T15:00:00.000Z", "2025-04-06T01:30:00.000Z"],
    ["Asia/Kathmandu", "2025-06-30T18:15:00.000Z", "2025-07-01T00:00:00.000Z"],
  ])("in %s stores %s as wall time %s, under that day", async (timezone, utc, wall) => {
    await standIn.control.putProject(PROJECT, { createdBefore2023: true, timezone });
    await importBatch(standIn, [event(1, { time: Date.parse(utc) })]);
    const date = wall.slice(0, 10);
    const [row] = linesOf(await exportRaw(standIn, { from_date: date, to_date: date, time_in_ms: "true" }));
    expect(new Date(row?.properties["time"] as number).toISOString()).toBe(wall);
    expect(row?.properties["$mp_api_timestamp_ms"]).toBeGreaterThan(NOON_MS);
  });

  it("agrees with the zone's offset at any time since 1973", async () => {
    const zones = ["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca"];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.parse("1973-01-01"), max: NOON_MS }),
        async (timezone, utcMs) => {
          await standIn.control.resetProject(PROJECT);
          await standIn.control.putProject(PROJECT, { createdBefore2023: true, timezone });
          await load([utcMs]);
          const [row] = await standIn.control.rows(PROJECT);
          expect(row?.properties["time"]).toBe(utcMs + IANAZone.create(timezone).offset(utcMs) * 60_000);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("keeps what is stored when the zone is changed", async () => {
    await standIn.control.putProject(PROJECT, { createdBefore2023: true, timezone: "Asia/Tokyo" });
    await load([NOON_MS]);
    await standIn.control.putProject(PROJECT, { timezone: "UTC" });
    expect((await standIn.control.rows(PROJECT))[0]?.properties["time"]).toBe(NOON_MS + 9 * 3_600_000);
  });
});

describe("parameters", () => {
  it("gives time in seconds, or in milliseconds", async () => {
    await load([NOON_MS + 1999]);
    expect(linesOf(await exportRaw(standIn))[0]?.properties["time"]).toBe(NOON_MS / 1000 + 1);
    expect(linesOf(await exportRaw(standIn, { time_in_ms: "true" }))[0]?.properties["time"]).toBe(NOON_MS + 1999);
  });

  it("filters by a JSON array of names and refuses anything else", async () => {
    await load([NOON_MS]);
    await load([NOON_MS], 'Größe "x"');
    expect(linesOf(await exportRaw(standIn, { event: '["Größe \\"x\\"","nothing"]' }))).toHaveLength(1);
    expect(linesOf(await exportRaw(standIn, { event: '["nothing"]' }))).toHaveLength(0);
    for (const bad of ["purchase", '"purchase"', "[1]"])
      expect((await exportRaw(standIn, { event: bad })).status).toBe(400);
  });

  it("filters by where, on columns and on properties", async () => {
    await load([NOON_MS, NOON_MS + 1000, NOON_MS + 2000]);
    const processed = `number(properties["mp_processing_time_ms"]) >= ${NOON_MS + 1000}`;
    expect(await numbers({ where: processed })).toEqual([1, 2]);
    expect(await numbers({ where: `(${processed}) AND (properties["n"] < 2)` })).toEqual([1]);
    expect(await numbers({ where: 'event["$time"] >= datetime("2026-03-10T12:00:01")' })).toEqual([1, 2]);
    expect(await numbers({ where: `properties["$time"]>=datetime(${NOON_MS / 1000 + 2})` })).toEqual([2]);
    expect((await exportRaw(standIn, { where: "properties[n] >" })).status).toBe(400);
  });

  it("caps at limit, and refuses one over 100,000", async () => {
    await load([1, 2, 3, 4, 5].map((i) => NOON_MS + i));
    expect(await numbers({ limit: "2" })).toHaveLength(2);
    expect(await numbers({ limit: "100000" })).toHaveLength(5);
    for (const limit of ["0", "100001", "x"]) expect((await exportRaw(standIn, { limit })).status).toBe(400);
  });

  it("zips a body beyond 1,400 bytes for those who accept it", async () => {
    await load([NOON_MS]);
    const gzip = { "accept-encoding": "gzip, deflate" };
    expect((await exportRaw(standIn, {}, gzip)).headers["content-encoding"]).toBeUndefined();
    await load(Array.from({ length: 50 }, (_, i) => NOON_MS + i));
    expect((await exportRaw(standIn)).headers["content-encoding"]).toBeUndefined();
    const params = new URLSearchParams({ project_id: PROJECT, from_date: "2026-03-10", to_date: "2026-03-10" });
    const zipped = await fetch(`${standIn.origin}/api/2.0/export?${params.toString()}`, {
      headers: { authorization: ACCOUNT },
    });
    expect(zipped.headers.get("content-encoding")).toBe("gzip");
    expect((await zipped.text()).trim().split("\n")).toHaveLength(51);
  });
});

describe("rows", () => {
  it("come with duplicates, in no useful order, each once", async () => {
    const timesMs = Array.from({ length: 1000 }, (_, i) => NOON_MS + i);
    await load(timesMs);
    await load(timesMs.slice(0, 10));
    const exported = linesOf(await exportRaw(standIn, { time_in_ms: "true" })).map(
      ({ properties }) => properties["time"] as number,
    );
    expect(exported.toSorted((a, b) => a - b)).toEqual([...timesMs, ...timesMs.slice(0, 10)].toSorted((a, b) => a - b));
    expect(exported).not.toEqual(exported.toSorted((a, b) => a - b));
    expect(await standIn.control.count(PROJECT)).toMatchObject({ stored: 1010, deduped: 1000 });
    await standIn.control.putProject(PROJECT, { duplicateEveryNth: 100 });
    expect(linesOf(await exportRaw(standIn))).toHaveLength(1020);
    expect(linesOf(await exportRaw(standIn, { limit: "101" }))).toHaveLength(101);
    await standIn.control.putProject(PROJECT, { invented: { exportOrder: "arrival" }, duplicateEveryNth: 0 });
    expect((await numbers({})).length).toBe(1010);
    const ordered = linesOf(await exportRaw(standIn, { time_in_ms: "true" })).map(
      ({ properties }) => properties["time"],
    );
    expect(ordered).toEqual([...timesMs, ...timesMs.slice(0, 10)]);
  });

  it("appear after the visibility lag, by the stand-in's clock", async () => {
    await standIn.control.putProject(PROJECT, { visibilityLagMs: 45 * 60_000 });
    await standIn.control.setClock(NOON_MS + 3_600_000, { frozen: true });
    await importBatch(standIn, [event(1)]);
    expect(linesOf(await exportRaw(standIn))).toHaveLength(0);
    await standIn.control.advanceClock(45 * 60_000 - 1);
    expect(linesOf(await exportRaw(standIn))).toHaveLength(0);
    await standIn.control.advanceClock(1);
    expect(linesOf(await exportRaw(standIn))).toHaveLength(1);
  });

  it("are sent byte for byte as they were loaded, whatever that is", async () => {
    const line = '{"event":"purchase","properties":{"time":1,"nul":"\\u0000","lone":"\\ud800","bad":NaN}}';
    await standIn.control.loadRows(PROJECT, [{ event: "purchase", timeMs: NOON_MS, processingMs: NOON_MS, line }]);
    expect((await exportRaw(standIn)).text).toBe(`${line}\n`);
    await standIn.control.loadRows(PROJECT, [
      { event: "odd", timeMs: NOON_MS, processingMs: NOON_MS, propertiesText: '{"n":1.2300e5,"s":"\\ud83d"}' },
    ]);
    expect((await exportRaw(standIn, { event: '["odd"]' })).text).toBe(
      `{"event":"odd","properties":{"time":${NOON_MS / 1000},"n":1.2300e5,"s":"\\ud83d"}}\n`,
    );
  });

  it("stream in full when there are many, in seconds and in milliseconds", async () => {
    await standIn.control.generate(PROJECT, {
      count: 30_000,
      events: ["a", "b"],
      fromMs: NOON_MS - 5 * DAY_MS,
      toMs: NOON_MS,
    });
    for (const time_in_ms of ["true", "false"]) {
      const lines = linesOf(await exportRaw(standIn, { from_date: "2026-03-01", time_in_ms }));
      expect(new Set(lines.map(({ properties }) => properties["$insert_id"])).size).toBe(30_000);
    }
    const onlyA = linesOf(await exportRaw(standIn, { from_date: "2026-03-01", event: '["a"]' }));
    expect(onlyA).toHaveLength((await standIn.control.count(PROJECT)).byEvent["a"]?.stored ?? -1);
  });
});
