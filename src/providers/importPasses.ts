// Plans the passes of an import: which events are read together, and from which cursor. Nothing is read here.
import type { EventDefinition } from "../domain/event.ts";
import { SyncError } from "../domain/errors.ts";
import type { Days, ImportRange } from "../domain/importRange.ts";
import type { JsonValue } from "../domain/integration.ts";
import type { EventProgress } from "../domain/progress.ts";
import type { ImportPass, ImportPlanning, RangePlanning } from "./connector.ts";

export interface PassRules<Cursor extends JsonValue> {
  /** Every pass that begins now ends when its events are complete through this time. */
  targetMs: number;
  /** Returns null for a cursor of another version, whose pass then begins again. */
  parseCursor(value: unknown): Cursor | null;
  /** The first cursor of a pass; null if there is nothing to read. */
  begin(completeThroughMs: number | null, gaps: Days[]): { position: number; cursor: Cursor } | null;
  /** Only events with the same key are read together. */
  sourceKey(definition: EventDefinition): unknown;
}

/** Events with the same source and the same progress share a pass. */
export function planPasses<Cursor extends JsonValue>(
  events: ImportPlanning["events"],
  rules: PassRules<Cursor>,
): ImportPass[] {
  const passes = new Map<string, ImportPass>();
  for (const { definition, progress, gaps = [] } of events) {
    const next = nextProgress(progress, gaps, rules);
    if (next === null) continue;
    const key = JSON.stringify([rules.sourceKey(definition), next]);
    const pass = passes.get(key) ?? { events: [], progress: next };
    pass.events.push(definition.name);
    passes.set(key, pass);
  }
  return [...passes.values()];
}

export interface RangeRules<Cursor extends JsonValue> extends Pick<PassRules<Cursor>, "parseCursor" | "sourceKey"> {
  begin(days: Days): { targetMs: number; cursor: Cursor };
}

/** Ranges of the same days, source and progress share a pass. */
export function planRangePasses<Cursor extends JsonValue>(
  ranges: RangePlanning["ranges"],
  rules: RangeRules<Cursor>,
): ImportPass[] {
  const passes = new Map<string, Required<ImportPass>>();
  for (const { definition, range } of ranges) {
    const progress: EventProgress = { completeThroughMs: null, unfinished: rangeProgress(range, rules) };
    const key = JSON.stringify([rules.sourceKey(definition), range.purpose, range.fromDay, range.toDay, progress]);
    const pass = passes.get(key) ?? { events: [], progress, ranges: [] };
    // An event that is listed twice for the same days is read for the first range alone; the next run reads the other.
    if (!pass.events.includes(definition.name)) {
      pass.events.push(definition.name);
      pass.ranges.push(range.id);
    }
    passes.set(key, pass);
  }
  return [...passes.values()];
}

function rangeProgress<Cursor extends JsonValue>(
  { fromDay, toDay, unfinished }: ImportRange,
  rules: RangeRules<Cursor>,
): EventProgress["unfinished"] {
  if (unfinished !== null && rules.parseCursor(unfinished.cursor) !== null) return unfinished;
  return { position: 0, ...rules.begin({ fromDay, toDay }) };
}

function nextProgress<Cursor extends JsonValue>(
  progress: EventProgress,
  gaps: Days[],
  rules: PassRules<Cursor>,
): EventProgress | null {
  const { completeThroughMs, unfinished } = progress;
  // An unfinished pass keeps its own target. The next pass reads what came in since.
  if (unfinished !== null && rules.parseCursor(unfinished.cursor) !== null) return progress;
  if (completeThroughMs !== null && completeThroughMs >= rules.targetMs) return null;
  const begun = rules.begin(completeThroughMs, gaps);
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
