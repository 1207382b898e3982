// Where a pass begins: how far before the complete part rows may still arrive.
import type { EventSource } from "../spec.ts";
import { DAY_MS, firstMs, type ReadBy, startOf } from "./cursor.ts";
import type { SourceTable } from "./sourceTable.ts";
import { slackMs } from "./timeColumn.ts";

const HOUR_MS = 3_600_000;
/** A statement takes six hours at most, and the rows that it writes may say when it began. */
const ARRIVAL_SETTLE_MS = 6 * HOUR_MS;

export interface PassStart {
  by: ReadBy;
  /** The column that tells when rows arrived, if they are read by it. */
  arrival?: string;
  fromMs: number;
  /** Rows that do not say when they arrived are read from here on. Null: all. */
  lateFromMs: number | null;
  /** How long after their own time rows are looked for. Null if they are read by arrival, however late. */
  lookbackMs: number | null;
}

interface PassStartInput {
  source: EventSource;
  table: SourceTable;
  importFrom: string;
  completeThroughMs: number | null;
  defaultLookbackMs: number;
}

export function passStart(input: PassStartInput): PassStart {
  const { source, table, importFrom, completeThroughMs, defaultLookbackMs } = input;
  const { time, arrival } = table;
  const startMs = startOf(importFrom);
  const hours = source.lookbackHours;
  // A DATETIME has no zone of its own, so its rows may be a day off.
  const shortestMs = time.type === "DATETIME" ? DAY_MS : 0;
  const ownMs = hours === undefined ? defaultLookbackMs : hours * HOUR_MS;
  const lookbackMs = Math.max(ownMs, shortestMs);
  const byTimeMs = firstMs(completeThroughMs, startMs, lookbackMs + (time.zone === null ? 0 : slackMs(time)));
  if (arrival === null) return { by: "time", fromMs: byTimeMs, lateFromMs: null, lookbackMs };
  const settleMs = Math.max(ARRIVAL_SETTLE_MS, (hours ?? 0) * HOUR_MS) + slackMs(arrival);
  // A row does not reach its table before it happens.
  const fromMs = firstMs(completeThroughMs, startMs - DAY_MS - slackMs(arrival), settleMs);
  const name = arrival.name;
  return {
    by: "arrival",
    arrival: name,
    fromMs,
    lateFromMs: completeThroughMs === null ? null : byTimeMs,
    lookbackMs: null,
  };
}
