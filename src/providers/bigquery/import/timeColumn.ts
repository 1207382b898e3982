// Columns that bound what is read: literals for them, in the wall-clock time of a column without a zone.
import { LONGEST_REPEAT_MS, latestWallMs } from "../../localTime.ts";
import { columnSql, dateSql, datetimeSql, timestampSql } from "../names.ts";
import { type Granularity, partitionStart } from "../partitionStart.ts";
import { DAY_MS } from "./cursor.ts";
import { INGESTION_TIME } from "./partition.ts";

export interface TimeColumn {
  name: string;
  type: "TIMESTAMP" | "DATETIME" | "DATE";
  /** Of a DATETIME or DATE. Null: UTC, unless the event says nothing of it. */
  zone: string | null;
  /** Of ingestion time, which is the start of a partition. Null for other columns. */
  granularity: Granularity | null;
  mayBeNull: boolean;
}

/** A literal. For times in order it never goes back, so that ranges that are next to each other miss no row. */
export function boundSql({ type, zone, granularity }: TimeColumn, epochMs: number): string {
  if (type === "TIMESTAMP") {
    return timestampSql(granularity === null ? epochMs : partitionStart(epochMs, granularity));
  }
  const wallMs = latestWallMs(epochMs, zone);
  return type === "DATE" ? dateSql(wallMs) : datetimeSql(wallMs);
}

export function nameSql({ name }: TimeColumn): string {
  return name === INGESTION_TIME ? name : columnSql(name);
}

/** How far a column's times may be from UTC: by any zone if none is known, by a repeated hour else. */
export function slackMs({ type, zone }: TimeColumn): number {
  if (type === "TIMESTAMP") return 0;
  return zone === null ? DAY_MS : LONGEST_REPEAT_MS;
}
