// When the runs of many integrations start: each at its own phase, exactly an interval apart, spread after an outage.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idsOf } from "../../bench/simulation/simulate.ts";
import { LATE_MS, lateStartMs, nextRunAtMs, type Spread } from "../../src/domain/schedule.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;
const NOW_MS = Date.UTC(2026, 10, 30);
/** Right after a run that was asked for, the regular one is left out. */
const MAX_GAP_MS = 15 * 60_000;

const MANY = idsOf(60_000);

const intervals = fc.integer({ min: SECOND_MS, max: YEAR_MS });
const ids = fc.oneof(
  fc.stringMatching(/^int_[0-9a-f]{20}$/),
  fc.string({ minLength: 1 }),
  fc.integer({ min: 0 }).map(String),
);

/** By how many standard deviations the count of one of `parts` equal parts of [0, withinMs) is off, at most. */
function unevenness(times: number[], withinMs: number, parts = 20): number {
  const counts = Array.from({ length: parts }, () => 0);
  for (const time of times) counts[Math.floor((time / withinMs) * parts)]!++;
  const mean = times.length / parts;
  return Math.max(...counts.map((count) => Math.abs(count - mean))) / Math.sqrt(mean);
}

/** By chance it happens once in a hundred thousand. */
const MAX_DEVIATIONS = 5;

describe("the phase of an integration", () => {
  it("keeps runs exactly an interval apart, however late each of them starts", () => {
    fc.assert(
      fc.property(ids, intervals, fc.array(fc.double({ min: 0, max: 0.8, noNaN: true })), (id, intervalMs, delays) => {
        let dueMs = nextRunAtMs(NOW_MS, id, intervalMs);
        for (const delay of delays) {
          const nextMs = nextRunAtMs(dueMs + Math.floor(delay * intervalMs), id, intervalMs);
          expect(nextMs - dueMs).toBe(intervalMs);
          dueMs = nextMs;
        }
      }),
    );
  });

  it("is at most an interval and a quarter of an hour away", () => {
    fc.assert(
      fc.property(ids, intervals, fc.nat(YEAR_MS), (id, intervalMs, afterMs) => {
        const startedAtMs = NOW_MS + afterMs;
        const waitMs = nextRunAtMs(startedAtMs, id, intervalMs) - startedAtMs;
        expect(waitMs).toBeGreaterThan(0);
        expect(waitMs).toBeLessThanOrEqual(intervalMs + MAX_GAP_MS + 1);
      }),
    );
  });

  it.each([
    ["a second", SECOND_MS],
    ["a minute", 60 * SECOND_MS],
    ["8 hours", 8 * HOUR_MS],
    ["3 days", 3 * DAY_MS],
    ["3.2 days", 3.2 * DAY_MS],
    ["30 days", 30 * DAY_MS],
    ["a year", YEAR_MS],
  ])("is anywhere within %s with the same probability", (_, intervalMs) => {
    const random = MANY.slice(0, 20_000);
    const numbered = random.map((_id, i) => `int_${i}`);
    for (const all of [random, numbered]) {
      const phases = all.map((id) => nextRunAtMs(NOW_MS, id, intervalMs) % intervalMs);
      expect(unevenness(phases, intervalMs)).toBeLessThan(MAX_DEVIATIONS);
    }
  });
});

describe("after an outage", () => {
  /** When the runs start, counted from the end of the outage, of those that became due in it long enough before. */
  function lateStarts({ intervalMs, jitterMs }: Spread, outageMs: number, many: string[]): number[] {
    const endMs = NOW_MS + outageMs;
    return many.flatMap((id) => {
      const dueMs = nextRunAtMs(NOW_MS - intervalMs, id, intervalMs);
      const firstDueMs = dueMs <= NOW_MS ? dueMs + intervalMs : dueMs;
      if (firstDueMs > endMs) return [];
      const startMs = lateStartMs(firstDueMs, endMs, id, { intervalMs, jitterMs });
      return startMs === null ? [] : [startMs - endMs];
    });
  }

  it.each([
    ["an hour", 8 * HOUR_MS, 900 * SECOND_MS, HOUR_MS],
    ["days", 8 * HOUR_MS, 900 * SECOND_MS, 3 * DAY_MS],
    ["as long as the jitter", 8 * HOUR_MS, 900 * SECOND_MS, 900 * SECOND_MS + LATE_MS],
    ["as long as the interval, with a longer jitter", HOUR_MS, 3 * HOUR_MS, HOUR_MS + LATE_MS],
    ["weeks, with an interval and a jitter of weeks", 20 * DAY_MS, 10 * DAY_MS, 30 * DAY_MS],
    ["more than a jitter that is no part of the interval", 7 * HOUR_MS, 1_013 * SECOND_MS, HOUR_MS],
  ])("of %s, runs that became due are spread over all of the jitter", (_, intervalMs, jitterMs, outageMs) => {
    const starts = lateStarts({ intervalMs, jitterMs }, outageMs, MANY);
    expect(starts.length).toBeGreaterThan(1_000);
    expect(unevenness(starts, Math.min(jitterMs, intervalMs))).toBeLessThan(MAX_DEVIATIONS);
  });

  it.each([
    ["8 hours and a quarter of an hour", 8 * HOUR_MS, 900 * SECOND_MS],
    ["an hour, with a jitter that is longer", HOUR_MS, 3 * HOUR_MS],
  ])("that is shorter than the jitter, they start no closer than regular ones: %s", (_, intervalMs, jitterMs) => {
    const many = MANY;
    const outageMs = Math.min(jitterMs, intervalMs) / 2;
    const partMs = outageMs / 10;
    const regular = (many.length * partMs) / intervalMs;
    const starts = lateStarts({ intervalMs, jitterMs }, outageMs, many);
    for (let fromMs = 0; fromMs < jitterMs; fromMs += partMs) {
      const count = starts.filter((startMs) => startMs >= fromMs && startMs < fromMs + partMs).length;
      expect(count).toBeLessThan(regular + MAX_DEVIATIONS * Math.sqrt(regular));
    }
  });

  it("a late run starts within the jitter and the interval, and the one after it at its own phase again", () => {
    const jitters = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: YEAR_MS }));
    fc.assert(
      fc.property(ids, intervals, jitters, fc.nat(YEAR_MS), (id, intervalMs, jitterMs, lateMs) => {
        const dueMs = nextRunAtMs(NOW_MS, id, intervalMs);
        const nowMs = dueMs + lateMs;
        const startMs = lateStartMs(dueMs, nowMs, id, { intervalMs, jitterMs });
        expect(startMs === null).toBe(lateMs <= LATE_MS);
        const waitMs = (startMs ?? nowMs) - nowMs;
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(Math.min(jitterMs, intervalMs));
        expect((nextRunAtMs(nowMs + waitMs, id, intervalMs) - dueMs) % intervalMs).toBe(0);
      }),
    );
  });
});
