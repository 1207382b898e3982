// Warnings of an event about when and where its rows are read: too late, in local time, from a whole table.
import { type NewestRow, suspectedOffsetMs } from "./arrivals.ts";
import { sizeText } from "./sizeText.ts";

export interface ReadingFacts {
  /** How long after its own time a row may arrive and still be found. Null if that is not limited, or not known. */
  lookbackMs: number | null;
  /** Rows that were found lately although they were almost too old for the lookback. */
  nearEdge: number;
  /** Of the last runs that saw new rows, the newest of these, oldest run first. */
  newest: readonly NewestRow[];
  /** Times of rows have no zone and are read as UTC. */
  isLocalTime: boolean;
  /** How much the event's part of the last run read, and the size of the table. Null if that is not known. */
  runBytes: number | null;
  sourceBytes: number | null;
}

export const READING_CODES = ["lookback_too_short", "time_zone_suspect", "reads_whole_table"] as const;

export interface ReadingWarning {
  code: (typeof READING_CODES)[number];
  message: string;
}

const HOUR_MS = 3_600_000;
/** Smaller tables cost next to nothing. */
const LARGE_TABLE_BYTES = 10 * 1024 ** 3;
const WHOLE_TABLE_SHARE = 0.5;

export function readingWarnings(event: ReadingFacts): ReadingWarning[] {
  const warnings: ReadingWarning[] = [];
  const { lookbackMs, nearEdge, runBytes, sourceBytes } = event;
  if (nearEdge > 0 && lookbackMs !== null) {
    const rows = nearEdge === 1 ? "1 new row was" : `${nearEdge} new rows were`;
    const message =
      `${rows} found close to the end of the lookback of ${Math.round(lookbackMs / HOUR_MS)} hours, so others may ` +
      "have come too late and be missing. Set a longer lookback or an arrival field, then read the days again.";
    warnings.push({ code: "lookback_too_short", message });
  }
  const offsetMs = event.isLocalTime ? suspectedOffsetMs(event.newest) : null;
  if (offsetMs !== null) {
    const side = offsetMs < 0 ? "ahead of" : "behind";
    const message =
      `The newest rows are always ${Math.abs(offsetMs) / HOUR_MS} hours ${side} the time of the run. If the ` +
      "timestamp column holds local time, set the event's time zone.";
    warnings.push({ code: "time_zone_suspect", message });
  }
  if (runBytes !== null && sourceBytes !== null && isWholeTable(runBytes, sourceBytes)) {
    const message =
      `Each run reads ${sizeText(runBytes)} of a table of ${sizeText(sourceBytes)}, because the table is not ` +
      "partitioned by a column that the event reads by. Partition it by the timestamp, or set the arrival field to " +
      "the column that it is partitioned by, if that says when rows arrive.";
    warnings.push({ code: "reads_whole_table", message });
  }
  return warnings;
}

function isWholeTable(runBytes: number, sourceBytes: number): boolean {
  return sourceBytes >= LARGE_TABLE_BYTES && runBytes >= sourceBytes * WHOLE_TABLE_SHARE;
}
