// Reads and changes of stored rows for tests: deduplicated counts, rows by filter, identity merges.
import { stringifyLossless, parseLossless } from "./lossless.ts";
import type { Project } from "./project.ts";
import type { Counts, RowFilter, StoredEvent } from "./protocol.ts";
import type { DayRows } from "./rows.ts";
import { dayOf } from "./zone.ts";

/** Indexes of the matching rows of each day; days ascending. */
function* matchingDays(
  project: Project,
  filter: RowFilter,
): Generator<{ day: number; rows: DayRows; indexes: number[] }> {
  const wanted = filter.events && project.rows.knownEventIds(filter.events);
  const fromMs = filter.fromMs ?? -Infinity;
  const toMs = filter.toMs ?? Infinity;
  const needle = filter.distinctId === undefined ? null : Buffer.from(JSON.stringify(filter.distinctId));
  for (const day of project.rows.daysBetween(dayOf(fromMs), dayOf(toMs))) {
    const rows = project.rows.day(day) as DayRows;
    const indexes: number[] = [];
    for (let i = 0; i < rows.count; i++) {
      const timeMs = rows.timesMs[i] ?? 0;
      if (timeMs < fromMs || timeMs > toMs || (wanted && !wanted.has(rows.eventIds[i] ?? -1))) continue;
      if (needle && !(rows.bytes(i).includes(needle) && parsed(rows, i)["distinct_id"] === filter.distinctId)) continue;
      indexes.push(i);
    }
    yield { day, rows, indexes };
  }
}

function parsed(rows: DayRows, index: number): Record<string, unknown> {
  try {
    return (JSON.parse(rows.text(index)) as StoredEvent).properties;
  } catch {
    return {};
  }
}

export function countRows(project: Project, filter: RowFilter): Counts {
  const counts: Counts = { stored: 0, deduped: 0, byEvent: {} };
  for (const { rows, indexes } of matchingDays(project, filter)) {
    const byHash = indexes.toSorted((a, b) => (rows.keyHashes[a] ?? 0) - (rows.keyHashes[b] ?? 0));
    for (let from = 0; from < byHash.length;) {
      let to = from + 1;
      while (to < byHash.length && rows.keyHashes[byHash[to] ?? 0] === rows.keyHashes[byHash[from] ?? 0]) to++;
      const name = project.rows.eventName(rows.eventIds[byHash[from] ?? 0] ?? 0);
      const counted = (counts.byEvent[name] ??= { stored: 0, deduped: 0 });
      counted.stored += to - from;
      counted.deduped += to - from === 1 ? 1 : distinctKeys(rows, byHash.slice(from, to));
      from = to;
    }
  }
  for (const { stored, deduped } of Object.values(counts.byEvent)) {
    counts.stored += stored;
    counts.deduped += deduped;
  }
  return counts;
}

/** Compares the keys of rows with equal hashes, because different keys may have the same hash. */
function distinctKeys(rows: DayRows, indexes: readonly number[]): number {
  const keys = indexes.map((index) => {
    const properties = parsed(rows, index);
    const distinctId = identityBeforeMerge(properties);
    return JSON.stringify([rows.eventIds[index], rows.timesMs[index], distinctId, properties["$insert_id"]]);
  });
  return new Set(keys).size;
}

function identityBeforeMerge(properties: Record<string, unknown>): unknown {
  const before = properties["$distinct_id_before_identity"];
  return typeof before === "string" && before !== "" ? before : properties["distinct_id"];
}

export function listRows(project: Project, filter: RowFilter, limit: number): StoredEvent[] {
  const events: StoredEvent[] = [];
  for (const { rows, indexes } of matchingDays(project, filter)) {
    for (const index of indexes) {
      if (events.length >= limit) return events;
      events.push({ event: project.rows.eventName(rows.eventIds[index] ?? 0), properties: parsed(rows, index) });
    }
  }
  return events;
}

/** Moves all rows of one identity to another, as a merge does, without a new processing time. */
export function mergeIdentity(project: Project, fromId: string, intoId: string, traced: boolean): number {
  return rewriteRows(project, { distinctId: fromId }, (properties) => {
    if (traced) properties["$distinct_id_before_identity"] ??= fromId;
    properties["distinct_id"] = intoId;
  });
}

export function setProcessingTime(project: Project, filter: RowFilter, processingMs: number): number {
  return rewriteRows(
    project,
    filter,
    (properties) => (properties["mp_processing_time_ms"] = processingMs),
    processingMs,
  );
}

/** Rewrites rows in place and keeps the digits of numbers. Of a row that is not JSON, only the processing time changes. */
function rewriteRows(
  project: Project,
  filter: RowFilter,
  change: (properties: Record<string, unknown>) => void,
  processingMs?: number,
): number {
  let changed = 0;
  for (const { day, rows, indexes } of matchingDays(project, filter)) {
    for (const index of indexes) {
      const timeOffset = rows.timeOffsets[index] ?? 0;
      let line = rows.text(index);
      if (timeOffset > 0) {
        const value = parseLossless(line) as StoredEvent;
        change(value.properties);
        line = stringifyLossless(value);
      }
      project.rewrite({ day, index, line, timeOffset, processingMs: processingMs ?? rows.processingMs[index] ?? 0 });
      changed++;
    }
    project.flush();
  }
  return changed;
}
