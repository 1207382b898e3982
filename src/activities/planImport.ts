// Fixes the high watermark of an import and finds which passes are left to reach it.
import { earlierProgress, type EventProgress, type ImportPass } from "../domain/progress.ts";
import type { Store } from "../store/store.ts";
import type { ImportPlan, PlanImportInput } from "./contract.ts";
import { connect, type ActivityDependencies } from "./dependencies.ts";

/** The ranges of one plan. The rest comes with the next plan. */
const MAX_RANGE_PASSES = 50;

/** The high watermark is PostgreSQL's time. The earlier progress of an event in state and checkpoint becomes both. */
export function planImport(dependencies: ActivityDependencies) {
  const { store } = dependencies;
  return async (input: PlanImportInput): Promise<ImportPlan> => {
    const { connector, connection } = await connect(dependencies, input.integrationId);
    const learned = (await connector.redating?.(connection)) ?? null;
    if (learned !== null) await store.imports.rereadAll(input.integrationId, learned);
    const highWatermarkMs = input.highWatermarkMs ?? (await store.nowMs());
    const checkpoints = await store.imports.progress(input.integrationId);
    // A workflow that does not know an event takes over its checkpoint.
    const agreed = ([name, checkpoint]: [string, EventProgress]) =>
      [name, earlierProgress(input.progress[name] ?? checkpoint, checkpoint)] as const;
    const progress = Object.fromEntries(Object.entries(checkpoints).map(agreed));
    // An event that was deleted or made a moment ago is not in both: this run leaves it alone.
    const definitions = await store.imports.definitions(input.integrationId, Object.keys(progress));
    const ranges = await store.imports.ranges(input.integrationId);
    const events = definitions.flatMap((definition) => {
      const known = progress[definition.name];
      const gaps = ranges.filter(({ event, purpose }) => event === definition.name && purpose === "gap");
      return known === undefined ? [] : [{ definition, progress: known, gaps }];
    });
    const tasks = await connector.planImport(connection, { events, highWatermarkMs });
    for (const task of tasks) {
      for (const name of task.events) progress[name] = task.progress;
    }
    await store.imports.setProgress(input.integrationId, progress);
    const planned = definitions.flatMap((definition) =>
      ranges
        .filter(({ event, id }) => event === definition.name && input.triedRanges?.includes(id) !== true)
        .map((range) => ({ definition, range })),
    );
    const rangePasses = connector
      .planRanges(connection, { ranges: planned, highWatermarkMs })
      .slice(0, MAX_RANGE_PASSES);
    await beginRanges(store, rangePasses);
    const lastRangeId = Math.max(0, ...ranges.map(({ id }) => id));
    const plan: ImportPlan = { highWatermarkMs, lastRangeId, tasks: [...tasks, ...rangePasses], progress };
    if (rangePasses.length > 0) return plan;
    // A pass that began in an earlier run ends at that run's high watermark, so another one follows.
    const read = events.map((event) => ({ ...event, progress: complete(progress[event.definition.name]!) }));
    const rest = await connector.planImport(connection, { events: read, highWatermarkMs });
    return rest.length === 0 ? { ...plan, isLast: true } : plan;
  };
}

/** The progress once the pass is read. */
function complete({ completeThroughMs, unfinished }: EventProgress): EventProgress {
  return { completeThroughMs: unfinished?.targetMs ?? completeThroughMs, unfinished: null };
}

/** A range that is planned has begun: a gap that is found later does not join it. */
async function beginRanges({ imports }: Store, passes: ImportPass[]): Promise<void> {
  for (const { ranges = [], progress } of passes) await imports.beginRanges(ranges, progress.unfinished);
}
