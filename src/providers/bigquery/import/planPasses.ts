// Plans which passes are left until every event is complete through the run's high watermark.
import type { Connection } from "../../../domain/connection.ts";
import type { ImportPass, ImportPlanning, RangePlanning } from "../../connector.ts";
import { planPasses, planRangePasses } from "../../importPasses.ts";
import { DAY_MS, FIRST_BACKFILL_MS, type ImportCursor, MAX_WINDOW_MS, parseCursor, startOf } from "./cursor.ts";

/** Events with the same table, mapping and progress are read together in one read session. */
export function planBigQueryPasses({ importFrom }: Connection, input: ImportPlanning): ImportPass[] {
  const { events, highWatermarkMs: targetMs } = input;
  return planPasses<ImportCursor>(events, {
    targetMs,
    parseCursor,
    begin: (completeThroughMs) => {
      if (startOf(importFrom) >= targetMs) return null;
      const windowMs = completeThroughMs === null ? FIRST_BACKFILL_MS : MAX_WINDOW_MS;
      return { position: 0, cursor: { by: "time", fromMs: null, windowMs, session: null } };
    },
    sourceKey: ({ source }) => source,
  });
}

/** Days are days of UTC. */
export function planBigQueryRanges({ ranges, highWatermarkMs }: RangePlanning): ImportPass[] {
  return planRangePasses<ImportCursor>(ranges, {
    parseCursor,
    begin: ({ fromDay, toDay }) => {
      const fromMs = startOf(fromDay);
      const targetMs = Math.max(fromMs, Math.min(startOf(toDay) + DAY_MS, highWatermarkMs));
      return { targetMs, cursor: { by: "days", fromMs, windowMs: FIRST_BACKFILL_MS, session: null } };
    },
    sourceKey: ({ source }) => source,
  });
}
