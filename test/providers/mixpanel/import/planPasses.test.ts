// Which days are asked for, in which passes: none twice, none missed, late rows included.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ImportRange } from "../../../../src/domain/importRange.ts";
import { type EventProgress, NO_PROGRESS } from "../../../../src/domain/progress.ts";
import {
  addDays,
  cursorAfter,
  dayNumber,
  dayOf,
  type ImportCursor,
  type ImportPart,
  parseCursor,
  progressAt,
  windowOf,
} from "../../../../src/providers/mixpanel/import/cursor.ts";
import { unfinishedPass } from "../../../../src/providers/importPasses.ts";
import { planMixpanelPasses, planMixpanelRanges } from "../../../../src/providers/mixpanel/import/planPasses.ts";
import { skipPage } from "../../../../src/providers/mixpanel/import/readPage.ts";
import { backfillRequests } from "../../../../src/providers/mixpanel/spec.ts";
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

function partOf(fromDay: string, toDay: string): ImportPart {
  return { fromDay, toDay, lowerBoundMs: null, isOptional: false };
}

function cursorOf(fromDay: string, toDay: string, windowDays: number): ImportCursor {
  return { parts: [partOf(fromDay, toDay)], windowDays };
}

describe("windows", () => {
  test("cover every day of a pass exactly once, the newest first, whatever sizes and failures come", () => {
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
          const parts = [partOf("2024-02-20", lastDay), partOf("2023-01-01", "2023-01-09")];
          let progress = progressAt(NO_PROGRESS, 5, { parts, windowDays });
          const read: string[] = [];
          for (let i = 0; progress.unfinished !== null; i++) {
            const { cursor } = unfinishedPass(progress, parseCursor);
            const { pageHalvings, rows, bytes } = steps[i % steps.length] ?? { pageHalvings: 0, rows: 0, bytes: 0 };
            const window = windowOf(cursor, pageHalvings);
            for (let day = window.toDay; day >= window.fromDay; day = addDays(day, -1)) read.push(day);
            expect(progress.unfinished.position).toBe(i + 1);
            progress = progressAt(progress, 5, cursorAfter(cursor, window, { rows, bytes }));
          }
          expect(progress).toEqual(done(5));
          const newestFirst = (from: string, count: number) =>
            Array.from({ length: count }, (_, i) => addDays(from, -i));
          expect(read).toEqual([...newestFirst(lastDay, days + 1), ...newestFirst("2023-01-09", 9)]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a quiet year takes few requests: windows double up to 92 days", () => {
    let cursor = cursorOf("2025-01-01", "2025-12-31", 7);
    const sizes: number[] = [];
    while (cursor.parts.length > 0) {
      const window = windowOf(cursor, 0);
      sizes.push(dayNumber(window.toDay) - dayNumber(window.fromDay) + 1);
      cursor = cursorAfter(cursor, window, { rows: 10, bytes: 1_000 });
    }
    expect(sizes).toEqual([7, 14, 28, 56, 92, 92, 76]);
    expect(backfillRequests(365)).toBe(sizes.length);
  });

  test("halve on failure and when answers are large", () => {
    const cursor = cursorOf("2025-01-01", "2025-12-31", 56);
    expect(windowOf(cursor, 1)).toEqual({ fromDay: "2025-12-04", toDay: "2025-12-31" });
    expect(windowOf(cursor, 40)).toEqual({ fromDay: "2025-12-31", toDay: "2025-12-31" });
    expect(cursorAfter(cursor, windowOf(cursor, 0), { rows: 3_000_000, bytes: 0 })).toMatchObject({ windowDays: 28 });
    expect(cursorAfter(cursor, windowOf(cursor, 2), { rows: 1_000_000, bytes: 0 })).toMatchObject({ windowDays: 14 });
  });

  test("a day that cannot be read is skipped only where no smaller page is left", () => {
    const progress = progressAt(NO_PROGRESS, 5, cursorOf("2025-01-01", "2025-01-10", 7));
    expect(skipPage(progress, 2)).toEqual({
      fromDay: "2025-01-10",
      toDay: "2025-01-10",
      progress: progressAt(progress, 5, cursorOf("2025-01-01", "2025-01-09", 7)),
    });
    expect(skipPage(progress, 1)).toBeNull();
    const last = progressAt(NO_PROGRESS, 5, cursorOf("2025-01-01", "2025-01-01", 7));
    expect(skipPage(last, 0)?.progress).toEqual(done(5));
  });

  test("day numbers and days are each other's reverse", () => {
    for (const day of ["1970-01-01", "2024-02-29", "2026-12-31"]) expect(dayOf(dayNumber(day))).toBe(day);
  });
});

describe("planning", () => {
  test("a new event is read from today back to the import's first day, without a lower bound", () => {
    const [pass, ...others] = plan({ a: NO_PROGRESS, b: NO_PROGRESS });
    expect(others).toEqual([]);
    expect(pass?.events).toEqual(["a", "b"]);
    expect(pass?.progress).toEqual({
      completeThroughMs: null,
      unfinished: { targetMs: BOUND_MS - SETTLE_MS, position: 0, cursor: cursorOf("2026-01-01", "2026-03-10", 7) },
    });
  });

  test("ranges of the same days are read together, like backfills; one that was begun goes on", () => {
    const range = (id: number, event: string, change: Partial<ImportRange> = {}) => ({
      definition: { name: event, source: null },
      range: {
        id,
        event,
        fromDay: "2026-01-05",
        toDay: "2026-01-09",
        purpose: "gap",
        unfinished: null,
        ...change,
      } as const,
    });
    const begun = { targetMs: 3, position: 4, cursor: cursorOf("2026-01-05", "2026-01-07", 3) };
    const ranges = [range(1, "a"), range(2, "b"), range(3, "c", { unfinished: begun }), range(4, "a")];
    expect(planMixpanelRanges({ ranges, highWatermarkMs: BOUND_MS })).toEqual([
      {
        events: ["a", "b"],
        ranges: [1, 2],
        progress: {
          completeThroughMs: null,
          unfinished: { targetMs: BOUND_MS, position: 0, cursor: cursorOf("2026-01-05", "2026-01-09", 7) },
        },
      },
      { events: ["c"], ranges: [3], progress: { completeThroughMs: null, unfinished: begun } },
    ]);
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
      return unfinishedPass(pass?.progress ?? NO_PROGRESS, parseCursor).cursor.parts[0]?.toDay;
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
