// Which of several copies of a row stands (decision 0023): the rule within a chunk, and the same rule in SQL.
import { sql, type RawBuilder } from "kysely";
import type { ImportedRow } from "../../domain/importedRow.ts";

/**
 * Keeps one copy of each row: that of the newest version, of these one of a merged user, of these the one read last. A
 * copy that repeats the ids and the time of the one before it changes nothing.
 */
export function newestCopies(rows: ImportedRow[]): ImportedRow[] {
  const byKey = new Map<string, ImportedRow>();
  for (const row of rows) {
    const key = `${row.uuid} ${row.event}`;
    const known = byKey.get(key);
    if (known === undefined || isNewer(row, known)) byKey.set(key, row);
  }
  return byKey.size === rows.length ? rows : [...byKey.values()];
}

/** `next` was read after `known`. Rows without versions have no other order than that. */
function isNewer(next: ImportedRow, known: ImportedRow): boolean {
  if (next.versionMs !== known.versionMs) return (next.versionMs ?? -Infinity) > (known.versionMs ?? -Infinity);
  if (isOfMergedUser(next) !== isOfMergedUser(known)) return isOfMergedUser(next);
  if (next.versionMs === null) return true;
  return next.timestampMs !== known.timestampMs || next.userIds.some((id, i) => id !== known.userIds[i]);
}

/** Copies of one version differ in their ids alone. The source may export both of them for a while after a merge. */
function isOfMergedUser({ userIds }: ImportedRow): boolean {
  return userIds.length > 1;
}

/**
 * Whether a staged row `s` replaces a stored row `e`. Without versions, only another user makes a change: sources that
 * may hold two rows of one key would otherwise swap them in every run. Days that are read again are asked for, so there
 * the copy that is read later stands, whatever changed.
 */
export function replaces(isReread: boolean): RawBuilder<boolean> {
  const changed = isReread
    ? sql`or s.version_ms is null and (s.timestamp_ms <> e.timestamp_ms or s.properties <> e.properties)`
    : sql``;
  return sql<boolean>`(
    (coalesce(s.version_ms, -1), s.user_id_2 is not null) > (coalesce(e.version_ms, -1), e.user_id_2 is not null)
    or (s.version_ms, s.user_id_2 is null) is not distinct from (e.version_ms, e.user_id_2 is null)
      and ((s.user_id, s.user_id_2, s.user_id_3) is distinct from (e.user_id, e.user_id_2, e.user_id_3)
        or s.version_ms is not null and s.timestamp_ms <> e.timestamp_ms ${changed})
  )`;
}
