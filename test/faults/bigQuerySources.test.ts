// Source tables as customers have them: late rows, rows at the very bound of a run, clocks that changed, 200 columns.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BigQueryControl } from "../../dev/standins/bigquery/control.ts";
import { SHARED_START_TIMEOUT_MS } from "../../dev/standins/bigquery/sharedEmulator.ts";
import {
  COLUMNS,
  connectBigQuery,
  DATASET,
  type EventRow,
  FIELDS,
  startBigQuerySystem,
} from "../support/system/bigQuerySync.ts";
import { expectRead, expectRunsAddUp } from "../support/system/exact.ts";
import { DAY_MS, HOUR_MS, type System } from "../support/system/system.ts";

const WITHIN_MS = 120_000;
const TABLE = "orders";
const EVENT = "order";
const WIDTH = 200;
/** On this day clocks in Europe went back at 01:00 UTC, a week before America. A DATETIME has no zone and is read as UTC. */
const CLOCKS_BACK_MS = Date.UTC(2026, 9, 25, 1);

let system: System;
let control: BigQueryControl;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ system, control, stop } = await startBigQuerySystem());
}, SHARED_START_TIMEOUT_MS);
afterAll(() => stop());

const REST = Array.from({ length: WIDTH - FIELDS.length }, (_, i) => ({ name: `extra_${i}`, type: "STRING" }));

function rowsAt(prefix: string, times: number[]): EventRow[] {
  return times.map((ms, i) => ({
    event_name: EVENT,
    user_id: `customer-${i % 7}`,
    created_at: new Date(ms).toISOString(),
    event_uuid: `${prefix}-${i}`,
    amount: i,
  }));
}

describe.concurrent("a source table of 200 columns", () => {
  it.each(["TIMESTAMP", "DATETIME"])(
    "with its times as %s: each row of the backfill and of the overlap is imported once, whole and at its time",
    async (type) => {
      const bigQuery = await connectBigQuery(system, control, { importFrom: "2026-10-20" });
      const { projectId, path } = bigQuery;
      const fields = FIELDS.map((field) => (field.name === "created_at" ? { ...field, type } : field));
      await control.createTable(projectId, DATASET, TABLE, { schema: { fields: [...fields, ...REST] } });
      const load = (rows: EventRow[]) =>
        control.loadRows(
          projectId,
          DATASET,
          TABLE,
          rows.map((row) => ({
            ...row,
            // A DATETIME has no zone.
            created_at: type === "DATETIME" ? row.created_at.slice(0, -1) : row.created_at,
            ...Object.fromEntries(REST.map(({ name }, i) => [name, `value ${i}`])),
          })),
        );
      const around = Array.from({ length: 96 }, (_, i) => CLOCKS_BACK_MS - DAY_MS + i * (HOUR_MS / 2));
      const recent = rowsAt(
        "recent",
        Array.from({ length: 20 }, (_, i) => Date.now() - HOUR_MS - i),
      );
      const first = [...rowsAt("clock", around), ...recent];
      await load([...first, ...recent.slice(0, 5)]);
      await system.call("POST", `${path}/events`, { eventName: EVENT, ...COLUMNS, tableName: TABLE });
      await system.call("PATCH", path, { import: { enabled: true } });
      expect(await bigQuery.sync(WITHIN_MS)).toBe("succeeded");
      await expectRead(bigQuery, EVENT, first);

      const { completeThrough } = await bigQuery.event(EVENT);
      const highWatermarkMs = Date.parse(completeThrough ?? "");
      const atBound = rowsAt("bound", [
        highWatermarkMs,
        highWatermarkMs,
        highWatermarkMs,
        highWatermarkMs - 1,
        highWatermarkMs - 1,
      ]);
      const late = rowsAt("late", [highWatermarkMs - HOUR_MS, highWatermarkMs - 3 * DAY_MS + HOUR_MS]);
      await load([...atBound, ...late, ...rowsAt("too late", [highWatermarkMs - 73 * HOUR_MS]), ...recent]);
      expect(await bigQuery.sync(WITHIN_MS)).toBe("succeeded");
      const all = [...first, ...atBound, ...late];
      await expectRead(bigQuery, EVENT, all);
      const [record] = await bigQuery.records(EVENT);
      expect(Object.keys(record?.properties ?? {})).toHaveLength(WIDTH);
      await expectRunsAddUp(system, bigQuery, { import: all.length });
    },
    WITHIN_MS,
  );
});
