// Fixes the high watermark of an import and finds which passes are left to reach it.
import { earlierProgress, type EventProgress, type ImportPass } from "../domain/progress.ts";
import type { RangePlanning } from "../providers/connector.ts";
import type { Store } from "../store/store.ts";
import type { ImportPlan, PlanImportInput } from "./contract.ts";
import { connect, type ActivityDependencies } from "./dependencies.ts";

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
    const events = definitions.flatMap((definition) => {
      const known = progress[definition.name];
      return known === undefined ? [] : [{ definition, progress: known }];
    });
    const tasks = await connector.planImport(connection, { events, highWatermarkMs });
    for (const task of tasks) {
      for (const name of task.events) progress[name] = task.progress;
    }
    await store.imports.setProgress(input.integrationId, progress);
    const ranges = await planRanges(store, input.integrationId, (planned) =>
      connector.planRanges(connection, { ranges: planned, highWatermarkMs }),
    );
    return { highWatermarkMs, tasks: [...tasks, ...ranges], progress };
  };
}

/** The ranges of one plan. The rest comes in the next run. */
const MAX_RANGE_PASSES = 50;

/** A range that is planned has begun: a gap that is found later does not join it. */
async function planRanges(
  { imports }: Store,
  integrationId: string,
  plan: (ranges: RangePlanning["ranges"]) => ImportPass[],
): Promise<ImportPass[]> {
  const ranges = await imports.ranges(integrationId);
  if (ranges.length === 0) return [];
  const definitions = await imports.definitions(integrationId, [...new Set(ranges.map(({ event }) => event))]);
  const passes = plan(
    ranges.flatMap((range) => {
      const definition = definitions.find(({ name }) => name === range.event);
      return definition === undefined ? [] : [{ definition, range }];
    }),
  ).slice(0, MAX_RANGE_PASSES);
  for (const pass of passes) await imports.beginRanges(pass.ranges ?? [], pass.progress.unfinished);
  return passes;
}
