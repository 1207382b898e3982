// Daily loads at any hour, over a month: no row is missed, by lookback or by arrival. A clock drives what runs select.
import fc from "fast-check";
import { DateTime } from "luxon";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SHARED_START_TIMEOUT_MS } from "../../../../dev/standins/bigquery/sharedEmulator.ts";
import { type EventProgress, NO_PROGRESS } from "../../../../src/domain/progress.ts";
import { passStart } from "../../../../src/providers/bigquery/import/passStart.ts";
import { sourceTableOf } from "../../../../src/providers/bigquery/import/sourceTable.ts";
import { boundSql } from "../../../../src/providers/bigquery/import/timeColumn.ts";
import { bigQuerySpec, type EventSource } from "../../../../src/providers/bigquery/spec.ts";
import {
  createImportCustomer,
  DATASET,
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

const DAYS = 30;
const DEFAULT_MS = bigQuerySpec.operatorSettings.lookbackMs.parser.parse(
  bigQuerySpec.operatorSettings.lookbackMs.default,
);
const EVERY_MS = 8 * HOUR_MS;

interface Row {
  timeMs: number;
  /** When it became visible, and what its arrival column says. */
  visibleMs: number;
  arrivalMs: number;
}

const FIELDS = [...USUAL_FIELDS, { name: "loaded_at", type: "TIMESTAMP" }, { name: "load_day", type: "DATE" }];
const ref = { projectId: "my-project", datasetId: DATASET, tableId: "t" };

/** How many rows no run selects. `jitterMs`: how long after its regular time each run starts. */
function missed(rows: Row[], source: Partial<EventSource>, jitterMs: number[], zoneOfDay = "utc"): number {
  const event = eventOf("purchase", "t", source).source as EventSource;
  const table = sourceTableOf({ type: "TABLE", schema: { fields: FIELDS } }, ref, event);
  const left = new Set(rows);
  let completeThroughMs: number | null = null;
  for (let run = 0; run * EVERY_MS < (DAYS + 35) * DAY_MS; run++) {
    const nowMs: number = START_MS + run * EVERY_MS + (jitterMs[run % jitterMs.length] ?? 0);
    const start = passStart({
      source: event,
      table,
      importFrom: "2026-01-01",
      completeThroughMs,
      defaultLookbackMs: DEFAULT_MS,
    });
    const isSelected = ({ timeMs, arrivalMs }: Row): boolean => {
      if (start.by === "time") return timeMs >= start.fromMs && timeMs < nowMs;
      if (table.arrival?.type !== "DATE") return arrivalMs >= start.fromMs;
      const loadDay = DateTime.fromMillis(arrivalMs, { zone: zoneOfDay }).toISODate() ?? "";
      return `DATE '${loadDay}'` >= boundSql(table.arrival, start.fromMs);
    };
    for (const row of left) if (row.visibleMs <= nowMs && isSelected(row)) left.delete(row);
    completeThroughMs = nowMs;
  }
  return left.size;
}

/** Rows of each half hour. All rows of a day are loaded `afterMs` after its end. */
function dailyLoads(afterMs: number): Row[] {
  return Array.from({ length: DAYS * 48 }, (_, i) => {
    const arrivalMs = START_MS + (Math.floor(i / 48) + 1) * DAY_MS + afterMs;
    return { timeMs: START_MS + (i * DAY_MS) / 48, arrivalMs, visibleMs: arrivalMs };
  });
}

const jitters = fc.array(fc.integer({ min: 0, max: 15 * 60_000 }), { minLength: 1, maxLength: 7 });

describe("a daily load of yesterday's rows, over 30 days", () => {
  test("at any hour of the day: the default lookback misses none", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: DAY_MS - 1 }), jitters, (afterMs, jitterMs) => {
        expect(missed(dailyLoads(afterMs), {}, jitterMs)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("at any hour, after any delay below the lookback, whatever that is", () => {
    const cases = fc.integer({ min: 25, max: 240 }).chain((lookbackHours) =>
      // The oldest row of a day is a day older than the day's end.
      fc.tuple(fc.constant(lookbackHours), fc.integer({ min: 0, max: (lookbackHours - 24) * HOUR_MS })),
    );
    fc.assert(
      fc.property(cases, jitters, ([lookbackHours, afterMs], jitterMs) => {
        expect(missed(dailyLoads(afterMs), { lookbackHours }, jitterMs)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("with the lookback of a day that was the default before, rows are missed", () => {
    expect(missed(dailyLoads(9 * HOUR_MS), { lookbackHours: 24 }, [0])).toBeGreaterThan(DAYS);
  });
});

describe("by arrival", () => {
  const late = fc.integer({ min: 0, max: 30 * DAY_MS });
  const rowsOf = (delays: number[], hiddenMs: number) =>
    dailyLoads(0).map(({ timeMs }, i) => {
      const arrivalMs = timeMs + (delays[i % delays.length] ?? 0);
      return { timeMs, arrivalMs, visibleMs: arrivalMs + hiddenMs };
    });

  test("rows of any delay come, and those that a long statement shows hours later", () => {
    const hidden = fc.integer({ min: 0, max: 6 * HOUR_MS });
    fc.assert(
      fc.property(fc.array(late, { minLength: 1, maxLength: 5 }), hidden, jitters, (delays, hiddenMs, jitterMs) => {
        expect(missed(rowsOf(delays, hiddenMs), { arrivalFieldName: "loaded_at" }, jitterMs)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test("a short lookback does not shorten how long a statement may take", () => {
    for (const lookbackHours of [1, 5, 7]) {
      const missing = missed(rowsOf([0], 5.9 * HOUR_MS), { arrivalFieldName: "loaded_at", lookbackHours }, [0]);
      expect([lookbackHours, missing]).toEqual([lookbackHours, 0]);
    }
  });

  test("a DATE tells the day in any zone", () => {
    const zones = fc.constantFrom("Pacific/Auckland", "America/Los_Angeles", "UTC", "Pacific/Kiritimati");
    fc.assert(
      fc.property(fc.array(late, { minLength: 1, maxLength: 5 }), zones, jitters, (delays, zone, jitterMs) => {
        expect(missed(rowsOf(delays, 0), { arrivalFieldName: "load_day" }, jitterMs, zone)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});

describe("on the local BigQuery", () => {
  let customer: ImportCustomer;
  beforeAll(async () => {
    customer = await createImportCustomer("import-lookback", { lookbackMs: DEFAULT_MS });
  }, SHARED_START_TIMEOUT_MS);
  afterAll(() => customer.close());

  test("a load at 09:00 of all rows of the day before: each row is imported", async () => {
    await customer.createTable("daily");
    const event = eventOf("purchase", "daily");
    const expected: string[] = [];
    const imported = new Set<string>();
    let progress: EventProgress = NO_PROGRESS;
    for (let run = 0; run <= DAYS * 2; run++) {
      const nowMs = START_MS + run * 12 * HOUR_MS + 10 * HOUR_MS;
      // The run at 10:00 is the first one that sees the load.
      if (run % 2 === 0 && run > 0) {
        const dayMs = START_MS + (run / 2 - 1) * DAY_MS;
        const rows = [0, 1, 12, 23.999].map((hour) => rowOf(`${run} ${hour}`, dayMs + hour * HOUR_MS));
        expected.push(...rows.map((row) => String(row["event_uuid"])));
        await customer.load("daily", rows);
      }
      const read = await readAll(customer, [event], nowMs, { start: progress });
      for (const id of idsOf(read.rows)) imported.add(id);
      progress = read.progress;
    }
    expect(expected).toHaveLength(DAYS * 4);
    expect([...imported].toSorted()).toEqual(expected.toSorted());
  }, 60_000);
});
