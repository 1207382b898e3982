// Reads the state that an older build's continue-as-new carried over (docs/decisions/0022-first-upgrade.md).
import type { ExportHighWatermark } from "../activities/contract.ts";
import type { DirectionResult } from "../domain/run.ts";
import type { IntegrationState, RunState } from "./state.ts";

type RenamedSinceV1 = "version" | "lastRunStartedAtMs" | "failedRuns" | "run" | "pageHalvings";

/** The shape of version 1, in which runs were cycles and directions legs. */
export interface StateV1 extends Omit<IntegrationState, RenamedSinceV1> {
  version?: undefined;
  lastCycleStartedAtMs: number | null;
  failedCycles: number;
  cycle: CycleV1 | null;
  importShrink: number;
}

interface CycleV1 extends Pick<RunState, "id" | "startedAtMs" | "requests"> {
  export: { bound: ExportHighWatermark | null; result: ResultV1 | null } | null;
  import: { boundMs: number | null; pages: number; failedEvents: string[]; result: ResultV1 | null } | null;
}

interface ResultV1 extends Omit<DirectionResult, "direction"> {
  leg: DirectionResult["direction"];
}

export function upgradeState(state: IntegrationState | StateV1): IntegrationState {
  if (state.version === 2) return state;
  const { lastCycleStartedAtMs, failedCycles, cycle, importShrink, ...unchanged } = state;
  return {
    ...unchanged,
    version: 2,
    lastRunStartedAtMs: lastCycleStartedAtMs,
    failedRuns: failedCycles,
    run: cycle === null ? null : upgradeRun(cycle),
    pageHalvings: importShrink,
  };
}

function upgradeRun({ export: exporting, import: importing, ...unchanged }: CycleV1): RunState {
  const run: RunState = { ...unchanged, export: null, import: null };
  if (exporting !== null) run.export = { highWatermark: exporting.bound, result: upgradeResult(exporting.result) };
  if (importing !== null) {
    const { boundMs, result, ...same } = importing;
    run.import = { ...same, highWatermarkMs: boundMs, result: upgradeResult(result) };
  }
  return run;
}

function upgradeResult(result: ResultV1 | null): DirectionResult | null {
  if (result === null) return null;
  const { leg, ...unchanged } = result;
  return { ...unchanged, direction: leg };
}
