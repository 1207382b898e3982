// What increments ask for over weeks of runs: few requests, and no day that can have changed is left out for long.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayNumber, dayOf, type ImportPart } from "../../../../src/providers/mixpanel/import/cursor.ts";
import { incrementParts, withoutGaps } from "../../../../src/providers/mixpanel/import/increments.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SETTLE_MS = 2 * HOUR_MS;
const START_MS = Date.parse("2026-03-10T01:30:00Z");
const FIVE_YEARS_AGO = "2021-03-10";

interface Run {
  atMs: number;
  parts: ImportPart[];
}

/** Runs that start so long after each other. */
function runs(count: number, everyMs: number | ((i: number) => number), importFrom = FIVE_YEARS_AGO): Run[] {
  const all: Run[] = [];
  let atMs = START_MS;
  for (let i = 0; i < count; i++) {
    const completeThroughMs = atMs - SETTLE_MS;
    atMs += typeof everyMs === "number" ? everyMs : everyMs(i);
    const targetMs = atMs - SETTLE_MS;
    const today = new Date(atMs).toISOString().slice(0, 10);
    all.push({ atMs, parts: incrementParts({ importFrom, completeThroughMs, targetMs, today, zone: null }) });
  }
  return all;
}

const daysOf = ({ fromDay, toDay }: ImportPart) => dayNumber(toDay) - dayNumber(fromDay) + 1;
const holds = ({ fromDay, toDay }: ImportPart, day: string) => fromDay <= day && day <= toDay;
const jitter = fc.array(fc.nat(900_000), { minLength: 5, maxLength: 20 });

describe("increments", () => {
  test("of five years of history take at most three requests, of a year and of a month too", () => {
    for (const importFrom of [FIVE_YEARS_AGO, "2025-03-10", "2026-02-10"]) {
      for (const { parts } of runs(100, 8 * HOUR_MS + 300_000, importFrom)) {
        expect(parts.length).toBeLessThanOrEqual(3);
        for (const part of parts) {
          expect(daysOf(part)).toBeGreaterThan(0);
          expect(daysOf(part)).toBeLessThanOrEqual(92);
          expect(part.fromDay >= importFrom).toBe(true);
        }
      }
    }
  });

  test("read the newest days whole, so that rows dated ahead come in when their day is read", () => {
    for (const { atMs, parts } of runs(60, 8 * HOUR_MS)) {
      const today = dayOf(Math.floor(atMs / DAY_MS));
      expect(parts[0]).toMatchObject({ toDay: today, lowerBoundMs: null, isOptional: false });
      expect(daysOf(parts[0]!)).toBeGreaterThanOrEqual(3);
    }
  });

  test("asked for ten times in a row, add nothing to what time alone would ask for", () => {
    const optional = runs(10, 60_000).filter(({ parts }) => parts.some(({ isOptional }) => isOptional));
    expect(optional.length).toBeLessThanOrEqual(1);
  });

  test("read each of the last 30 days whole again within a week, whatever the jitter", () => {
    fc.assert(
      fc.property(jitter, (waits) => {
        const all = runs(70, (i) => 8 * HOUR_MS + (waits[i % waits.length] ?? 0));
        const endMs = all.at(-1)!.atMs;
        for (let weekEndMs = START_MS + 8 * DAY_MS; weekEndMs < endMs; weekEndMs += 10 * HOUR_MS) {
          const week = all.filter(({ atMs }) => atMs <= weekEndMs && atMs > weekEndMs - 7 * DAY_MS - 8 * HOUR_MS);
          for (let age = 8; age <= 30; age++) {
            const day = dayOf(Math.floor(weekEndMs / DAY_MS) - age);
            const isRead = week.some(({ parts }) =>
              parts.some((part) => part.lowerBoundMs === null && holds(part, day)),
            );
            expect({ day, age, isRead }).toEqual({ day, age, isRead: true });
          }
        }
      }),
      { numRuns: 10 },
    );
  });

  test("find a row of any day that is processed at any time, even if the budget leaves out two of three turns", () => {
    const all = runs(500, 8 * HOUR_MS + 200_000);
    fc.assert(
      fc.property(fc.integer({ min: 96, max: 1_826 }), fc.nat(40), (age, processedAfterDays) => {
        const day = dayOf(Math.floor(START_MS / DAY_MS) - age);
        const processedMs = START_MS + processedAfterDays * DAY_MS;
        const later = all.filter(({ atMs }) => atMs - SETTLE_MS > processedMs + 1);
        const finding = later.filter(({ parts }) => parts.some((part) => holds(part, day)));
        const found = finding.filter(({ parts }) =>
          parts.some((part) => holds(part, day) && (part.lowerBoundMs ?? 0) <= processedMs),
        );
        // Found within two weeks, or four when a new window begins; and the next two turns would have found it too.
        expect(finding[0]!.atMs - processedMs).toBeLessThan(32 * DAY_MS);
        expect(found.slice(0, 3)).toEqual(finding.slice(0, 3));
      }),
      { numRuns: 200 },
    );
  });

  test("after a pause of more than a week, look into all history for what came in meanwhile", () => {
    const [{ parts }] = runs(1, 30 * DAY_MS) as [Run];
    expect(parts[0]).toMatchObject({ fromDay: "2026-03-07", toDay: "2026-04-09", lowerBoundMs: null });
    expect(parts[1]).toMatchObject({ fromDay: FIVE_YEARS_AGO, toDay: "2026-03-06", isOptional: false });
    expect(parts[1]!.lowerBoundMs).toBe(START_MS - SETTLE_MS - DAY_MS);
  });

  test("leave out days that are gaps, which are read on their own, unless nothing else is left", () => {
    const part = { fromDay: "2026-01-01", toDay: "2026-01-31", lowerBoundMs: 5, isOptional: false };
    const gaps = [
      { fromDay: "2026-01-10", toDay: "2026-01-11" },
      { fromDay: "2026-01-31", toDay: "2026-02-01" },
      { fromDay: "2025-12-01", toDay: "2025-12-31" },
    ];
    expect(withoutGaps([part], gaps)).toEqual([
      { ...part, fromDay: "2026-01-12", toDay: "2026-01-30" },
      { ...part, toDay: "2026-01-09" },
    ]);
    expect(withoutGaps([part], [{ fromDay: "2026-01-01", toDay: "2026-03-01" }])).toEqual([part]);
  });

  test("of a project with two days of history ask for these alone", () => {
    for (const { parts } of runs(3, 8 * HOUR_MS, "2026-03-09")) expect(parts).toHaveLength(1);
  });
});
