// Ends a run. Users who see that it ended see its errors too, or that they are gone.
import type { FinishRunInput, StatusStored } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";

export function finishRun({ store }: Pick<ActivityDependencies, "store">) {
  return async ({ status, ...run }: FinishRunInput): Promise<StatusStored> => {
    const isPauseStored = await store.syncState.recordStatus({ integrationId: run.integrationId, ...status });
    await store.runs.record(run);
    return { isPauseStored };
  };
}
