// Fixes the high watermark of an import and finds which passes are left to reach it.
import { earlierProgress, type EventProgress } from "../domain/progress.ts";
import type { ImportPlan, PlanImportInput } from "./contract.ts";
import { connect, type ActivityDependencies } from "./dependencies.ts";

/** The high watermark is PostgreSQL's time. The earlier progress of an event in state and checkpoint becomes both. */
export function planImport(dependencies: ActivityDependencies) {
  const { store } = dependencies;
  return async (input: PlanImportInput): Promise<ImportPlan> => {
    const { connector, connection } = await connect(dependencies, input.integrationId);
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
    return { highWatermarkMs, tasks, progress };
  };
}
