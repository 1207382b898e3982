// Wall-clock times of a zone and UTC, over the days on which clocks change.
import fc from "fast-check";
import { DateTime } from "luxon";
import { expect, test } from "vitest";
import { createUtcConverter, dayInZone, latestWallMs } from "../../src/providers/localTime.ts";

const ZONES = ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "UTC"];

/** What the clock on the wall shows, written as if it were UTC. */
function wallOf(utcMs: number, zone: string): number {
  return utcMs + DateTime.fromMillis(utcMs, { zone }).offset * 60_000;
}

test("gives back the time whose wall clock it is, except in an hour shown twice", () => {
  const from = Date.parse("2019-01-01T00:00:00Z");
  const to = Date.parse("2026-12-31T00:00:00Z");
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), fc.integer({ min: from, max: to }), (zone, utcMs) => {
      const wallMs = wallOf(utcMs, zone);
      const back = createUtcConverter(zone)(wallMs);
      // Either the very time, or the other time at which the clock showed the same.
      expect(wallOf(back, zone)).toBe(wallMs);
    }),
    { numRuns: 500 },
  );
});

test("every minute of the days on which New York changes its clocks", () => {
  const toUtc = createUtcConverter("America/New_York");
  for (const day of ["2022-03-13", "2022-11-06"]) {
    const start = Date.parse(`${day}T05:00:00Z`);
    let other = 0;
    for (let minute = 0; minute < 25 * 60; minute++) {
      const utcMs = start + minute * 60_000 + 123;
      if (toUtc(wallOf(utcMs, "America/New_York")) !== utcMs) other++;
    }
    expect(other).toBe(day === "2022-11-06" ? 60 : 0);
  }
});

test("a new project's times are UTC already; an unknown zone is the project's fault", () => {
  expect(createUtcConverter(null)(12_345)).toBe(12_345);
  expect(() => createUtcConverter("Mars/Olympus")).toThrow(expect.objectContaining({ kind: "schema" }));
});

test("days begin where the zone's do", () => {
  const instant = Date.parse("2026-03-10T01:30:00Z");
  expect([dayInZone(instant, null), dayInZone(instant, "America/New_York")]).toEqual(["2026-03-10", "2026-03-09"]);
});

test("the latest wall-clock time never goes back, and every time read before a moment is below it", () => {
  const from = Date.parse("2024-01-01T00:00:00Z");
  const to = Date.parse("2026-12-31T00:00:00Z");
  // Close to changes of the clock too, where all that is odd happens.
  const changes = ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-11-01T06:00:00Z", "2026-04-04T15:00:00Z"];
  const near = fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -4 * 3_600_000, max: 4 * 3_600_000 }));
  const moment = fc.oneof(
    fc.integer({ min: from, max: to }),
    near.map(([change, ms]) => Date.parse(change) + ms),
  );
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), moment, moment, (zone, one, other) => {
      const [early, late] = one < other ? [one, other] : [other, one];
      expect(latestWallMs(early, zone)).toBeLessThanOrEqual(latestWallMs(late, zone));
      expect(latestWallMs(late, zone)).toBeGreaterThanOrEqual(wallOf(late, zone));
      // A row with any wall-clock time that counts as before `late`, unless the clock never showed that time.
      const wallMs = wallOf(early, zone) + (one % 3) * 1_800_000;
      const utcMs = createUtcConverter(zone)(wallMs);
      const isShown = wallOf(utcMs, zone) === wallMs;
      expect(!isShown || utcMs >= late || wallMs <= latestWallMs(late, zone)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test("an hour that is shown twice ends once; one that is not shown is passed over", () => {
  const wall = (utc: string) => new Date(latestWallMs(Date.parse(utc), "Europe/Berlin")).toISOString().slice(11, 16);
  // Summer time ends at 01:00 UTC: 02:00 to 03:00 comes twice.
  expect(["00:30", "00:59", "01:15", "01:59", "02:00"].map((at) => wall(`2026-10-25T${at}:00Z`))).toEqual([
    "02:30",
    "02:59",
    "03:00",
    "03:00",
    "03:00",
  ]);
  expect(["00:59", "01:00"].map((at) => wall(`2026-03-29T${at}:00Z`))).toEqual(["01:59", "03:00"]);
});
