// Seals where no export runs, so that the partitions of raw exposures can be dropped.
import type { Reach } from "./dependencies.ts";
import type { ActivityContext } from "./wrapper.ts";

export function sealAbandoned({ store }: Reach) {
  return async (_: unknown, { heartbeat }: ActivityContext): Promise<number> => {
    const workspaces = await store.syncState.unsealedWorkspaces();
    for (const workspaceId of workspaces) {
      await store.exposures.seal(workspaceId);
      heartbeat();
    }
    return workspaces.length;
  };
}
