// Begins a run: its turn, its configuration, its record and the status, in one step of a few statements.
import type { DirectionResult } from "../domain/run.ts";
import { nextRunAtMs } from "../domain/schedule.ts";
import type { StartRunInput, StartRunResult } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { readConfig } from "./loadConfig.ts";

/** A workspace starts so many runs at once, then one by one. */
const BURST_RUNS = 20;

export function startRun(dependencies: ActivityDependencies) {
  const { store, settings } = dependencies;
  return async (input: StartRunInput): Promise<StartRunResult> => {
    const { integrationId, runId, startedAtMs } = input;
    const found = await readConfig(dependencies, input);
    if (found === null) return { kind: "deleted" };
    const { row, config } = found;
    const needsTurn = !input.hasTurn && settings.runStartsPerMinute > 0;
    // A try before may have recorded the run without this workflow's knowledge: it has had its turn.
    if (needsTurn && !(await store.runs.isRecorded(integrationId, runId))) {
      const everyMs = 60_000 / settings.runStartsPerMinute;
      const startAtMs = await store.syncState.takeTurn(row.workspaceId, everyMs, BURST_RUNS);
      if (startAtMs !== null) return { kind: "wait", startAtMs };
    }
    const { cursorSeq } = config.export;
    if (cursorSeq < row.exportCursorSeq) await store.exports.rewind(integrationId, cursorSeq);
    const directions: DirectionResult[] = [];
    if (config.export.enabled) directions.push({ direction: "export", outcome: null });
    if (config.import.enabled) directions.push({ direction: "import", outcome: null });
    const { requestIds } = input;
    await store.runs.record({ integrationId, runId, startedAtMs, requestIds, directions, finished: null });
    const isEnabled = directions.length > 0;
    const isPauseStored = await store.syncState.recordStatus({
      integrationId,
      ...input.status,
      nextRunAtMs: isEnabled ? nextRunAtMs(startedAtMs, integrationId, config.intervalMs) : null,
    });
    const served = await store.runs.requestsOf(integrationId, runId);
    return { kind: "started", config, requestIds: served, isPauseStored };
  };
}
