// What the ages of new rows tell: rows that come too late, times that are local, tables that are read whole.
import { describe, expect, test } from "vitest";
import { arrivalAgeGroup, isNearEdge, suspectedOffsetMs } from "../../src/domain/arrivals.ts";
import { type ReadingFacts, readingWarnings } from "../../src/domain/readingWarnings.ts";
import { sizeText } from "../../src/domain/sizeText.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const GIB = 1024 ** 3;

const WELL: ReadingFacts = {
  lookbackMs: 72 * HOUR_MS,
  nearEdge: 0,
  newest: [],
  isLocalTime: false,
  runBytes: null,
  sourceBytes: null,
};
const codes = (facts: Partial<ReadingFacts>) => readingWarnings({ ...WELL, ...facts }).map(({ code }) => code);

/** The newest row of each run, by its age in minutes. */
const newest = (minutes: number[], everyMs = 8 * HOUR_MS) =>
  minutes.map((age, i) => ({ atMs: i * everyMs, ageMs: age * MINUTE_MS }));

test("ages are in the group whose end is above them; rows from the future are in the first", () => {
  const groups = [-5, 0, 1, 5.9, 6, 23, 24, 47, 48, 71, 72, 167, 168, 719, 720, 99_999].map((hours) =>
    arrivalAgeGroup(hours * HOUR_MS),
  );
  expect(groups).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]);
});

describe("rows close to the end of the lookback", () => {
  test("are those of its last quarter, however long it is; without a lookback there is no end", () => {
    expect(isNearEdge(54 * HOUR_MS - 1, 72 * HOUR_MS)).toBe(false);
    expect(isNearEdge(54 * HOUR_MS, 72 * HOUR_MS)).toBe(true);
    expect(isNearEdge(18 * HOUR_MS, 24 * HOUR_MS)).toBe(true);
    expect(isNearEdge(99 * DAY_MS, null)).toBe(false);
  });

  test("are warned of, with the remedies", () => {
    expect(readingWarnings({ ...WELL, nearEdge: 3 })).toEqual([
      {
        code: "lookback_too_short",
        message:
          "3 new rows were found close to the end of the lookback of 72 hours, so others may have come too late and be " +
          "missing. Set a longer lookback or an arrival field, then read the days again.",
      },
    ]);
    expect(codes({ nearEdge: 3, lookbackMs: null })).toEqual([]);
  });
});

describe("local time", () => {
  test.each<[string, number[], number | null]>([
    ["rows two hours ahead in each run", [-119, -118, -120, -115], -2],
    ["rows eight hours old in each run", [480, 482, 489, 481], 8],
    ["rows five and a half hours ahead", [-330, -325, -321, -329], -5.5],
    ["rows that are fresh", [0, 3, 9, 1], null],
    ["rows as old as they happen to be", [480, 15, 482, 481], null],
    ["three runs alone", [-119, -118, -120], null],
    ["further than any zone", [-1_200, -1_199, -1_198, -1_197], null],
  ])("%s", (_, minutes, hours) => {
    expect(suspectedOffsetMs(newest(minutes))).toBe(hours === null ? null : hours * HOUR_MS);
  });

  test("rows that are loaded once a day are not suspected, those that are dated ahead are", () => {
    expect(suspectedOffsetMs(newest([600, 601, 602, 603], DAY_MS))).toBeNull();
    expect(suspectedOffsetMs(newest([-60, -59, -58, -57], DAY_MS))).toBe(-HOUR_MS);
  });

  test("the last runs count, and only where times have no zone", () => {
    const changed = newest([5, 6, 7, 8, -119, -118, -120, -115]);
    expect(codes({ newest: changed, isLocalTime: true })).toEqual(["time_zone_suspect"]);
    expect(codes({ newest: changed })).toEqual([]);
    expect(readingWarnings({ ...WELL, newest: changed, isLocalTime: true })[0]?.message).toContain(
      "always 2 hours ahead of the time of the run",
    );
  });
});

describe("what a run reads", () => {
  test("is warned of if it is most of a large table", () => {
    expect(codes({ runBytes: 60 * GIB, sourceBytes: 100 * GIB })).toEqual(["reads_whole_table"]);
    expect(codes({ runBytes: 40 * GIB, sourceBytes: 100 * GIB })).toEqual([]);
    expect(codes({ runBytes: GIB, sourceBytes: GIB })).toEqual([]);
    expect(codes({ runBytes: null, sourceBytes: 100 * GIB })).toEqual([]);
  });

  test("is written as people read it", () => {
    expect([0, 1_023, 1_024, 1_536, 150 * GIB, 2.25 * 1024 * GIB].map(sizeText)).toEqual([
      "0 bytes",
      "1023 bytes",
      "1 KiB",
      "1.5 KiB",
      "150 GiB",
      "2.3 TiB",
    ]);
  });
});
