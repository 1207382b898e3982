// Plans the passes of an import: which events are read together, and from which cursor. Nothing is read here.
import type { EventDefinition } from "../domain/event.ts";
import { SyncError } from "../domain/errors.ts";
import type { JsonValue } from "../domain/integration.ts";
import type { EventProgress } from "../domain/progress.ts";
import type { ImportPass, ImportPlanning } from "./connector.ts";

export interface PassRules<Cursor extends JsonValue> {
  /** Every pass that begins now ends when its events are complete through this time. */
  targetMs: number;
  /** Returns null for a cursor of another version, whose pass then begins again. */
  parseCursor(value: unknown): Cursor | null;
  /** The first cursor of a pass; null if there is nothing to read. */
  begin(completeThroughMs: number | null): { position: number; cursor: Cursor } | null;
  /** Only events with the same key are read together. */
  sourceKey(definition: EventDefinition): unknown;
}

/** Events with the same source and the same progress share a pass. */
export function planPasses<Cursor extends JsonValue>(
  events: ImportPlanning["events"],
  rules: PassRules<Cursor>,
): ImportPass[] {
  const passes = new Map<string, ImportPass>();
  for (const { definition, progress } of events) {
    const next = nextProgress(progress, rules);
    if (next === null) continue;
    const key = JSON.stringify([rules.sourceKey(definition), next]);
    const pass = passes.get(key) ?? { events: [], progress: next };
    pass.events.push(definition.name);
    passes.set(key, pass);
  }
  return [...passes.values()];
}

function nextProgress<Cursor extends JsonValue>(
  progress: EventProgress,
  rules: PassRules<Cursor>,
): EventProgress | null {
  const { completeThroughMs, unfinished } = progress;
  // An unfinished pass keeps its own target. The next pass reads what came in since.
  if (unfinished !== null && rules.parseCursor(unfinished.cursor) !== null) return progress;
  if (completeThroughMs !== null && completeThroughMs >= rules.targetMs) return null;
  const begun = rules.begin(completeThroughMs);
  return begun === null ? null : { completeThroughMs, unfinished: { targetMs: rules.targetMs, ...begun } };
}

export function unfinishedPass<Cursor extends JsonValue>(
  { unfinished }: EventProgress,
  parseCursor: PassRules<Cursor>["parseCursor"],
): { targetMs: number; position: number; cursor: Cursor } {
  const cursor = unfinished === null ? null : parseCursor(unfinished.cursor);
  if (unfinished === null || cursor === null) {
    const problem = "A page of the import has no valid cursor.";
    throw new SyncError("bug", `${problem} Report this; the next run begins the pass again.`);
  }
  return { targetMs: unfinished.targetMs, position: unfinished.position, cursor };
}
