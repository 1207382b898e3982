// Everything that the workflows may call, bound to its dependencies.
import { aggregateExposures } from "./aggregateExposures.ts";
import type { Bookkeeping, BulkActivities, MaintenanceActivities, ReconcileActivities } from "./contract.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { discoverProperties } from "./discoverProperties.ts";
import { exportBatch } from "./exportBatch.ts";
import { finishRun } from "./finishRun.ts";
import { importPage } from "./importPage.ts";
import { leaveGap } from "./leaveGap.ts";
import { loadConfig } from "./loadConfig.ts";
import { lookAtAccounts } from "./lookAtAccounts.ts";
import { planImport } from "./planImport.ts";
import { reconcile, type WorkflowControl } from "./reconcile.ts";
import { resendRejected } from "./resendRejected.ts";
import { sealAbandoned } from "./sealAbandoned.ts";
import { startRun } from "./startRun.ts";
import { createTurns } from "./turns.ts";
import { wrapBookkeeping, wrapBulk, wrapWatched, type ActivityContext } from "./wrapper.ts";

type ControlActivities = Bookkeeping & ReconcileActivities & MaintenanceActivities;

/** What runs on the workflows' own task queue. It waits for no provider but in `lookAtAccounts`. */
export function createControlActivities(
  dependencies: ActivityDependencies,
  control: WorkflowControl,
): ControlActivities {
  const { store, settings } = dependencies;
  const watched = <Result>(body: (_: undefined, context: ActivityContext) => Promise<Result>) => {
    const activity = wrapWatched(settings, body);
    return () => activity(undefined);
  };
  return {
    loadConfig: wrapBookkeeping(loadConfig(dependencies)),
    startRun: wrapBookkeeping(startRun(dependencies)),
    finishRun: wrapBookkeeping(finishRun(dependencies)),
    projectStatus: wrapBookkeeping(async (input) => ({ isPauseStored: await store.syncState.recordStatus(input) })),
    leaveGap: wrapBookkeeping(leaveGap(dependencies)),
    reconcile: watched(reconcile(dependencies, control, Math.min(settings.syncJitterMs, settings.syncIntervalMs))),
    sealAbandoned: watched(sealAbandoned(dependencies)),
    lookAtAccounts: watched((_, { heartbeat }) => lookAtAccounts(dependencies, heartbeat)),
    purge: watched((_, { heartbeat }) => store.cleanup.purge(heartbeat)),
  };
}

/** What runs on the task queue of one provider: a provider that hangs takes no turns of another. */
export function createBulkActivities(dependencies: ActivityDependencies): BulkActivities {
  const { settings } = dependencies;
  const turns = createTurns({
    atOnce: settings.bulkAtOnce,
    perWorkspace: settings.bulkPerWorkspace,
    waitingPerWorkspace: settings.bulkWaitingPerWorkspace,
  });
  const activity = <Input, Result>(body: (input: Input, context: ActivityContext) => Promise<Result>) =>
    wrapBulk({ ...settings, turns }, body);
  return {
    aggregateExposures: activity(aggregateExposures(dependencies)),
    resendRejected: activity(resendRejected(dependencies)),
    exportBatch: activity(exportBatch(dependencies)),
    planImport: activity(planImport(dependencies)),
    importPage: activity(importPage(dependencies)),
    discoverProperties: activity(discoverProperties(dependencies)),
  };
}
