// Which passes are left until every event is complete through the bound of this run; nothing is read here.
import type { Connection } from "../../../domain/connection.ts";
import type { EventProgress } from "../../../domain/progress.ts";
import type { ImportPass, ImportPlanning } from "../../connector.ts";
import { FIRST_BACKFILL_MS, MAX_WINDOW_MS, parseCursor, startOf } from "./cursor.ts";
import type { ImportCursor } from "./cursor.ts";

/** Events of one table, mapped alike and equally far, are read together: one session serves them all. */
export function planPasses(connection: Connection, input: ImportPlanning): ImportPass[] {
  const groups = new Map<string, ImportPass>();
  for (const { definition, progress } of input.events) {
    const next = nextPass(progress, input.highWatermarkMs, connection.importFrom);
    if (next === null) continue;
    const key = JSON.stringify([sourceKey(definition.source), next]);
    const group = groups.get(key) ?? { events: [], progress: next };
    group.events.push(definition.name);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function sourceKey(source: ImportPlanning["events"][number]["definition"]["source"]): string[] | null {
  if (source === null) return null;
  const { dataset, tableName, eventFieldName, userIdFieldName, timestampFieldName, eventUuidFieldName } = source;
  return [dataset, tableName, eventFieldName, userIdFieldName, timestampFieldName, eventUuidFieldName];
}

/** The progress from which this event goes on; null if it is complete through the target. */
function nextPass(progress: EventProgress, targetMs: number, importFrom: string): EventProgress | null {
  // Unfinished work keeps its own target and window; what came in since is the next pass's.
  if (progress.unfinished !== null && parseCursor(progress.unfinished.cursor) !== null) return progress;
  const { completeThroughMs } = progress;
  if (completeThroughMs !== null && completeThroughMs >= targetMs) return null;
  if (startOf(importFrom) >= targetMs) return null;
  const windowMs = completeThroughMs === null ? FIRST_BACKFILL_MS : MAX_WINDOW_MS;
  const cursor: ImportCursor = { fromMs: null, windowMs, session: null };
  return { completeThroughMs, unfinished: { targetMs, position: 0, cursor } };
}
