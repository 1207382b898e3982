// Which rows of a table a read session selects: the events, a range of time or of arrival, and bounds on the partition.
import { SyncError } from "../../../domain/errors.ts";
import { columnSql, stringSql } from "../names.ts";
import { DAY_MS, type ReadBy, type TimeWindow } from "./cursor.ts";
import type { SourceTable } from "./sourceTable.ts";
import { boundSql, nameSql, slackMs, type TimeColumn } from "./timeColumn.ts";

const MAX_RESTRICTION_BYTES = 1_000_000;
/** No zone is further ahead of UTC. */
const MAX_AHEAD_OF_UTC_MS = 14 * 3_600_000;

export interface RowSelection {
  table: SourceTable;
  events: string[];
  window: TimeWindow;
  isLast: boolean;
  /** By time: rows without one are read too. */
  withoutTime?: boolean;
  /** Default: by time. */
  by?: ReadBy;
  /** By arrival: rows before it are left out. By time: rows without a time that arrived before it are. */
  importStartMs?: number;
  /** By arrival: rows that do not say when they arrived are read if they are not older than this. Null: all. */
  lateFromMs?: number | null;
}

export function rowRestriction(selection: RowSelection): string {
  const { table, events, by } = selection;
  const ofEvents = `${columnSql(table.mapping.event)} IN (${events.map(stringSql).join(", ")})`;
  const { arrival } = table;
  const when = by === "arrival" && arrival !== null ? byArrival(selection, arrival) : byTime(selection);
  const restriction = [ofEvents, ...when].join(" AND ");
  if (Buffer.byteLength(restriction) <= MAX_RESTRICTION_BYTES) return restriction;
  throw new SyncError("schema", "Too many events with long names come from one table. Give them shorter names.");
}

function byTime(selection: RowSelection): string[] {
  const { table, window, isLast, withoutTime = false, by = "time", importStartMs = window.fromMs } = selection;
  const { time } = table;
  // Local time may be ahead of UTC. Without the zone, rows of these hours are read, not kept waiting.
  const isAhead = isLast && by === "time" && time.type === "DATETIME" && time.zone === null;
  const untilMs = window.toMs + (isAhead ? MAX_AHEAD_OF_UTC_MS : 0);
  const name = nameSql(time);
  const inWindow = `${name} >= ${boundSql(time, window.fromMs)} AND ${name} < ${boundSql(time, untilMs)}`;
  const readsNull = withoutTime && time.mayBeNull;
  const orWithoutTime = (term: string) => (readsNull ? `((${term}) OR ${name} IS NULL)` : term);
  const partition = partitionOf(table);
  if (partition === null) return [orWithoutTime(inWindow)];
  // A row does not reach its table before it happens.
  const arrivedSince = (ms: number) => {
    const earliest = boundSql(partition, ms - DAY_MS - slackMs(partition));
    return orNull(partition, `${nameSql(partition)} >= ${earliest}`);
  };
  const timely = `${inWindow} AND ${arrivedSince(window.fromMs)}`;
  // Rows without a time may have come at any day of the import. The bound stands alone, as a required filter must.
  return readsNull ? [orWithoutTime(timely), arrivedSince(Math.min(importStartMs, window.fromMs))] : [timely];
}

/** The column of the table's partitions, if it says when rows arrived. */
function partitionOf({ partitioning, ingestion, arrival, time }: SourceTable): TimeColumn | null {
  if (partitioning === null || partitioning.column === time.name) return null;
  if (ingestion !== null) return ingestion;
  return partitioning.column === arrival?.name ? arrival : null;
}

/** The last window has no end: a loader's clock may be ahead of ours. */
function byArrival(selection: RowSelection, arrival: TimeColumn): string[] {
  const { table, window, isLast, importStartMs, lateFromMs = null } = selection;
  const { time } = table;
  const name = nameSql(arrival);
  const since = `${name} >= ${boundSql(arrival, window.fromMs)}`;
  const terms = isLast ? [orNull(arrival, since)] : [`${since} AND ${name} < ${boundSql(arrival, window.toMs)}`];
  if (importStartMs !== undefined) {
    terms.push(orNull(time, `${nameSql(time)} >= ${boundSql(time, importStartMs)}`));
  }
  if (isLast && arrival.mayBeNull && lateFromMs !== null) {
    terms.push(`(${name} IS NOT NULL OR ${nameSql(time)} >= ${boundSql(time, lateFromMs)})`);
  }
  return terms;
}

function orNull(column: TimeColumn, term: string): string {
  return column.mayBeNull ? `(${term} OR ${nameSql(column)} IS NULL)` : term;
}
