import type { LoadConfigInput, Plan } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";

/** Reads what is enabled; at a run's start the earlier export cursor of state and mirror becomes both. */
export function loadConfig({ store, connectors, settings }: ActivityDependencies) {
  return async (input: LoadConfigInput): Promise<Plan | null> => {
    const row = await store.syncState.loadConfig(input.integrationId);
    if (row === null) return null;
    const cursorSeq = agreedCursor(input, row.exportCursorSeq);
    if (input.reconcile && cursorSeq < row.exportCursorSeq) await store.exports.rewind(input.integrationId, cursorSeq);
    return {
      version: row.version,
      syncVersion: row.syncVersion,
      paused: row.paused,
      provider: row.provider,
      workspaceId: row.workspaceId,
      export: { enabled: row.exportEnabled, cursorSeq, batchSeqs: connectors[row.provider].exportBatchSeqs },
      import: { enabled: row.importEnabled, events: row.events },
      intervalMs: settings.syncIntervalMs,
      jitterMs: settings.syncJitterMs,
      heartbeatTimeoutMs: settings.heartbeatTimeoutMs,
    };
  };
}

/** The mirror's cursor, unless the state never came so far: then one of them was restored, and the earlier wins. */
function agreedCursor({ exportCursorSeq, exportAttemptedSeq }: LoadConfigInput, mirrorSeq: number): number {
  if (exportCursorSeq === null) return mirrorSeq;
  const knownSeq = Math.max(exportCursorSeq, exportAttemptedSeq ?? 0);
  return mirrorSeq <= knownSeq ? mirrorSeq : exportCursorSeq;
}
