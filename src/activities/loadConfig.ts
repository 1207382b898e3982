// Reads what is enabled. At the start of a run the earlier export cursor of state and checkpoint becomes both.
import type { IntegrationConfig, LoadConfigInput } from "./contract.ts";
import { connectorOf, type ActivityDependencies } from "./dependencies.ts";

export function loadConfig(dependencies: ActivityDependencies) {
  return async (input: LoadConfigInput): Promise<IntegrationConfig | null> =>
    (await readConfig(dependencies, input))?.config ?? null;
}

/** The configuration with the row that it is made of. */
export async function readConfig(dependencies: ActivityDependencies, input: LoadConfigInput) {
  const { store, settings } = dependencies;
  const row = await store.syncState.loadConfig(input.integrationId);
  if (row === null) return null;
  const config: IntegrationConfig = {
    syncVersion: row.syncVersion,
    paused: row.paused,
    pauseVersion: row.pauseVersion,
    export: {
      enabled: row.exportEnabled,
      cursorSeq: agreedCursor(input, row.exportCursorSeq),
      batchSeqs: connectorOf(dependencies, row.provider).exportBatchSeqs,
    },
    import: { enabled: row.importEnabled, events: row.events },
    intervalMs: settings.syncIntervalMs,
    jitterMs: settings.syncJitterMs,
    bulkTaskQueue: settings.bulkTaskQueue(row.provider),
    heartbeatTimeoutMs: settings.heartbeatTimeoutMs,
    passesAtOnce: settings.passesAtOnce,
  };
  return { row, config };
}

/** Returns the checkpoint, unless it is beyond what the state knows: one was restored, so the earlier one wins. */
function agreedCursor({ exportCursorSeq, exportAttemptedSeq }: LoadConfigInput, checkpointSeq: number): number {
  if (exportCursorSeq === null) return checkpointSeq;
  const knownSeq = Math.max(exportCursorSeq, exportAttemptedSeq ?? 0);
  return checkpointSeq <= knownSeq ? checkpointSeq : exportCursorSeq;
}
