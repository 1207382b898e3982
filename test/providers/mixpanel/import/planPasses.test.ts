// Which days are asked for, in which passes: none twice, none missed, late rows included.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type EventProgress, NO_PROGRESS } from "../../../../src/domain/progress.ts";
import {
  addDays,
  cursorAfter,
  dayNumber,
  dayOf,
  type ImportCursor,
  parseCursor,
  progressAt,
  windowOf,
} from "../../../../src/providers/mixpanel/import/cursor.ts";
import { unfinishedPass } from "../../../../src/providers/importPasses.ts";
import { planMixpanelPasses } from "../../../../src/providers/mixpanel/import/planPasses.ts";
import { connectionOf } from "../../../support/providers/mixpanel.ts";

const DAY_MS = 86_400_000;
const BOUND_MS = Date.parse("2026-03-10T01:30:00Z");
const SETTLE_MS = 7_200_000;

function plan(events: Record<string, EventProgress>, options: { zone?: string | null; highWatermarkMs?: number } = {}) {
  const input = Object.entries(events).map(([name, progress]) => ({ definition: { name, source: null }, progress }));
  return planMixpanelPasses(
    connectionOf(),
    { events: input, highWatermarkMs: options.highWatermarkMs ?? BOUND_MS },
    SETTLE_MS,
    options.zone ?? null,
  );
}

function done(completeThroughMs: number): EventProgress {
  return { completeThroughMs, unfinished: null };
}

