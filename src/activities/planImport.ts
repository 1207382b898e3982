import { earlierProgress } from "../domain/progress.ts";
import type { EventProgress } from "../domain/progress.ts";
import type { ImportPlan, PlanImportInput } from "./contract.ts";
import { connect } from "./dependencies.ts";
import type { ActivityDependencies } from "./dependencies.ts";

/**
 * Fixes the bound of an import (the time at which it is taken, by PostgreSQL's clock) and says which passes are left to
 * reach it. Where the workflow's state and the mirror disagree about an event, the earlier progress becomes both.
 */
export function planImport(dependencies: ActivityDependencies) {
  const { store } = dependencies;
  return async (input: PlanImportInput): Promise<ImportPlan> => {
    const { connector, connection } = await connect(dependencies, input.integrationId);
    const highWatermarkMs = input.highWatermarkMs ?? (await store.nowMs());
    const mirrored = await store.imports.progress(input.integrationId);
    const progress = Object.fromEntries(
      Object.entries(mirrored).map(([name, mirror]) => [name, agreed(input.progress[name], mirror)]),
    );
    // An event that was deleted or made a moment ago is not among both: it is none of this run's.
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

/** A workflow that never heard of the event takes the mirror's word for it. */
function agreed(state: EventProgress | undefined, mirror: EventProgress): EventProgress {
  return state === undefined ? mirror : earlierProgress(state, mirror);
}
