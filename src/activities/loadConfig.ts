// Reads what is enabled. At the start of a run the earlier export cursor of state and checkpoint becomes both.
import type { IntegrationConfig, LoadConfigInput } from "./contract.ts";
import { connectorOf, type ActivityDependencies } from "./dependencies.ts";

export function loadConfig(dependencies: ActivityDependencies) {
  const { store, settings } = dependencies;
  return async (input: LoadConfigInput): Promise<IntegrationConfig | null> => {
    const row = await store.syncState.loadConfig(input.integrationId);
    if (row === null) return null;
    const cursorSeq = agreedCursor(input, row.exportCursorSeq);
    if (input.reconcile && cursorSeq < row.exportCursorSeq) await store.exports.rewind(input.integrationId, cursorSeq);
    return {
      syncVersion: row.syncVersion,
      paused: row.paused,
      export: {
        enabled: row.exportEnabled,
        cursorSeq,
        batchSeqs: connectorOf(dependencies, row.provider).exportBatchSeqs,
      },
      import: { enabled: row.importEnabled, events: row.events },
      intervalMs: settings.syncIntervalMs,
      jitterMs: settings.syncJitterMs,
      heartbeatTimeoutMs: settings.heartbeatTimeoutMs,
    };
  };
}

/** Returns the checkpoint, unless it is beyond what the state knows: one was restored, so the earlier one wins. */
function agreedCursor({ exportCursorSeq, exportAttemptedSeq }: LoadConfigInput, checkpointSeq: number): number {
  if (exportCursorSeq === null) return checkpointSeq;
  const knownSeq = Math.max(exportCursorSeq, exportAttemptedSeq ?? 0);
  return checkpointSeq <= knownSeq ? checkpointSeq : exportCursorSeq;
}
