// Wall-clock times of old projects in UTC, over the days on which clocks change.
import fc from "fast-check";
import { DateTime } from "luxon";
import { expect, test } from "vitest";
import { createUtcConverter, dayInZone } from "../../src/providers/localTime.ts";

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
