// Rewrites stored rows under the ids of their cluster, as an export shows them some time after a merge.
import { parseLossless, stringifyLossless } from "./lossless.ts";
import type { Project } from "./project.ts";
import type { StoredEvent } from "./protocol.ts";

const DISTINCT_ID = /"distinct_id":("(?:[^"\\]|\\.)*")/;
const PROCESSED = "mp_processing_time_ms";

/**
 * Re-keys the rows of merged ids whose delay is over. Of those rows every `everyNth` changes; the others wait for
 * `everything`. Returns how many rows changed.
 */
export function rekeyRows(project: Project, nowMs: number, { everything = false } = {}): number {
  const { identities, settings } = project;
  const { everyNth, newProcessingTime } = settings.merging;
  const due = new Set([...identities.waiting].filter((id) => identities.resolve(id, nowMs) !== null));
  if (due.size === 0) return 0;
  for (const id of due) identities.waiting.delete(id);
  let seen = 0;
  let changed = 0;
  for (const day of project.rows.daysBetween(-Infinity, Infinity)) {
    const rows = project.rows.day(day);
    for (let index = 0; rows && index < rows.count; index++) {
      const line = rows.text(index);
      const id = distinctIdOf(line);
      if (id === null || !due.has(id)) continue;
      if (!everything && ++seen % everyNth !== 0) {
        identities.leftOver.add(id);
        continue;
      }
      const resolved = identities.resolve(id, nowMs);
      const processingMs = newProcessingTime ? nowMs + settings.processingDelayMs : (rows.processingMs[index] ?? 0);
      const rewritten =
        resolved &&
        rewrite(line, (properties) => {
          properties["$distinct_id_before_identity"] ??= id;
          properties["$user_id"] ??= resolved.userId;
          properties["distinct_id"] = resolved.distinctId;
          if (newProcessingTime) properties[PROCESSED] = processingMs;
        });
      if (!rewritten) continue;
      project.rewrite({ day, index, line: rewritten, timeOffset: rows.timeOffsets[index] ?? 0, processingMs });
      changed++;
    }
  }
  project.flush();
  return changed;
}

/** Re-keys all rows of merged ids now, whatever their delay, and those that a partial merge left. */
export function finishMerges(project: Project, nowMs: number): number {
  const { identities } = project;
  const { waiting, leftOver } = identities;
  for (const id of leftOver) waiting.add(id);
  for (const id of waiting) identities.makeDue(id);
  leftOver.clear();
  return rekeyRows(project, nowMs, { everything: true });
}

function distinctIdOf(line: string): string | null {
  const found = DISTINCT_ID.exec(line)?.[1];
  if (found === undefined) return null;
  try {
    return JSON.parse(found) as string;
  } catch {
    return null;
  }
}

/** Returns null for a line that is no JSON, which stays as it is. */
function rewrite(line: string, change: (properties: Record<string, unknown>) => void): string | null {
  try {
    const value = parseLossless(line) as StoredEvent;
    change(value.properties);
    return stringifyLossless(value);
  } catch {
    return null;
  }
}