describe("windows", () => {
  test("cover every day of a pass exactly once, whatever sizes and failures come", () => {
    const step = fc.record({
      pageHalvings: fc.nat(8),
      rows: fc.constantFrom(0, 1e6, 5e6),
      bytes: fc.constantFrom(0, 5e8, 5e9),
    });
    fc.assert(
      fc.property(
        fc.nat(400),
        fc.integer({ min: 1, max: 92 }),
        fc.array(step, { minLength: 1 }),
        (days, windowDays, steps) => {
          const lastDay = addDays("2024-02-20", days);
          let progress = progressAt(NO_PROGRESS, 5, {
            nextDay: "2024-02-20",
            lastDay,
            windowDays,
            lowerBoundMs: null,
            zone: null,
          });
          const windows: { fromDay: string; toDay: string }[] = [];
          for (let i = 0; progress.unfinished !== null; i++) {
            const { cursor } = unfinishedPass(progress, parseCursor);
            const { pageHalvings, rows, bytes } = steps[i % steps.length] ?? { pageHalvings: 0, rows: 0, bytes: 0 };
            const window = windowOf(cursor, pageHalvings);
            windows.push(window);
            expect(progress.unfinished.position).toBe(dayNumber(window.fromDay));
            progress = progressAt(progress, 5, cursorAfter(cursor, window, { rows, bytes }));
          }
          expect(progress).toEqual(done(5));
          expect(windows[0]?.fromDay).toBe("2024-02-20");
          expect(windows.at(-1)?.toDay).toBe(lastDay);
          expect(windows.every(({ fromDay, toDay }) => fromDay <= toDay)).toBe(true);
          const starts = windows.slice(1).map((window) => window.fromDay);
          expect(starts).toEqual(windows.slice(0, -1).map((window) => addDays(window.toDay, 1)));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a quiet year takes few requests: windows double up to 92 days", () => {
    let cursor: ImportCursor = {
      nextDay: "2025-01-01",
      lastDay: "2025-12-31",
      windowDays: 7,
      lowerBoundMs: null,
      zone: null,
    };
    const sizes: number[] = [];
    while (cursor.nextDay <= cursor.lastDay) {
      const window = windowOf(cursor, 0);
      sizes.push(dayNumber(window.toDay) - dayNumber(window.fromDay) + 1);
      cursor = cursorAfter(cursor, window, { rows: 10, bytes: 1_000 });
    }
    expect(sizes).toEqual([7, 14, 28, 56, 92, 92, 76]);
  });

  test("halve on failure and when answers are large", () => {
    const cursor: ImportCursor = {
      nextDay: "2025-01-01",
      lastDay: "2025-12-31",
      windowDays: 56,
      lowerBoundMs: null,
      zone: null,
    };
    expect(windowOf(cursor, 1)).toEqual({ fromDay: "2025-01-01", toDay: "2025-01-28" });
    expect(windowOf(cursor, 40)).toEqual({ fromDay: "2025-01-01", toDay: "2025-01-01" });
    expect(cursorAfter(cursor, windowOf(cursor, 0), { rows: 3_000_000, bytes: 0 })).toMatchObject({ windowDays: 28 });
    expect(cursorAfter(cursor, windowOf(cursor, 2), { rows: 1_000_000, bytes: 0 })).toMatchObject({ windowDays: 14 });
  });

  test("day numbers and days are each other's reverse", () => {
    for (const day of ["1970-01-01", "2024-02-29", "2026-12-31"]) expect(dayOf(dayNumber(day))).toBe(day);
  });
});

describe("planning", () => {
  test("a new event is read from the import's first day to today, without a lower bound", () => {
    const [pass, ...others] = plan({ a: NO_PROGRESS, b: NO_PROGRESS });
    expect(others).toEqual([]);
    expect(pass?.events).toEqual(["a", "b"]);
    expect(pass?.progress).toEqual({
      completeThroughMs: null,
      unfinished: {
        targetMs: BOUND_MS - SETTLE_MS,
        position: dayNumber("2026-01-01"),
        cursor: { nextDay: "2026-01-01", lastDay: "2026-03-10", windowDays: 7, lowerBoundMs: null, zone: null },
      },
    });
  });

  test("an event that is complete to some time reads all days again for what was processed since a day before", () => {
    const through = BOUND_MS - 8 * 3_600_000;
    const [pass] = plan({ a: done(through) });
    expect(unfinishedPass(pass?.progress ?? NO_PROGRESS, parseCursor).cursor).toMatchObject({
      nextDay: "2026-01-01",
      lastDay: "2026-03-10",
      lowerBoundMs: through - DAY_MS,
    });
  });

  test("nothing is left for an event that is complete through the bound less the settling time", () => {
    expect(plan({ a: done(BOUND_MS - SETTLE_MS), b: done(BOUND_MS) })).toEqual([]);
  });

  test("unfinished work goes on towards its own target, and only like joins like", () => {
    const [started] = plan({ a: NO_PROGRESS }, { highWatermarkMs: BOUND_MS - DAY_MS });
    const halfway = started?.progress ?? NO_PROGRESS;
    const passes = plan({ a: halfway, b: halfway, c: NO_PROGRESS, d: done(1_000), e: done(1_000), f: done(2_000) });
    expect(passes.map((pass) => pass.events)).toEqual([["a", "b"], ["c"], ["d", "e"], ["f"]]);
    expect(passes[0]?.progress).toEqual(halfway);
  });

  test("a cursor of another version starts its pass again", () => {
    const strange: EventProgress = {
      completeThroughMs: null,
      unfinished: { targetMs: 1, position: 3, cursor: { page: 3 } },
    };
    expect(parseCursor(strange.unfinished?.cursor)).toBeNull();
    expect(plan({ a: strange })).toEqual(plan({ a: NO_PROGRESS }));
    expect(() => unfinishedPass(strange, parseCursor)).toThrow(expect.objectContaining({ kind: "bug" }));
  });

  test("today is the project's own day", () => {
    const lastDay = (zone: string | null): unknown => {
      const [pass] = plan({ a: NO_PROGRESS }, { zone });
      return unfinishedPass(pass?.progress ?? NO_PROGRESS, parseCursor).cursor.lastDay;
    };
    expect([lastDay(null), lastDay("America/Los_Angeles"), lastDay("Asia/Tokyo")]).toEqual([
      "2026-03-10",
      "2026-03-09",
      "2026-03-10",
    ]);
  });

  test("an import that starts in the future has nothing to read yet", () => {
    expect(plan({ a: NO_PROGRESS }, { highWatermarkMs: Date.parse("2025-12-31T20:00:00Z") })).toEqual([]);
  });

  test("more names than fit into an address become several passes", () => {
    const names = Array.from({ length: 200 }, (_, i) => `${"n".repeat(200)}${i}`);
    const passes = plan(Object.fromEntries(names.map((name) => [name, NO_PROGRESS])));
    expect(passes.flatMap((pass) => pass.events)).toEqual(names);
    for (const pass of passes) expect(encodeURIComponent(JSON.stringify(pass.events)).length).toBeLessThan(4_100);
  });
});
